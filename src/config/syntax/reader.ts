/** From files to pieces: lines, `@id` conditions, `$NAME` definitions, sequences and includes, in the order of
 *  grammar.md section 1. Everything a person wrote passes here once, so all limits of the text live here. */
import { type Prng, prng } from '../../base/prng.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { builtInText, type Surroundings } from './built-in.ts';
import { type ConfigFiles, directoryOf, fileProblemText } from './files.ts';
import {
  type IncludeFailure,
  isInclude,
  matchFailure,
  raised,
  type Strictness,
  strictnessOf,
} from './include.ts';
import { commentStart, isBlank, lexLine } from './lexer.ts';
import { expandLine, expandParameters, type Macro, type MacroTable, parseDefinition } from './macros.ts';
import { isSequence, parseSequence } from './sequence.ts';
import { originOf, type SourceFile, type SourceText, type Span, sliceSource, spanOf } from './source.ts';
import type { Piece, WordsPiece } from './tree.ts';

/** Characters of one line (keepalived's buffer without newline and end mark). */
export const LINE_MAX = 1022;
/** Files inside files inside files. */
const INCLUDE_DEPTH_MAX = 32;
/** Files of one configuration, each counted as often as it is included. */
const INCLUDED_FILES_MAX = 4096;
/** Characters of all files together. */
const TEXT_TOTAL_MAX = 64 * 1024 * 1024;
/** Lines that are made inside each other by sequences and macros; a macro that leads to itself gets there. */
const MADE_DEPTH_MAX = 32;
/** Lines and braces of all files together: six times what ten thousand real servers need. */
const PIECES_MAX = 500_000;

export interface ReaderOptions extends Surroundings {
  /** -e: every include must succeed */
  readonly strictIncludes: boolean;
  /** of ${_RANDOM} until the text gives a random_seed */
  readonly randomSeed: number;
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
  /** of all sources */
  characters: number;
  /** what include_check asks of plain includes in the current file */
  includeCheck: Strictness;
  random: Prng;
  /** made lines that are being read inside each other */
  madeDepth: number;
  /** made lines so far, and written ones */
  rounds: number;
  written: number;
  /** the line in hand is endless and has been reported */
  endless: boolean;
  /** PIECES_MAX is reached and has been reported */
  full: boolean;
}

export interface ReadResult {
  /** every file that was opened, the main file first */
  readonly sources: readonly SourceFile[];
  /** lines that were read: those of all files, each as often as it is included, and those that sequences and macros of
   *  several lines made */
  readonly lines: number;
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
  const builtIn: MacroTable['builtIn'] = (name, argument, file) =>
    builtInText(name, argument, file, options, reader.random);
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
    characters: 0,
    includeCheck: strictnessOf(options.strictIncludes ? 'includea' : 'include'),
    random: prng(options.randomSeed),
    madeDepth: 0,
    rounds: 0,
    written: 0,
    endless: false,
    full: false,
  };
  const main = files.read(path);
  if (main.ok) {
    readFile(reader, { path, text: main.value, includedAt: null }, 0);
  } else {
    report(catalog.main_file(null, { path, problem: fileProblemText(main.error) }));
  }
  endSection(reader);
  return { sources: reader.sources, lines: reader.written + reader.rounds };
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
  reader.characters += text.length;
  // Most files use none of the line-level features, and then a line is only cut into words.
  const whole: SourceText = { file, text, segments: null };
  const plain = !/[$@~\0]/.test(text);
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (at === 1) reader.report(catalog.byte_order_mark(spanOf(file, 0, 1), {}));
  while (at < text.length) {
    if (isFull(reader, spanOf(file, at, at + 1))) return;
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    reader.written++;
    const next = readLine(reader, whole, at, end, plain, depth);
    at = next === null ? end + 1 : next;
    if (reader.portion === 'section' && sectionIsOver(reader)) endSection(reader);
  }
}

function isFull(reader: Reader, at: Span): boolean {
  if (!reader.full && reader.taken + reader.pieces.length + reader.rounds > PIECES_MAX) {
    reader.full = true;
    reader.report(catalog.too_much(at, { limit: PIECES_MAX }));
  }
  return reader.full;
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
  return readText(reader, whole, from, lineTo, depth);
}

/** One line, written or made, with all that a line may begin with; answers like readLine. */
function readText(
  reader: Reader,
  source: SourceText,
  lineFrom: number,
  lineTo: number,
  depth: number,
): number | null {
  const { text } = source;
  const from = text[lineFrom] === '@' ? conditionHolds(reader, text, lineFrom, lineTo) : lineFrom;
  if (from === null) return null;
  const to = commentStart(text, from, lineTo);
  if (text[from] === '$') {
    const afterDefinition = readDefinition(reader, source, from, to, lineTo);
    if (afterDefinition !== null) return afterDefinition;
  }
  if (text[from] === '~' && isSequence(text.slice(from, to))) readSequence(reader, source, from, to, depth);
  else readExpanded(reader, source, from, to, depth);
  return null;
}

