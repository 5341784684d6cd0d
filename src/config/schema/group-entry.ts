/** The lines of `virtual_server_group`: addresses, ranges of them and marks (keywords.json, virtual_server_group). */
import {
  addressBits,
  type Family,
  familyOf,
  type IpAddress,
  ipBytes,
  ipFromBytes,
  parseIp,
} from '../../base/ip.ts';
import { ipDistance, prefixSize } from '../../base/ip-range.ts';
import { type FwMark, fwMark, type Port, port } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { parseInteger, parsePort, U32_MAX, wordAt } from './values.ts';

/** Addresses of one line; more would be a service of the kernel for each address of a whole network. */
export const GROUP_RANGE_MAX = 65_536;

export type GroupEntry =
  | {
      readonly kind: 'addresses';
      readonly first: IpAddress;
      /** 1..GROUP_RANGE_MAX */
      readonly count: number;
      /** 0: every port */
      readonly port: Port;
    }
  /** `family` null: that of the group's addresses, else of the virtual_server */
  | { readonly kind: 'fwmark'; readonly mark: FwMark; readonly family: Family | null };

/** `IP[-N|-IP|/LEN] [PORT]` or `fwmark N [inet|inet6]`; a line that is none is left out. */
export function readGroupEntry(line: Arguments, report: Report): GroupEntry | undefined {
  const [first, second] = line.args;
  if (first === undefined) return undefined;
  if (first.text === 'fwmark') return readMark(line, report);
  const number = second === undefined ? port(0) : parsePort(second, 0, first.text, report);
  const addresses = readAddresses(first, report);
  return addresses === undefined || number === undefined
    ? undefined
    : { kind: 'addresses', ...addresses, port: number };
}

function readMark(line: Arguments, report: Report): GroupEntry | undefined {
  const word = wordAt(line, 1, 'a mark', report);
  const mark = word === undefined ? undefined : parseInteger(word, 0, U32_MAX, 'fwmark', report);
  if (mark === undefined) return undefined;
  const family = line.args[2];
  if (family === undefined) return { kind: 'fwmark', mark: fwMark(mark), family: null };
  if (family.text === 'inet' || family.text === 'inet6')
    return { kind: 'fwmark', mark: fwMark(mark), family: family.text };
  report(catalog.not_one_of(family, { keyword: 'fwmark', word: family.text }, { help: 'inet or inet6' }));
  return undefined;
}

interface Addresses {
  readonly first: IpAddress;
  readonly count: number;
}

function readAddresses(word: Word, report: Report): Addresses | undefined {
  const [, start = '', sign, end = ''] = /^([^/-]*)(?:([-/])(.*))?$/.exec(word.text) ?? [];
  const refuse = (problem: string): undefined => {
    report(catalog.group_entry(word, { entry: word.text, problem }));
    return undefined;
  };
  const first = parseIp(start);
  if (first === null) return refuse('it begins with no IP address');
  if (sign === undefined) return { first, count: 1 };
  const size = sign === '/' ? networkSize(first, end) : rangeSize(first, end);
  if (typeof size === 'string') return refuse(size);
  return size > GROUP_RANGE_MAX
    ? refuse(`more than ${GROUP_RANGE_MAX} addresses`)
    : { first, count: Number(size) };
}

/** How many addresses, or what is wrong. */
function networkSize(first: IpAddress, length: string): bigint | string {
  const bits = addressBits(familyOf(first));
  const given = /^\d{1,3}$/.test(length) ? Number(length) : 0;
  if (given < 1 || given > bits) return `the length of the network is not within 1..${bits}`;
  return prefixSize(first, given) ?? 'bits are set behind the length of the network';
}

/** The end is a whole address, the last octet of an IPv4 address, or the last group of an IPv6 one in hex. */
function rangeSize(first: IpAddress, end: string): bigint | string {
  const last = parseIp(end) ?? withLastGroup(first, end);
  if (last === null) return 'the range ends with neither an address nor its last part';
  const distance = ipDistance(first, last);
  if (distance === null) return 'the range ends in another address family';
  return distance < 0n ? 'the range ends before it begins' : distance + 1n;
}

function withLastGroup(first: IpAddress, group: string): IpAddress | null {
  const bytes = ipBytes(first);
  const isQuad = familyOf(first) === 'inet';
  if (!(isQuad ? /^\d{1,3}$/ : /^[0-9a-f]{1,4}$/i).test(group)) return null;
  const value = Number.parseInt(group, isQuad ? 10 : 16);
  if (isQuad && value > 255) return null;
  bytes[bytes.length - 1] = value & 0xff;
  if (!isQuad) bytes[bytes.length - 2] = value >> 8;
  return ipFromBytes(bytes);
}
