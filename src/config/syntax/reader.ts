/** From files to pieces: lines, `@id` conditions, `$NAME` definitions and includes, in the order of grammar.md
 *  section 1. Everything a person wrote passes here once, so all limits of the text live here. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { type ConfigFiles, directoryOf, fileProblemText } from './files.ts';
import { type IncludeFailure, isInclude, matchFailure, strictnessOf } from './include.ts';
import { commentStart, isBlank, lexLine } from './lexer.ts';
import { expandLine, type Macro, type MacroTable, parseDefinition } from './macros.ts';
import { originOf, type SourceFile, type SourceText, type Span, spanOf } from './source.ts';
import type { Piece, WordsPiece } from './tree.ts';

/** Characters of one line (keepalived's buffer without newline and end mark). */
export const LINE_MAX = 1022;
/** Files inside files inside files. */
const INCLUDE_DEPTH_MAX = 32;
/** Files of one configuration, each counted as often as it is included. */
const INCLUDED_FILES_MAX = 4096;
/** Characters of all files together. */
const TEXT_TOTAL_MAX = 64 * 1024 * 1024;
/** Lines and braces of all files together: six times what ten thousand real servers need. */
const PIECES_MAX = 500_000;

export interface ReaderOptions {
  /** compared with the ID of `@ID` lines */
  readonly configId: string;
  readonly environment: (name: string) => string | undefined;
  /** -e: every include must succeed */
  readonly strictIncludes: boolean;
}

interface Reader {
  readonly files: ConfigFiles;
  readonly options: ReaderOptions;
  readonly report: Report;
  readonly portion: Portion;
  readonly take: (pieces: readonly Piece[]) => void;
  /** the section that is being read */
  pieces: Piece[];
  /** pieces of it that have been looked at for braces, and how many of these are open behind them */
  looked: number;
  depth: number;
  /** pieces of all sections before */
  taken: number;
  readonly macros: Map<string, Macro>;
  readonly table: MacroTable;
  readonly sources: SourceFile[];
}

export interface ReadResult {
  /** every file that was opened, the main file first */
  readonly sources: readonly SourceFile[];
}

/** What `take` gets at a time: `section` what ends where a block of the top level is closed. */
export type Portion = 'section' | 'whole';

/** Reads `path` and all it includes, and gives the pieces to `take`. */
export function readConfigFiles(
  path: string,
  files: ConfigFiles,
  options: ReaderOptions,
  report: Report,
  portion: Portion,
  take: (pieces: readonly Piece[]) => void,
): ReadResult {
  const macros = new Map<string, Macro>();
  const builtIn: MacroTable['builtIn'] = (name, argument, file) => {
    if (name === '_PWD') return directoryOf(file.path);
    if (name === '_INSTANCE') return options.configId;
    if (name === '_ENV') return options.environment(argument) ?? '';
    return name === '_HASH' ? '#' : name === '_BANG' ? '!' : undefined;
  };
  const table = { get: (name: string) => macros.get(name), builtIn };
  const reader: Reader = {
    files,
    options,
    report,
    portion,
    take,
    pieces: [],
    looked: 0,
    depth: 0,
    taken: 0,
    macros,
    table,
    sources: [],
  };
  const main = files.read(path);
  if (main.ok) {
    readFile(reader, { path, text: main.value, includedAt: null }, 0);
  } else {
    report(catalog.main_file(null, { path, problem: fileProblemText(main.error) }));
  }
  endSection(reader);
  return { sources: reader.sources };
}

function endSection(reader: Reader): void {
  const section = reader.pieces;
  reader.taken += section.length;
  reader.pieces = [];
  reader.looked = 0;
  reader.depth = 0;
  if (section.length > 0) reader.take(section);
}

/** True when the last of the pieces closes a block of the top level, or closes nothing at all. */
function sectionIsOver(reader: Reader): boolean {
  for (; reader.looked < reader.pieces.length; reader.looked++) {
    const kind = reader.pieces[reader.looked]?.kind;
    reader.depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
  }
  return reader.depth <= 0 && reader.pieces.at(-1)?.kind === 'close';
}

