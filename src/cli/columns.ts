/** Rows of cells as aligned lines for a terminal; pure. Cells may hold words of a remote server, so what
 *  could move the cursor is taken out. */

/** Two blanks between columns, none at a line's end. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  const clean = rows.map((row) => row.map(printable));
  for (const row of clean) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return clean.map((row) => `${indent}${line(row)}`.trimEnd().concat('\n')).join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
