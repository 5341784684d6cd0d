/** `vipctl import` of a keepalived.conf: one file without includes, macros and conditions, old words under their new
 *  names, and a note above each line that vipd has something to say about. Lines that mean nothing become comments,
 *  and braces are put where the parser took them to be. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { LoadedConfig } from '../parse.ts';
import type { Span } from '../syntax/source.ts';
import type { BracePiece, Piece, WordsPiece } from '../syntax/tree.ts';
import { quoted } from './blocks.ts';

/** Diagnostics of lines that have no meaning. */
const MEANINGLESS: ReadonlySet<string> = new Set(['unknown_keyword', 'retired', 'strange_blank']);
const INDENT = '    ';

interface Printer {
  readonly lines: string[];
  readonly notesAt: (place: Span) => readonly Diagnostic[];
  /** notes that are written already, with the place of their line */
  readonly told: Set<string>;
  depth: number;
  /** depth of the block that is left out, as a comment */
  silentFrom: number | null;
}

/** `pieces` of the whole configuration, and what became of it. */
export function importKeepalived(pieces: readonly Piece[], { diagnostics }: LoadedConfig): string {
  const printer: Printer = {
    lines: [],
    notesAt: createNotes(diagnostics),
    told: new Set(),
    depth: 0,
    silentFrom: null,
  };
  for (const { at, text } of diagnostics) if (at === null) printer.lines.push(`# ${text}`);
  pieces.forEach((piece, i) => {
    const next = pieces[i + 1];
    if (piece.kind === 'words') printWords(printer, piece, next?.kind === 'open' ? next : null);
    else if (piece.kind === 'close') printClose(printer);
    else printer.depth++;
    if (piece.kind === 'open' && pieces[i - 1]?.kind !== 'words') leaveOut(printer, '{', printer.depth - 1);
  });
  while (printer.depth > 0) printClose(printer);
  return `${printer.lines.join('\n').trim()}\n`;
}

function printWords(printer: Printer, piece: WordsPiece, open: BracePiece<'open'> | null): void {
  const about = [piece.keyword, ...piece.args].flatMap(printer.notesAt).filter((one) => isAbout(one, piece));
  for (const { id } of about) if (id === 'missing_close') printClose(printer);
  const indent = INDENT.repeat(printer.depth);
  for (const { text, help } of about) {
    const note = `# ${text}${help === null ? '' : `: ${help}`}`;
    if (printer.told.has(`${piece.keyword.start} ${note}`)) continue; // a sequence brings a line up several times
    printer.told.add(`${piece.keyword.start} ${note}`);
    printer.lines.push(`${indent}${note}`);
  }
  const line = lineOf(piece, about);
  const hasNoBlock =
    open !== null && printer.notesAt(open).some((one) => one.id === 'unexpected_open' && isAbout(one, piece));
  if (printer.silentFrom !== null) add(printer, open === null ? line : `${line} {`);
  else if (about.some(({ id }) => MEANINGLESS.has(id))) {
    if (open === null) printer.lines.push(`${indent}#${line}`);
    else leaveOut(printer, `${line} {`, printer.depth);
  } else if (hasNoBlock) {
    add(printer, line);
    leaveOut(printer, '{', printer.depth);
  } else if (about.some(({ id }) => id === 'missing_open')) {
    add(printer, `${line} {`);
    printer.depth++;
  } else add(printer, open === null ? line : `${line} {`);
}

/** What decides how a line is printed, and names its keyword. */
const ABOUT_KEYWORD: ReadonlySet<string> = new Set([
  ...MEANINGLESS,
  ...['replaced', 'missing_open', 'missing_close', 'unexpected_open'],
]);

/** All lines that one macro made have one place: of what is said there, a line gets what names its own keyword. */
const isAbout = ({ id, text }: Diagnostic, { keyword, source }: WordsPiece): boolean =>
  source.segments === null || !ABOUT_KEYWORD.has(id) || text.includes(`'${keyword.text}'`);

/** From here to the brace that closes it again, everything is a comment. */
function leaveOut(printer: Printer, line: string, depth: number): void {
  printer.silentFrom ??= depth;
  printer.lines.push(`${INDENT.repeat(depth)}#${line}`);
}

function printClose(printer: Printer): void {
  if (printer.depth === 0) return;
  printer.depth--;
  add(printer, '}');
  if (printer.silentFrom === printer.depth) printer.silentFrom = null;
  if (printer.depth === 0) printer.lines.push('');
}

function add({ lines, depth, silentFrom }: Printer, line: string): void {
  if (silentFrom === null) lines.push(`${INDENT.repeat(depth)}${line}`);
  else lines.push(`${INDENT.repeat(silentFrom)}#${INDENT.repeat(depth - silentFrom)}${line}`);
}

/** Words behind the keyword as they were written, or made by macros; an old keyword by its new name. */
function lineOf({ keyword, source, tailFrom, tailTo }: WordsPiece, about: readonly Diagnostic[]): string {
  const replaced = about.find(({ id }) => id === 'replaced');
  const newName = replaced === undefined ? null : /write '(\S+)'/.exec(replaced.help ?? '')?.[1];
  const tail = source.text.slice(tailFrom, tailTo).trim();
  return `${newName ?? quoted(keyword.text)}${tail === '' ? '' : ` ${tail}`}`;
}

/** Finds the diagnostics at a place. Of one kind only the first is kept, since a sequence can bring up thousands at its
 *  place; a brace is missing as often as it is said. */
function createNotes(diagnostics: readonly Diagnostic[]): Printer['notesAt'] {
  const byFile = new Map<string, Map<number, Diagnostic[]>>();
  for (const diagnostic of diagnostics) {
    const { at } = diagnostic;
    if (at === null) continue;
    const starts = byFile.get(at.file.path) ?? new Map<number, Diagnostic[]>();
    byFile.set(at.file.path, starts);
    const here = starts.get(at.start) ?? [];
    starts.set(at.start, here);
    if (diagnostic.id === 'missing_close' || here.every(({ id }) => id !== diagnostic.id))
      here.push(diagnostic);
  }
  return ({ file, start }) => {
    return byFile.get(file.path)?.get(start) ?? [];
  };
}