function readFile(reader: Reader, file: SourceFile, depth: number): void {
  const { text } = file;
  reader.sources.push(file);
  // Most files use none of the line-level features, and then a line is only cut into words.
  const whole: SourceText = { file, text, segments: null };
  const plain = !/[$@~\0]/.test(text);
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (at === 1) reader.report(catalog.byte_order_mark(spanOf(file, 0, 1), {}));
  while (at < text.length) {
    if (reader.taken + reader.pieces.length > PIECES_MAX) {
      reader.report(catalog.too_much(spanOf(file, at, at + 1), { limit: PIECES_MAX }));
      return;
    }
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const next = readLine(reader, whole, at, end, plain, depth);
    at = next === null ? end + 1 : next;
    if (reader.portion === 'section' && sectionIsOver(reader)) endSection(reader);
  }
}

/** Returns where to go on when more than one physical line was used, else null. */
function readLine(
  reader: Reader,
  whole: SourceText,
  lineFrom: number,
  lineTo: number,
  plain: boolean,
  depth: number,
): number | null {
  const { file } = whole;
  if (isTooLong(reader, file, lineFrom, lineTo)) return null;
  let from = lineFrom;
  while (from < lineTo && isBlank(file.text.charCodeAt(from))) from++;
  if (plain) {
    lexAndInclude(reader, whole, from, lineTo, depth);
    return null;
  }
  if (hasNul(reader, file, from, lineTo)) return null;
  if (file.text[from] === '@') {
    const kept = conditionHolds(reader, file, from, lineTo);
    if (kept === null) return null;
    from = kept;
  }
  const to = commentStart(file.text, from, lineTo);
  const sign = file.text[from];
  if (sign === '$') {
    const afterDefinition = readDefinition(reader, file, from, to, lineTo);
    if (afterDefinition !== null) return afterDefinition;
  }
  if (sign === '~' && isSequence(file.text.slice(from, to))) {
    reader.report(catalog.sequence(spanOf(file, from, to), {}));
    return null;
  }
  readExpanded(reader, whole, from, to, depth);
  return null;
}

function isTooLong(reader: Reader, file: SourceFile, from: number, to: number): boolean {
  if (to - from <= LINE_MAX) return false;
  const length = file.text[to - 1] === '\r' ? to - 1 - from : to - from;
  if (length <= LINE_MAX) return false;
  reader.report(catalog.line_too_long(spanOf(file, from, from + 1), { length, limit: LINE_MAX }));
  return true;
}

function hasNul(reader: Reader, file: SourceFile, from: number, to: number): boolean {
  const nul = file.text.slice(from, to).indexOf('\0');
  if (nul === -1) return false;
  reader.report(catalog.nul_byte(spanOf(file, from + nul, from + nul + 1), {}));
  return true;
}

/** `@ID rest` and `@^ID rest`: where `rest` begins when it counts here, else null. */
function conditionHolds(reader: Reader, file: SourceFile, from: number, to: number): number | null {
  const match = /^@(\^?)(\S*)\s+(?=\S)/.exec(file.text.slice(from, to));
  if (match === null) return null;
  const same = match[2] === reader.options.configId;
  return same === (match[1] === '') ? from + match[0].length : null;
}

/** Stores `$NAME=…`; null when the line is a use and not a definition. */
function readDefinition(
  reader: Reader,
  file: SourceFile,
  from: number,
  to: number,
  lineTo: number,
): number | null {
  const definition = parseDefinition(file.text.slice(from, to));
  if (definition === null) return null;
  const lines: string[] = [];
  let [text, next] = [definition.text, lineTo + 1];
  while (text.endsWith('\\')) {
    lines.push(text.slice(0, -1).trimEnd());
    const newline = file.text.indexOf('\n', next);
    const end = newline === -1 ? file.text.length : newline;
    const raw = file.text.slice(next, end);
    text = raw.slice(0, commentStart(raw, 0, raw.length)).trim();
    next = end + 1;
    if (next > file.text.length || raw.trim() === '') break;
    if (text === '') text = '\\'; // a comment inside a definition does not end it
  }
  lines.push(text.replace(/\\$/, ''));
  reader.macros.set(definition.name, { lines, definedAt: spanOf(file, from, to) });
  return next;
}

