/** Configuration text as it is being made: lines, blocks and the notes that explain them. */

export type Entry = string | Block | Note;

export interface Block {
  readonly head: string;
  readonly entries: readonly Entry[];
}

/** A comment for whoever reads the result. */
export interface Note {
  readonly note: string;
}

export const note = (text: string): Note => ({ note: text });
export const block = (head: string, entries: readonly Entry[]): Block => ({ head, entries });

/** In the layout of printing/format.ts. */
export function printEntries(entries: readonly Entry[], indent = ''): string {
  return entries.map((entry, i) => printEntry(entry, indent, indent === '' && i > 0)).join('');
}

function printEntry(entry: Entry, indent: string, apart: boolean): string {
  if (typeof entry === 'string') return `${indent}${entry}\n`;
  if ('note' in entry) return `${indent}# ${entry.note}\n`;
  const inner = printEntries(entry.entries, `${indent}    `);
  return `${apart ? '\n' : ''}${indent}${entry.head} {\n${inner}${indent}}\n`;
}

/** A word of the result: in quotes when it holds a blank, a brace or a comment sign. */
export const quoted = (word: string): string =>
  /[\s{}#!]|^$/.test(word) ? `"${word.replaceAll('"', '')}"` : word;
