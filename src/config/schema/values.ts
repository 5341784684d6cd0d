/** Value readers: from the words of a line to numbers, durations, addresses, names (grammar.md section 4). Each
 *  reports what is wrong at the word itself and then leaves the default in force. */
import { type IpAddress, type Ipv4, type Ipv6, isIpv4, parseIp, parseIpv4 } from '../../base/ip.ts';
import {
  type InterfaceName,
  interfaceName,
  MICROS_PER_SECOND,
  type Micros,
  micros,
  type Port,
  port,
  seconds,
} from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/suggest.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import type { ValueReader } from './row.ts';

export const U32_MAX = 4_294_967_295;
export const I32_MAX = 2_147_483_647;
export const I32_MIN = -2_147_483_648;
/** Whole seconds that fit keepalived's microsecond arithmetic. */
export const SECONDS_MAX = 4294;

/** The word at `index`; reports when the line is too short. `wanted` finishes "expected …". */
export function wordAt(line: Arguments, index: number, wanted: string, report: Report): Word | undefined {
  const word = line.args[index];
  if (word === undefined)
    report(catalog.missing_argument(line.keyword, { keyword: line.keyword.text, wanted }));
  return word;
}

/** Says that words after the first `count` are not looked at. */
function onlyWords(line: Arguments, count: number, report: Report): void {
  const extra = line.args[count];
  if (extra !== undefined) {
    report(catalog.extra_words(extra, { keyword: line.keyword.text, word: extra.text }));
  }
}

/** A reader of exactly one word; `wanted` finishes "KEYWORD needs …". */
export const oneWord =
  <T>(wanted: string, read: (word: Word, line: Arguments, report: Report) => T | undefined): ValueReader<T> =>
  (line, report) => {
    const word = wordAt(line, 0, wanted, report);
    if (word === undefined) return undefined;
    onlyWords(line, 1, report);
    return read(word, line, report);
  };

/** A keyword that stands alone. */
export const flag: ValueReader<true> = (line, report) => {
  onlyWords(line, 0, report);
  return true;
};

/** `true on yes` / `false off no`; no word means true. */
export const boolean: ValueReader<boolean> = (line, report) => {
  const [word] = line.args;
  if (word === undefined) return true;
  onlyWords(line, 1, report);
  if (/^(true|on|yes)$/.test(word.text)) return true;
  if (/^(false|off|no)$/.test(word.text)) return false;
  report(catalog.not_boolean(word, { keyword: line.keyword.text, word: word.text }));
  return undefined;
};

export const text = (wanted: string): ValueReader<string> => oneWord(wanted, (word) => word.text);

/** `fallback` when the keyword stands alone. */
export const optional =
  <T, F>(read: ValueReader<T>, fallback: F): ValueReader<T | F> =>
  (line, report) =>
    line.args.length === 0 ? fallback : read(line, report);

/** A decimal integer within low..high. As keepalived's daemon does, a leading number is used with a complaint. */
export const integer = (low: number, high: number): ValueReader<number> =>
  ranged(
    low,
    high,
    oneWord('a number', (word, line, report) => parseInteger(word, low, high, line.keyword.text, report)),
  );

/** A reader that tells its range to `vipctl explain` and the manual. */
const ranged = <T>(low: number, high: number, read: ValueReader<T>): ValueReader<T> =>
  Object.assign((line: Arguments, report: Report) => read(line, report), { range: [low, high] as const });

export function parseInteger(
  word: Word,
  low: number,
  high: number,
  keyword: string,
  report: Report,
): number | undefined {
  if (/^\d{1,15}$/.test(word.text)) {
    const plain = Number(word.text);
    if (plain >= low && plain <= high) return plain;
  }
  const match = /^([+-]?\d+)(.*)$/.exec(word.text);
  if (match === null) {
    report(catalog.not_number(word, { keyword, word: word.text }));
    return undefined;
  }
  const value = Number(match[1]);
  if (value < low || value > high) {
    report(catalog.out_of_range(word, { keyword, value: match[1] ?? '', low: `${low}`, high: `${high}` }));
    return undefined;
  }
  if (match[2] !== '')
    report(catalog.trailing_text(word, { keyword, used: `${value}`, rest: match[2] ?? '' }));
  return value;
}

/** Whole seconds. */
export const wholeSeconds = (low: number, high: number): ValueReader<Micros> => {
  const read = integer(low, high);
  return ranged(low, high, (line, report) => {
    const value = read(line, report);
    return value === undefined ? undefined : seconds(value);
  });
};

/** Seconds with up to `decimals` decimal places; one more is an error, yet the rounded value is used. */
export const decimalSeconds = (low: number, high: number, decimals: 3 | 6 = 6): ValueReader<Micros> =>
  ranged(
    low,
    high,
    oneWord('seconds', (word, line, report) =>
      parseSeconds(word, low, high, decimals, line.keyword.text, report),
    ),
  );

