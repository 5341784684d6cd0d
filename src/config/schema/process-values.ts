/** Values of the keywords that say how vipd's processes run. */
import { catalog } from '../diagnostics/catalog.ts';
import type { ValueReader } from './row.ts';
import { oneWord, parseInteger } from './values.ts';

/** CPU_SETSIZE (sched.h) */
const CPU_MAX = 1_023;

/** Numbers of processors. One that is wrong takes the whole line away, as with keepalived. */
export const processors: ValueReader<readonly number[]> = (words, report) => {
  const numbers = words.args.map((word) => parseInteger(word, 0, CPU_MAX, words.keyword.text, report));
  if (numbers.length === 0) {
    report(catalog.missing_argument(words.keyword, { keyword: words.keyword.text, wanted: 'processors' }));
    return undefined;
  }
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
};

/** S_IRUSR and the like without their S_ (sys/stat.h). */
const BITS: Readonly<Record<string, number>> = {
  ...{ IRUSR: 0o400, IWUSR: 0o200, IXUSR: 0o100, IRWXU: 0o700 },
  ...{ IRGRP: 0o040, IWGRP: 0o020, IXGRP: 0o010, IRWXG: 0o070 },
  ...{ IROTH: 0o004, IWOTH: 0o002, IXOTH: 0o001, IRWXO: 0o007 },
};
const UMASK_MAX = 0o777;

/** A number as C writes it, or `IWGRP|IWOTH`. */
export const fileMask: ValueReader<number> = oneWord('a mask', (word, { keyword }, report) => {
  const value = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(word.text) ? numberOf(word.text) : bitsOf(word.text);
  if (value !== null && value <= UMASK_MAX) return value;
  report(catalog.bad_umask(word, { keyword: keyword.text, word: word.text }));
  return undefined;
});

const numberOf = (text: string): number =>
  /^0x/i.test(text) ? Number.parseInt(text, 16) : Number.parseInt(text, text.startsWith('0') ? 8 : 10);

function bitsOf(text: string): number | null {
  let mask = 0;
  for (const name of text.split('|')) {
    const bit = BITS[name.trim().replace(/^S_/, '')];
    if (bit === undefined) return null;
    mask |= bit;
  }
  return mask;
}
