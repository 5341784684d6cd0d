/** The line of a `virtual_ipaddress` block: an address, then options in iproute2's words. */
import { type AddressTraits, PLAIN_TRAITS } from '../../base/address-traits.ts';
import {
  addressBits,
  familyOf,
  type IpAddress,
  type Ipv4,
  ipBytes,
  ipFromBytes,
  isIpv4,
  parseIp,
} from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { parseInteger, parseInterface, U32_MAX } from './values.ts';

/** As written: the interface is filled in later from the instance. */
export interface AddressLine {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly interface: InterfaceName | null;
  readonly label: string | null;
  readonly scope: number;
  readonly broadcast: Ipv4 | null;
  readonly traits: AddressTraits;
  readonly tracked: boolean;
  /** `use_vmac`: on a VMAC of its own interface */
  readonly useVmac: boolean;
}

/** rtnetlink scopes (linux/rtnetlink.h) */
const SCOPES: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
  ['nowhere', 255],
]);

/** Options with a word behind them. */
const VALUED_OPTIONS: ReadonlySet<string> = new Set([
  'dev', 'scope', 'label', 'brd', 'broadcast', 'peer', 'preferred_lft',
]); // biome-ignore format: one line reads better

/** Options that set one trait. */
const TRAIT_OPTIONS: ReadonlyMap<
  string,
  { readonly families: 'both' | 'ipv6'; readonly traits: Partial<AddressTraits> }
> = new Map([
  ['-nodad', { families: 'ipv6', traits: { detectDuplicates: true } }],
  ['home', { families: 'ipv6', traits: { home: true } }],
  ['mngtmpaddr', { families: 'ipv6', traits: { manageTemporary: true } }],
  ['noprefixroute', { families: 'both', traits: { noPrefixRoute: true } }],
  ['autojoin', { families: 'both', traits: { autojoin: true } }],
]);

const LABEL_MAX = 15;

/** Reads one line; undefined drops the address, as keepalived does. */
export function readAddressLine(line: Arguments, report: Report): AddressLine | undefined {
  const [first, ...rest] = line.args;
  if (first === undefined) return undefined;
  const start = parsePrefixed(first, report);
  if (start === undefined) return undefined;
  let entry: AddressLine | undefined = {
    ...start,
    interface: null,
    label: null,
    scope: 0,
    broadcast: null,
    traits: PLAIN_TRAITS,
    tracked: true,
    useVmac: false,
  };
  for (let i = 0; i < rest.length && entry !== undefined; ) {
    const option = rest[i];
    if (option === undefined) break;
    const words = VALUED_OPTIONS.has(option.text) ? 1 : 0;
    const argument = words === 1 ? rest[i + 1] : undefined;
    if (words === 1 && argument === undefined) {
      report(catalog.missing_argument(option, { keyword: option.text, wanted: 'a value' }));
      return entry;
    }
    entry = applyOption(entry, option, argument, report);
    i += 1 + words;
  }
  const lifetimeGiven = rest.some(({ text }) => text === 'preferred_lft');
  return entry === undefined || lifetimeGiven ? entry : withUsualLifetime(entry);
}

/** An IPv6 address of its own (/128) is deprecated, so that it is not chosen as the source of other traffic
 *  (behaviour.md section 8). */
function withUsualLifetime(entry: AddressLine): AddressLine {
  if (isIpv4(entry.address) || entry.prefixLength !== addressBits('inet6')) return entry;
  return { ...entry, traits: { ...entry.traits, preferredSeconds: 0 } };
}

function applyOption(
  entry: AddressLine,
  option: Word,
  argument: Word | undefined,
  report: Report,
): AddressLine | undefined {
  const value = argument ?? option;
  switch (option.text) {
    case 'dev': {
      const name = parseInterface(value, 'dev', report);
      return name === undefined ? undefined : { ...entry, interface: name };
    }
    case 'scope':
      return withScope(entry, value, report);
    case 'label':
      return withLabel(entry, value, report);
    case 'brd':
    case 'broadcast':
      return withBroadcast(entry, value, report);
    case 'peer':
      return withPeer(entry, value, report);
    case 'preferred_lft':
      return withLifetime(entry, value, report);
    case 'no_track':
      return { ...entry, tracked: false };
    case 'use_vmac':
      return { ...entry, useVmac: true };
    default:
      return withTrait(entry, option, report);
  }
}