export function parseSeconds(
  word: Word,
  low: number,
  high: number,
  decimals: 3 | 6,
  keyword: string,
  report: Report,
): Micros | undefined {
  const match = /^(\d+(?:\.(\d*))?|\.(\d+))(.*)$/.exec(word.text);
  if (match === null) {
    report(catalog.not_number(word, { keyword, word: word.text }));
    return undefined;
  }
  const value = Number(match[1]);
  if (value < low || value > high) {
    report(catalog.out_of_range(word, { keyword, value: match[1] ?? '', low: `${low}`, high: `${high}` }));
    return undefined;
  }
  const places = (match[2] ?? match[3] ?? '').length;
  if (match[4] !== '')
    report(catalog.trailing_text(word, { keyword, used: `${value}`, rest: match[4] ?? '' }));
  else if (places > decimals) report(catalog.too_precise(word, { keyword, decimals }));
  const unit = MICROS_PER_SECOND / 10 ** decimals;
  return micros(Math.round((value * MICROS_PER_SECOND) / unit) * unit);
}

/** One of `words`; anything else is reported with the nearest of them. */
export const oneOf = <const T extends string>(...words: readonly T[]): ValueReader<T> =>
  oneWord(words.join(' or '), (word, line, report) => {
    const found = words.find((candidate) => candidate === word.text);
    if (found !== undefined) return found;
    const near = closest(word.text, words);
    const help = near === null ? `one of: ${words.join(' ')}` : `did you mean '${near}'?`;
    report(catalog.not_one_of(word, { keyword: line.keyword.text, word: word.text }, { help }));
    return undefined;
  });

export const ipAddress: ValueReader<IpAddress> = oneWord('an IP address', (word, line, report) =>
  parseAddress(word, line.keyword.text, report),
);

export function parseAddress(word: Word, keyword: string, report: Report): IpAddress | undefined {
  const address = addressOf(word, report);
  if (address !== null) return address;
  report(catalog.not_address(word, { keyword, word: word.text }));
  return undefined;
}

/** An address where no network is wanted. keepalived cuts a `/24` behind it off without a word (seen with 2.2.7). */
export function addressOf(word: Word, report: Report): IpAddress | null {
  const address = parseIp(word.text);
  if (address !== null || !word.text.includes('/')) return address;
  const host = parseIp(word.text.slice(0, word.text.indexOf('/')));
  if (host !== null) report(catalog.length_ignored(word, { word: word.text, used: host }));
  return host;
}

/** 224.0.0.0/4 */
export const multicast4: ValueReader<Ipv4> = oneWord('a multicast address', (word, line, report) => {
  const address = parseIpv4(word.text);
  const first = Number(address?.split('.')[0]);
  if (address !== null && first >= 224 && first <= 239) return address;
  report(catalog.not_multicast(word, { keyword: line.keyword.text, word: word.text }));
  return undefined;
});

/** ff00::/8 */
export const multicast6: ValueReader<Ipv6> = oneWord('a multicast address', (word, line, report) => {
  const address = parseIp(word.text);
  if (address !== null && !isIpv4(address) && address.startsWith('ff')) return address;
  report(catalog.not_multicast(word, { keyword: line.keyword.text, word: word.text }));
  return undefined;
});

export const portNumber: ValueReader<Port> = oneWord('a port', (word, line, report) =>
  parsePort(word, 1, line.keyword.text, report),
);

export function parsePort(word: Word, low: 0 | 1, keyword: string, report: Report): Port | undefined {
  const value = parseInteger(word, low, 65535, keyword, report);
  return value === undefined ? undefined : port(value);
}

/** 1..15 bytes without blank or slash (IFNAMSIZ). Whether it exists is a question for the running machine. */
export const interfaceWord: ValueReader<InterfaceName> = oneWord('an interface', (word, line, report) =>
  parseInterface(word, line.keyword.text, report),
);

export function parseInterface(word: Word, keyword: string, report: Report): InterfaceName | undefined {
  if (word.text.length >= 1 && word.text.length <= 15 && !/[\s/]/.test(word.text))
    return interfaceName(word.text);
  report(catalog.bad_interface_name(word, { keyword, word: word.text }));
  return undefined;
}

/** The name of a block: `vrrp_instance NAME`. */
export const blockName: ValueReader<string> = (line, report) => {
  const [word] = line.args;
  if (word === undefined) {
    report(catalog.missing_name(line.keyword, { keyword: line.keyword.text }));
    return undefined;
  }
  onlyWords(line, 1, report);
  return word.text;
};

/** A block without words of its own. */
export const noHead: ValueReader<null> = (line, report) => {
  const [extra] = line.args;
  if (extra !== undefined)
    report(catalog.extra_block_words(extra, { keyword: line.keyword.text, word: extra.text }));
  return null;
};
