/** Files and places in them. Tokens and tree carry only offsets; line and column are computed when somebody
 *  reads a diagnostic, so a file of a million words pays for three numbers per word. */

/** One file as it was read. `text` is decoded; a byte that is no UTF-8 turns the whole file into latin1. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** the include line that named this file; null for the main file */
  readonly includedAt: Span | null;
}

/** The characters `start` (inclusive) to `end` (exclusive) that a person wrote in one file. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Line and column count from 1; the column counts characters, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** the whole line without its end */
  readonly lineText: string;
}

export const spanOf = (file: SourceFile, start: number, end: number): Span => ({ file, start, end });

/** From the beginning of `first` to the end of `last`; `first` alone when they lie in different files. */
export const joinSpans = (first: Span, last: Span): Span =>
  first.file === last.file && last.end > first.start ? spanOf(first.file, first.start, last.end) : first;

/** Looks positions up, remembering where the lines of each file begin. */
export function createPositions(): (span: Span) => Position {
  const startsOf = new Map<SourceFile, readonly number[]>();
  return (span) => {
    let starts = startsOf.get(span.file);
    if (starts === undefined) {
      starts = lineStarts(span.file.text);
      startsOf.set(span.file, starts);
    }
    const line = lastAtOrBefore(starts, span.start);
    const from = starts[line] ?? 0;
    const to = (starts[line + 1] ?? span.file.text.length + 1) - 1;
    const lineText = span.file.text.slice(from, to).replace(/\r$/, '');
    return { line: line + 1, column: span.start - from + 1, lineText };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Text to be cut into words, with the way back to what was written. Without segments `text` is the file's own text
 * and offsets agree. With segments the text was made (a macro was expanded): each segment says where it came from.
 */
export interface SourceText {
  readonly file: SourceFile;
  readonly text: string;
  readonly segments: readonly Segment[] | null;
}

/** From offset `at` of the made text on: copied from the file (`copied`) or standing for start..end as a whole. */
export interface Segment {
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly copied: boolean;
}

/** The place in the file that offsets `from`..`to` of a source text came from. */
export function originOf(source: SourceText, from: number, to: number): Span {
  if (source.segments === null) return spanOf(source.file, from, to);
  const first = segmentAt(source.segments, from);
  const last = segmentAt(source.segments, Math.max(from, to - 1));
  if (first === undefined || last === undefined) return spanOf(source.file, 0, 0);
  const start = first.copied ? first.start + (from - first.at) : first.start;
  const end = last.copied ? last.start + (to - last.at) : last.end;
  return spanOf(source.file, start, Math.max(start, end));
}

/** The segments of `source.text[from..to)` for a text in which that piece stands at offset `at`. */
export function segmentsOf(source: SourceText, from: number, to: number, at: number): readonly Segment[] {
  if (source.segments === null) return [{ at, start: from, end: to, copied: true }];
  const { segments } = source;
  return segments.flatMap((segment, i) => {
    const first = Math.max(from, segment.at);
    const last = Math.min(to, segments[i + 1]?.at ?? source.text.length);
    if (first >= last) return [];
    const start = segment.copied ? segment.start + (first - segment.at) : segment.start;
    const end = segment.copied ? segment.start + (last - segment.at) : segment.end;
    return [{ at: at + first - from, start, end, copied: segment.copied }];
  });
}

/** A part of a text as a text of its own. */
export const sliceSource = (source: SourceText, from: number, to: number): SourceText => ({
  file: source.file,
  text: source.text.slice(from, to),
  segments: segmentsOf(source, from, to, 0),
});

/** The last segment that begins at or before `offset`; a line full of macros has hundreds. */
function segmentAt(segments: readonly Segment[], offset: number): Segment | undefined {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return segments[low];
}