function withTrait(entry: AddressLine, option: Word, report: Report): AddressLine {
  const found = TRAIT_OPTIONS.get(option.text);
  if (found !== undefined && (found.families === 'both' || !isIpv4(entry.address))) {
    return { ...entry, traits: { ...entry.traits, ...found.traits } };
  }
  if (found !== undefined) report(catalog.only_ipv6(option, { what: option.text }));
  else report(catalog.unknown_option(option, { option: option.text, of: 'an address' }));
  return entry;
}

/** `IP[/LEN]` of the same family; the length is the one that counts from then on. The first of several is used. */
function withPeer(entry: AddressLine, word: Word, report: Report): AddressLine {
  const peer = parsePrefixed(word, report);
  if (peer === undefined || entry.traits.peer !== null) return entry;
  if (familyOf(peer.address) === familyOf(entry.address)) {
    return {
      ...entry,
      prefixLength: peer.prefixLength,
      broadcast: null,
      traits: { ...entry.traits, peer: peer.address },
    };
  }
  report(catalog.peer_family(word, { peer: peer.address, address: entry.address }));
  return entry;
}

/** `SECONDS` or `forever`. */
function withLifetime(entry: AddressLine, word: Word, report: Report): AddressLine {
  const seconds = word.text === 'forever' ? null : parseInteger(word, 0, U32_MAX, 'preferred_lft', report);
  return seconds === undefined ? entry : { ...entry, traits: { ...entry.traits, preferredSeconds: seconds } };
}

function withScope(entry: AddressLine, word: Word, report: Report): AddressLine {
  if (!isIpv4(entry.address)) {
    report(catalog.only_ipv4(word, { what: 'scope' }));
    return entry;
  }
  const named = SCOPES.get(word.text);
  if (named !== undefined) return { ...entry, scope: named };
  const scope = parseInteger(word, 0, 255, 'scope', report);
  return scope === undefined ? entry : { ...entry, scope };
}

function withLabel(entry: AddressLine, word: Word, report: Report): AddressLine | undefined {
  if (!isIpv4(entry.address)) {
    report(catalog.only_ipv4(word, { what: 'label' }));
    return entry;
  }
  if (word.text.length <= LABEL_MAX) return { ...entry, label: word.text };
  report(catalog.label_too_long(word, { label: word.text }));
  return undefined;
}

/** `+` sets the host bits, `-` clears them; both need at least two of them. */
function withBroadcast(entry: AddressLine, word: Word, report: Report): AddressLine | undefined {
  if (!isIpv4(entry.address)) {
    report(catalog.only_ipv4(word, { what: 'broadcast address' }));
    return undefined;
  }
  const derived = word.text === '+' || word.text === '-';
  const broadcast = derived
    ? hostBits(entry.address, entry.prefixLength, word.text === '+')
    : parseIp(word.text);
  if (broadcast !== null && isIpv4(broadcast)) {
    // a point-to-point address has none
    return entry.traits.peer === null ? { ...entry, broadcast } : entry;
  }
  report(catalog.bad_broadcast(word, { word: word.text, prefix: entry.prefixLength }));
  return undefined;
}

function hostBits(address: Ipv4, prefixLength: number, set: boolean): IpAddress | null {
  if (prefixLength > 30) return null;
  const bytes = ipBytes(address).map((byte, i) => {
    const networkBits = Math.min(8, Math.max(0, prefixLength - 8 * i));
    const host = 0xff >> networkBits;
    return set ? byte | host : byte & ~host;
  });
  return ipFromBytes(bytes);
}

/** `IP[/LEN]`; a bad length is reported and the full length used. */
function parsePrefixed(
  word: Word,
  report: Report,
): { readonly address: IpAddress; readonly prefixLength: number } | undefined {
  const slash = word.text.indexOf('/');
  const text = slash === -1 ? word.text : word.text.slice(0, slash);
  const address = parseIp(text);
  if (address === null) {
    report(catalog.bad_virtual_address(word, { word: word.text }));
    return undefined;
  }
  const bits = addressBits(familyOf(address));
  if (slash === -1) return { address, prefixLength: bits };
  const length = word.text.slice(slash + 1);
  if (/^\d{1,3}$/.test(length) && Number(length) <= bits) return { address, prefixLength: Number(length) };
  report(catalog.bad_prefix(word, { word: length, used: bits }));
  return { address, prefixLength: bits };
}
