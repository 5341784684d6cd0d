/** The value of `umask`: a number or the names of bits. */
import { catalog } from '../diagnostics/catalog.ts';
import { oneWord } from './values.ts';

/** Names of the bits as in sys/stat.h without S_. */
const MODE_BITS: ReadonlyMap<string, number> = new Map([
  ['IRUSR', 0o400], ['IWUSR', 0o200], ['IXUSR', 0o100], ['IRWXU', 0o700],
  ['IRGRP', 0o040], ['IWGRP', 0o020], ['IXGRP', 0o010], ['IRWXG', 0o070],
  ['IROTH', 0o004], ['IWOTH', 0o002], ['IXOTH', 0o001], ['IRWXO', 0o007],
]); // biome-ignore format: one row per class

/** `0x7f`, `077`, `63`, or `IRWXG|IRWXO`. */
export const fileMask = oneWord('a mask', (word, _, report): number | undefined => {
  const mask = numberOf(word.text) ?? namedBits(word.text);
  if (mask !== null && mask <= 0o777) return mask;
  report(catalog.bad_mask(word, { word: word.text }));
  return undefined;
});

function numberOf(text: string): number | null {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : null;
}

function namedBits(text: string): number | null {
  let mask = 0;
  for (const name of text.split('|')) {
    const bit = MODE_BITS.get(name);
    if (bit === undefined) return null;
    mask |= bit;
  }
  return mask;
}
