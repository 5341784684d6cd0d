/** A walk over the words of a route or rule line. Each step takes what is expected or reports why not; then the walk has
 *  failed and the line is dropped, since half a route leads somewhere else. */
import { addressBits, type Family, familyOf, type IpAddress, parseIp } from '../../base/ip.ts';
import type { Prefix, Range } from '../../base/routing.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { NameFile } from '../schema/iproute-names.ts';
import { parseInterface, U32_MAX } from '../schema/values.ts';
import type { Span } from '../syntax/source.ts';
import type { Arguments, Word } from '../syntax/tree.ts';

export interface WordWalk {
  /** "route" or "rule", for complaints */
  readonly what: string;
  readonly report: Report;
  readonly failed: boolean;
  /** the one that the addresses so far have; null = none yet */
  readonly family: Family | null;
  /** the next word, without taking it; null at the end */
  peek(): Word | null;
  /** the word taken last */
  readonly last: Span;
  /** The next word; `wanted` finishes "'KEYWORD' needs …". */
  word(wanted: string): Word | null;
  /** Takes the next word when it is this one. */
  skip(word: string): boolean;
  fail(): null;
  /** Says that the word is not `wanted`, and fails. */
  refuse(word: Word, wanted: string): null;
  settle(family: Family, at: Word): void;
  address(): IpAddress | null;
  /** `IP[/LEN]`; a bad length is reported and the full length used */
  prefix(): Prefix | null;
  /** the same of a word that has been taken */
  prefixOf(word: Word): Prefix | null;
  interface(): InterfaceName | null;
  /** decimal, 0x or 0 octal */
  number(low: number, high: number): number;
  named(file: NameFile, wanted: string, low: number, high: number): number;
  range(high: number): Range | null;
  /** `[SRC/]DST` */
  realms(): number | null;
}

export type NamesOf = (file: NameFile) => ReadonlyMap<string, number>;

export function walkWords(line: Arguments, what: string, names: NamesOf, report: Report): WordWalk {
  let at = 0;
  let failed = false;
  let family: Family | null = null;
  let last: Word = line.keyword;
  const walk: WordWalk = {
    what,
    report,
    get failed() {
      return failed;
    },
    get family() {
      return family;
    },
    get last() {
      return last;
    },
    peek: () => line.args[at] ?? null,
    word: (wanted) => {
      const word = line.args[at];
      if (word === undefined) {
        report(catalog.missing_argument(last, { keyword: last.text, wanted }));
        return walk.fail();
      }
      at++;
      last = word;
      return word;
    },
    skip: (text) => {
      const word = line.args[at];
      if (word?.text !== text) return false;
      at++;
      last = word;
      return true;
    },
    fail: () => {
      failed = true;
      return null;
    },
    refuse: (word, wanted) => {
      report(catalog.routing_word(word, { word: word.text, wanted, what }));
      return walk.fail();
    },
    settle: (found, word) => {
      if (family !== null && family !== found) {
        report(catalog.routing_families(word, { what }));
        walk.fail();
      }
      family = found;
    },
    address: () => addressAt(walk),
    prefix: () => {
      const word = walk.word('an IP address');
      return word && walk.prefixOf(word);
    },
    prefixOf: (word) => prefixOf(walk, word),
    interface: () => {
      const word = walk.word('an interface');
      return (word && parseInterface(word, 'dev', report)) ?? walk.fail();
    },
    number: (low, high) => numberAt(walk, low, high),
    named: (file, wanted, low, high) => {
      const word = walk.word(wanted);
      if (word === null) return 0;
      const value = names(file).get(word.text) ?? parseNumber(word.text);
      if (value !== null && value >= low && value <= high) return value;
      walk.refuse(word, wanted);
      return 0;
    },
    range: (high) => rangeAt(walk, high),
    realms: () => realmsAt(walk, names('rt_realms')),
  };
  return walk;
}

/** Decimal, 0x or 0 octal, 32 bits; null for anything else. */
export function parseNumber(text: string): number | null {
  if (!/^(0x[0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) return null;
  const octal = /^0[0-7]+$/.test(text);
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  return value <= U32_MAX ? value : null;
}

function addressAt(walk: WordWalk): IpAddress | null {
  const word = walk.word('an IP address');
  if (word === null) return null;
  const address = parseIp(word.text);
  if (address === null) return walk.refuse(word, 'an IP address');
  walk.settle(familyOf(address), word);
  return address;
}

function prefixOf(walk: WordWalk, word: Word): Prefix | null {
  const [text = '', length] = word.text.split('/');
  const address = parseIp(text);
  if (address === null) return walk.refuse(word, 'an IP address');
  walk.settle(familyOf(address), word);
  const bits = addressBits(familyOf(address));
  if (length === undefined) return { address, length: bits };
  if (/^\d{1,3}$/.test(length) && Number(length) <= bits) return { address, length: Number(length) };
  walk.report(catalog.bad_prefix(word, { word: length, used: bits }));
  return { address, length: bits };
}

function numberAt(walk: WordWalk, low: number, high: number): number {
  const word = walk.word('a number');
  if (word === null) return 0;
  const value = parseNumber(word.text);
  if (value !== null && value >= low && value <= high) return value;
  walk.refuse(word, `a number from ${low} to ${high}`);
  return 0;
}

/** keepalived refuses a single number, which means itself. */
function rangeAt(walk: WordWalk, high: number): Range | null {
  const word = walk.word('a range');
  if (word === null) return null;
  const match = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(word.text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match !== null && from <= to && to <= high) return { low: from, high: to };
  return walk.refuse(word, `a range of numbers up to ${high}`);
}

function realmsAt(walk: WordWalk, names: ReadonlyMap<string, number>): number | null {
  const word = walk.word('a realm');
  if (word === null) return null;
  const numbers = word.text.split('/').map((text) => names.get(text) ?? parseNumber(text));
  const [first = null, second = 0] = numbers;
  const fits = numbers.length <= 2 && numbers.every((n) => n !== null && n <= 0xffff);
  if (!fits || first === null || second === null) return walk.refuse(word, 'a realm');
  return numbers.length === 1 ? first : first * 0x1_0000 + second;
}
