/** track_file: a number in a file (behaviour.md section 6). */
import type { TrackFile } from '../../config/model/vrrp.ts';

export interface FileTracker {
  readonly kind: 'file';
  readonly config: TrackFile;
  /** null until the file was looked at */
  readonly value: number | null;
}

export const newFile = (config: TrackFile): FileTracker => ({ kind: 'file', config, value: null });

const I32_MIN = -2_147_483_648;
const I32_MAX = 2_147_483_647;

/** `content` null: there is no file. A value outside 32 bits is ignored, and the last one stays. */
export const readAs = (file: FileTracker, content: string | null): FileTracker => ({
  ...file,
  value: numberIn(content) ?? file.value ?? 0,
});

/** null: a number that 32 bits do not hold; no file holds 0. */
export function numberIn(content: string | null): number | null {
  const value = firstNumber(content ?? '');
  return value >= I32_MIN && value <= I32_MAX ? value : null;
}

/** The first number, as strtol(3) with base 0 reads it: 12, -12, 0x1f, 017. Anything else is 0. */
function firstNumber(text: string): number {
  const [, sign, hex, octal, decimal] =
    /^\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9]\d*))/.exec(text) ?? [];
  const digits = hex ?? octal ?? decimal ?? '';
  const size =
    digits === '' ? 0 : Number.parseInt(digits, hex !== undefined ? 16 : octal !== undefined ? 8 : 10);
  return sign === '-' ? 0 - size : size;
}
