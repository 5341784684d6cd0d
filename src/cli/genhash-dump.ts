/** The sections of `genhash -v`, as the original prints them: sixteen bytes a line behind a decimal offset. */
import type { HttpHead } from '../checks/core/http-message.ts';

const LINE_BYTES = 16;
const HALF = 8;

export function hexDump(bytes: Uint8Array): string {
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += LINE_BYTES) {
    const line = bytes.subarray(offset, offset + LINE_BYTES);
    const cells = Array.from({ length: LINE_BYTES }, (_, i) => cell(line[i])).join('');
    const halves = `${cells.slice(0, 3 * HALF)}- ${cells.slice(3 * HALF)}`;
    text += `${String(offset).padStart(4, '0')}  ${halves}  ${printable(line).padEnd(LINE_BYTES)}\n`;
  }
  return text;
}

const cell = (byte: number | undefined): string =>
  byte === undefined ? '   ' : `${byte.toString(16).padStart(2, '0')} `;

const printable = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');

const RULE = '-----------------------';

export function headSection(head: HttpHead): string {
  const ascii = Array.from(head.bytes, (byte) => String.fromCharCode(byte)).join('');
  return (
    `${RULE}[    HTTP Header Buffer    ]${RULE}\n${hexDump(head.bytes)}` +
    `${RULE}[ HTTP Header Ascii Buffer ]${RULE}\n${ascii}\n`
  );
}

export const BODY_TITLE = `${RULE}[        HTML Buffer        ]${RULE}\n`;

export const digestSection = (digest: Uint8Array): string =>
  `\n${RULE}[    HTML hash resulting    ]${RULE}\n${hexDump(digest)}` +
  `${RULE}[ HTML hash final resulting ]${RULE}\n`;

export const timeSection = (url: string, micros: number): string =>
  `\nGlobal response time for [${url}] = ${micros} usecs\n`;
