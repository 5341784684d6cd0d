/** `$NAME=text` definitions and their use (grammar.md section 6): text in, text out, with a map back to the file. */
import { isSequence } from './sequence.ts';
import { originOf, type Segment, type SourceFile, type SourceText, type Span, segmentsOf } from './source.ts';

/** One macro: more than one line only when it was written with trailing backslashes. */
export interface Macro {
  readonly lines: readonly string[];
  readonly definedAt: Span;
}

export interface MacroTable {
  readonly get: (name: string) => Macro | undefined;
  /** `${_PWD}`, `${_ENV HOME}` …: the text, or undefined for an unknown name */
  readonly builtIn: (name: string, argument: string, file: SourceFile) => string | undefined;
}

/** Macros looked up for one line before it is given up; keepalived itself hangs on a macro that names itself. */
const USES_PER_LINE_MAX = 1000;
/** Characters of one line after expansion: the size of keepalived's line buffer. */
const EXPANDED_MAX = 1024;

export type Expansion =
  | { readonly kind: 'unchanged' }
  /** `following`: further lines of a multi-line macro, to be read as lines of their own */
  | { readonly kind: 'expanded'; readonly source: SourceText; readonly following: readonly SourceText[] }
  | { readonly kind: 'endless'; readonly name: string; readonly at: Span }
  | { readonly kind: 'too_long'; readonly name: string; readonly at: Span };

const USE = /\$(?:([A-Za-z_]\w*)(?=[\s,)/]|$)|\{([A-Za-z_]\w*)((?:[ \t][^}]*)?)\})/g;
const DEFINITION = /^\$([A-Za-z_]\w*)=[ \t]*(.*)$/;

/** `$NAME=text` at the start of `line` → its parts. */
export function parseDefinition(line: string): { readonly name: string; readonly text: string } | null {
  const match = DEFINITION.exec(line);
  return match === null ? null : { name: match[1] ?? '', text: (match[2] ?? '').trimEnd() };
}

/** Replaces every use in `source.text[from..to)`. */
export function expandLine(source: SourceText, from: number, to: number, macros: MacroTable): Expansion {
  const { file } = source;
  const line = source.text.slice(from, to);
  const segments: Segment[] = [];
  let text = '';
  let copiedTo = 0;
  let following: readonly string[] = [];
  let lastUse = originOf(source, from, to);
  const budget = newBudget();
  const copyUpTo = (end: number) => {
    if (end <= copiedTo) return;
    segments.push(...segmentsOf(source, from + copiedTo, from + end, text.length));
    text += line.slice(copiedTo, end);
  };
  for (const use of line.matchAll(USE)) {
    const leads = line.slice(0, use.index).trim() === '';
    const value = linesFor(use, file, macros, budget, leads);
    if (value === null) continue;
    const name = use[1] ?? use[2] ?? '';
    const end = use.index + use[0].length;
    lastUse = originOf(source, from + use.index, from + end);
    if (value === 'endless') return { kind: 'endless', name, at: lastUse };
    const [first = '', ...rest] = value;
    if (rest.length > 0 && line.slice(end).trim() !== '') continue; // only the last thing of a line may grow
    copyUpTo(use.index);
    segments.push({ at: text.length, start: lastUse.start, end: lastUse.end, copied: false });
    text += first;
    copiedTo = end;
    following = rest;
    if (text.length > EXPANDED_MAX) return { kind: 'too_long', name, at: lastUse };
  }
  if (copiedTo === 0) return { kind: 'unchanged' };
  copyUpTo(line.length);
  const standIn = (body: string): SourceText => ({
    file,
    text: body,
    segments: [{ at: 0, start: lastUse.start, end: lastUse.end, copied: false }],
  });
  return { kind: 'expanded', source: { file, text, segments }, following: following.map(standIn) };
}

/** What may still be looked up while one line is expanded, and the macros that are being expanded: one that comes up inside
 *  itself never ends. */
interface Budget {
  usesLeft: number;
  readonly open: Set<string>;
}

const newBudget = (): Budget => ({ usesLeft: USES_PER_LINE_MAX, open: new Set() });

/** The lines that stand for one use; null for a name that nobody defined, which is left as it is. Only the first is
 *  expanded: the others are read as lines of their own, with all that a line may begin with. A sequence that would
 *  begin a line (`leads`) stays as it is too: its macros get their values when it is read. */
function linesFor(
  use: RegExpExecArray,
  file: SourceFile,
  macros: MacroTable,
  budget: Budget,
  leads = false,
): readonly string[] | 'endless' | null {
  const name = use[1] ?? use[2] ?? '';
  if (budget.usesLeft-- <= 0) return 'endless';
  const macro = macros.get(name);
  if (macro === undefined) {
    const text = macros.builtIn(name, (use[3] ?? '').trim(), file);
    return text === undefined ? null : [text];
  }
  const [first = '', ...rest] = macro.lines;
  if (budget.open.has(name)) return 'endless';
  budget.open.add(name);
  const expanded = leads && isSequence(first) ? [first] : expandText(first, file, macros, budget);
  budget.open.delete(name);
  return expanded === null ? 'endless' : [...expanded, ...rest];
}

/** The parameters of a sequence with the macros in them replaced; as they are when that never ends. */
export const expandParameters = (text: string, file: SourceFile, macros: MacroTable): string =>
  expandText(text, file, macros, newBudget())?.[0] ?? text;

/** The text of a macro with the macros in it replaced, and the further lines of the one that it ends with; null when
 *  that never ends. */
function expandText(
  text: string,
  file: SourceFile,
  macros: MacroTable,
  budget: Budget,
): readonly [string, ...string[]] | null {
  if (!text.includes('$')) return [text];
  let out = '';
  let copiedTo = 0;
  let following: readonly string[] = [];
  for (const use of text.matchAll(USE)) {
    const value = linesFor(use, file, macros, budget);
    if (value === 'endless') return null;
    if (value === null) continue;
    const [first = '', ...rest] = value;
    const end = use.index + use[0].length;
    if (rest.length > 0 && text.slice(end).trim() !== '') continue;
    out += text.slice(copiedTo, use.index) + first;
    if (out.length > EXPANDED_MAX) return null;
    copiedTo = end;
    following = rest;
  }
  return [out + text.slice(copiedTo), ...following];
}
