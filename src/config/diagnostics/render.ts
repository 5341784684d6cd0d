/**
 * Diagnostics as text for people and as JSON for tools.
 *
 *     web.conf:31:5: warning: 'nat_mask' is not a keyword of virtual_server any more; the line has no effect
 *        31 |     nat_mask 255.255.255.0
 *           |     ^~~~~~~~
 *       help: it never had an effect in IPVS and was removed; delete the line
 */
import { createPositions, type Position, type Span } from '../syntax/source.ts';
import { type Diagnostic, GRAVITY, type Severity } from './diagnostic.ts';
import { maskSecrets } from './secrets.ts';

/** Columns of a source line that are shown; a longer line is cut around the caret. */
const WIDTH_MAX = 100;
/** Diagnostics that are printed; the rest is counted. */
export const PRINTED_MAX = 500;

/** Colours of a terminal (ECMA-48 SGR) by what they show; `plain` leaves them out. */
export type Paint = (text: string, as: Severity | 'note' | 'help' | 'place') => string;

export const plain: Paint = (text) => text;

const SGR: Readonly<Record<Parameters<Paint>[1], string>> = {
  error: '1;31', warning: '1;33', hint: '1;36', note: '36', help: '32', place: '1',
}; // biome-ignore format: one line reads better

export const coloured: Paint = (text, as) => (text === '' ? '' : `\x1b[${SGR[as]}m${text}\x1b[0m`);

/** All diagnostics in the order of the text; those without a place come first. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], paint: Paint = plain): string {
  const positionOf = createPositions();
  const shown = inTextOrder(diagnostics).slice(0, PRINTED_MAX);
  const blocks = shown.map((diagnostic) => renderOne(diagnostic, positionOf, paint));
  const hidden = diagnostics.length - shown.length;
  if (hidden > 0) blocks.push(`and ${hidden} more\n`);
  return blocks.join('');
}

/** Plain data, one object per diagnostic. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[]): readonly DiagnosticJson[] {
  const positionOf = createPositions();
  const place = (span: Span | null): PlaceJson | null => {
    if (span === null) return null;
    const { line, column } = positionOf(span);
    return { file: span.file.path, line, column, length: span.end - span.start };
  };
  return inTextOrder(diagnostics).map(({ id, gravity, text, at, notes, help }) => ({
    id,
    severity: GRAVITY[gravity].severity,
    refuses: GRAVITY[gravity].refuses,
    text,
    at: place(at),
    notes: notes.map((note) => ({ text: note.text, at: place(note.at) })),
    help,
  }));
}

export interface PlaceJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface DiagnosticJson {
  readonly id: string;
  readonly severity: Severity;
  readonly refuses: boolean;
  readonly text: string;
  readonly at: PlaceJson | null;
  readonly notes: readonly { readonly text: string; readonly at: PlaceJson | null }[];
  readonly help: string | null;
}

/** Files keep the order in which they were first complained about; inside a file the text decides. */
function inTextOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = new Map<unknown, number>();
  for (const { at } of diagnostics) {
    if (at !== null && !files.has(at.file)) files.set(at.file, files.size);
  }
  const rank = ({ at }: Diagnostic): number => (at === null ? -1 : (files.get(at.file) ?? 0));
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || (a.at?.start ?? 0) - (b.at?.start ?? 0));
}

function renderOne(diagnostic: Diagnostic, positionOf: (span: Span) => Position, paint: Paint): string {
  const { at, text, notes, help } = diagnostic;
  const { severity } = GRAVITY[diagnostic.gravity];
  const lines = [
    `${paint(where(at, positionOf), 'place')}${paint(`${severity}:`, severity)} ${printable(text)}`,
  ];
  if (at !== null) lines.push(...excerpt(at, positionOf, (marks) => paint(marks, severity)));
  for (const note of notes) {
    lines.push(
      `  ${paint('note:', 'note')} ${where(note.at, positionOf)}${printable(note.text)}`,
      ...excerpt(note.at, positionOf, (marks) => paint(marks, 'note')),
    );
  }
  for (let from = at?.file.includedAt ?? null; from !== null; from = from.file.includedAt) {
    lines.push(`  ${paint('note:', 'note')} ${where(from, positionOf)}included here`);
  }
  if (help !== null) lines.push(`  ${paint('help:', 'help')} ${printable(help)}`);
  return `${lines.join('\n')}\n`;
}

function where(at: Span | null, positionOf: (span: Span) => Position): string {
  if (at === null) return '';
  const { line, column } = positionOf(at);
  return `${printable(at.file.path)}:${line}:${column}: `;
}

/** The line and, under it, a caret with a tail as long as the word. */
function excerpt(
  at: Span,
  positionOf: (span: Span) => Position,
  paintMarks: (marks: string) => string,
): readonly string[] {
  const { line, column, lineText: whole } = positionOf(at);
  const lineText = maskSecrets(whole);
  const first = column > WIDTH_MAX ? column - WIDTH_MAX / 2 : 1;
  const shown = printable(lineText.slice(first - 1, first - 1 + WIDTH_MAX));
  const lead = lineText.slice(first - 1, column - 1);
  const length = Math.max(1, Math.min(at.end - at.start, first - 1 + WIDTH_MAX - (column - 1)));
  const gutter = `${line}`.padStart(5);
  // a tab stays a tab, so the caret stands under its word whatever the tab width is
  const indent = lead.replace(/[^\t]/g, ' ');
  const word = lineText.slice(column - 1, column - 1 + length);
  const marks = paintMarks(`^${'~'.repeat(widthOf(word) - 1)}`);
  return [`${gutter} | ${shown}`, `${' '.repeat(gutter.length)} | ${indent}${padWide(lead)}${marks}`];
}

/** Control characters would let a file write on the reader's terminal. */
const printable = (text: string): string => text.replace(/[^\P{Cc}\t]/gu, '\ufffd');

const isWide = (character: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
    character,
  );
const wideCount = (text: string): number => [...text].filter(isWide).length;
/** East Asian wide characters take two columns of a terminal. */
const padWide = (text: string): string => ' '.repeat(wideCount(text));
const widthOf = (text: string): number => Math.max(1, text.length + wideCount(text));