function readExpanded(reader: Reader, whole: SourceText, from: number, to: number, depth: number): void {
  const expansion = expandLine(whole.file, from, to, reader.table);
  switch (expansion.kind) {
    case 'unchanged':
      return lexAndInclude(reader, whole, from, to, depth);
    case 'expanded':
      for (const source of [expansion.source, ...expansion.following]) {
        const end = source.text.length;
        if (isSequence(source.text)) reader.report(catalog.sequence(originOf(source, 0, end), {}));
        else lexAndInclude(reader, source, 0, end, depth);
      }
      return;
    case 'endless':
      return reader.report(catalog.macro_endless(expansion.at, { name: expansion.name }));
    case 'too_long':
      return reader.report(catalog.macro_too_long(expansion.at, { name: expansion.name }));
  }
}

const isSequence = (line: string): boolean => /^\s*~(SEQx?|LST)\(/.test(line);

function lexAndInclude(reader: Reader, source: SourceText, from: number, to: number, depth: number): void {
  const before = reader.pieces.length;
  lexLine(source, from, to, reader.pieces, reader.report);
  for (let i = before; i < reader.pieces.length; i++) {
    const piece = reader.pieces[i];
    if (piece?.kind !== 'words' || !isInclude(piece.keyword.text)) continue;
    const rest = reader.pieces.splice(i).slice(1);
    include(reader, piece, depth);
    i = reader.pieces.length - 1;
    reader.pieces.push(...rest);
  }
}

function include(reader: Reader, { keyword, args }: WordsPiece, depth: number): void {
  const [pattern] = args;
  if (pattern === undefined) {
    const wanted = 'a file name or pattern';
    reader.report(catalog.missing_argument(keyword, { keyword: keyword.text, wanted }));
    return;
  }
  const strictness = strictnessOf(reader.options.strictIncludes ? 'includea' : keyword.text);
  const fail = ({ fatal, text }: IncludeFailure) =>
    reader.report((fatal ? catalog.include_refused : catalog.include_failed)(pattern, { problem: text }));
  const matches = reader.files.glob(pattern.text, directoryOf(keyword.file.path));
  const failure = matchFailure(pattern.text, matches, strictness);
  if (failure !== null) fail(failure);
  for (const path of matches.paths) {
    includeOne(reader, path, pattern, depth, (text) => fail({ fatal: strictness.read, text }));
  }
}

function includeOne(
  reader: Reader,
  path: string,
  at: Span,
  depth: number,
  fail: (problem: string) => void,
): void {
  if (isOpen(at.file, path)) return fail(`'${path}' includes itself`);
  if (depth >= INCLUDE_DEPTH_MAX) return fail(`more than ${INCLUDE_DEPTH_MAX} files inside each other`);
  if (reader.sources.length >= INCLUDED_FILES_MAX) return fail(`more than ${INCLUDED_FILES_MAX} files`);
  if (textTotal(reader) > TEXT_TOTAL_MAX) return fail(`more than ${TEXT_TOTAL_MAX} characters`);
  const text = reader.files.read(path);
  if (!text.ok) return fail(`cannot use '${path}': ${fileProblemText(text.error)}`);
  readFile(reader, { path, text: text.value, includedAt: at }, depth + 1);
}

const textTotal = ({ sources }: Reader): number => sources.reduce((sum, { text }) => sum + text.length, 0);

function isOpen(file: SourceFile, path: string): boolean {
  for (let open: SourceFile | null = file; open !== null; open = open.includedAt?.file ?? null) {
    if (open.path === path) return true;
  }
  return false;
}