/** Reads the text behind `~SEQ(…)` or `~LST(…)` as a line of its own for each of their values. */
function readSequence(reader: Reader, source: SourceText, from: number, to: number, depth: number): void {
  const at = originOf(source, from, to);
  const expand = (parameters: string) => expandParameters(parameters, source.file, reader.table);
  const sequence = parseSequence(source.text.slice(from, to), expand);
  if (!sequence.ok) return reader.report(catalog.bad_sequence(at, { problem: sequence.error }));
  const { names, rounds, textFrom } = sequence.value;
  const line = sliceSource(source, from + textFrom, to);
  for (const values of rounds) {
    for (const [i, name] of names.entries()) {
      reader.macros.set(name, { lines: [values[i] ?? ''], definedAt: at });
    }
    if (!readMade(reader, line, at, depth)) return;
  }
}

/** Reads a line that nobody wrote; false when there is no end of such lines and the rest is given up. */
function readMade(reader: Reader, line: SourceText, at: Span, depth: number): boolean {
  if (reader.madeDepth >= MADE_DEPTH_MAX && !reader.endless) {
    reader.endless = true;
    reader.report(catalog.line_endless(at, { limit: MADE_DEPTH_MAX }));
  }
  if (reader.endless || isFull(reader, at)) return false;
  reader.rounds++;
  reader.madeDepth++;
  readText(reader, line, 0, line.text.length, depth);
  reader.madeDepth--;
  const goesOn = !reader.endless;
  if (reader.madeDepth === 0) reader.endless = false;
  return goesOn;
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
function conditionHolds(reader: Reader, text: string, from: number, to: number): number | null {
  const match = /^@(\^?)(\S*)\s+(?=\S)/.exec(text.slice(from, to));
  if (match === null) return null;
  const same = match[2] === reader.options.configId;
  return same === (match[1] === '') ? from + match[0].length : null;
}

/** Stores `$NAME=…`; null when the line is a use and not a definition. */
function readDefinition(
  reader: Reader,
  source: SourceText,
  from: number,
  to: number,
  lineTo: number,
): number | null {
  const whole = source.text;
  const definition = parseDefinition(whole.slice(from, to));
  if (definition === null) return null;
  const lines: string[] = [];
  let [text, next] = [definition.text, lineTo + 1];
  while (text.endsWith('\\')) {
    lines.push(text.slice(0, -1).trimEnd());
    const newline = whole.indexOf('\n', next);
    const end = newline === -1 ? whole.length : newline;
    const raw = whole.slice(next, end);
    text = raw.slice(0, commentStart(raw, 0, raw.length)).trim();
    next = end + 1;
    reader.written++;
    if (next > whole.length || raw.trim() === '') break;
    if (text === '') text = '\\'; // a comment inside a definition does not end it
  }
  lines.push(text.replace(/\\$/, ''));
  reader.macros.set(definition.name, { lines, definedAt: originOf(source, from, to) });
  return next;
}

function readExpanded(reader: Reader, source: SourceText, from: number, to: number, depth: number): void {
  const expansion = expandLine(source, from, to, reader.table);
  switch (expansion.kind) {
    case 'unchanged':
      return lexAndInclude(reader, source, from, to, depth);
    case 'expanded': {
      const { source: made, following } = expansion;
      if (isSequence(made.text)) readSequence(reader, made, 0, made.text.length, depth);
      else lexAndInclude(reader, made, 0, made.text.length, depth);
      const at = originOf(source, from, to);
      following.every((line) => readMade(reader, line, at, depth));
      return;
    }
    case 'endless':
      return reader.report(catalog.macro_endless(expansion.at, { name: expansion.name }));
    case 'too_long':
      return reader.report(catalog.macro_too_long(expansion.at, { name: expansion.name }));
  }
}

function lexAndInclude(reader: Reader, source: SourceText, from: number, to: number, depth: number): void {
  const before = reader.pieces.length;
  lexLine(source, from, to, reader.pieces, reader.report);
  for (let i = before; i < reader.pieces.length; i++) {
    const piece = reader.pieces[i];
    if (piece?.kind !== 'words') continue;
    if (piece.keyword.text === 'include_check') {
      reader.includeCheck = raised(reader.includeCheck, piece.args);
    } else if (piece.keyword.text === 'random_seed') {
      reader.random = prng(Number(piece.args[0]?.text) >>> 0);
    }
    if (!isInclude(piece.keyword.text)) continue;
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
  const strictness = keyword.text === 'include' ? reader.includeCheck : strictnessOf(keyword.text);
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
  if (reader.characters > TEXT_TOTAL_MAX) return fail(`more than ${TEXT_TOTAL_MAX} characters`);
  const text = reader.files.read(path);
  if (!text.ok) return fail(`cannot use '${path}': ${fileProblemText(text.error)}`);
  const { includeCheck } = reader;
  readFile(reader, { path, text: text.value, includedAt: at }, depth + 1);
  reader.includeCheck = includeCheck; // it holds until the end of the file that said it
}

function isOpen(file: SourceFile, path: string): boolean {
  for (let open: SourceFile | null = file; open !== null; open = open.includedAt?.file ?? null) {
    if (open.path === path) return true;
  }
  return false;
}
