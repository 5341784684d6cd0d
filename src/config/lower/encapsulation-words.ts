/** The words behind `encap` in a route line: `ip …`, `ip6 …`, `mpls L[/L...]`, `ila LOCATOR`. */
import { isIpv4, parseIp } from '../../base/ip.ts';
import type { Encapsulation } from '../../base/routing.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { WordWalk } from './word-walk.ts';

const LABEL_MAX = 0xf_ffff; // RFC 3032 §2.1: 20 bits
const U64_MAX = 0xffff_ffff_ffff_ffffn;

export function encapsulationAt(walk: WordWalk): Encapsulation | null {
  const kind = walk.word('a kind of tunnel');
  switch (kind?.text) {
    case undefined:
      return null;
    case 'ip':
    case 'ip6':
      return tunnelAt(walk, kind.text);
    case 'mpls':
      return labelsAt(walk);
    case 'ila':
      return locatorAt(walk);
    default:
      return kind && walk.refuse(kind, "a kind of tunnel; there are 'ip', 'ip6', 'mpls' and 'ila'");
  }
}

type Tunnel = Extract<Encapsulation, { kind: 'ip' | 'ip6' }>;

/** As long as the words are its own. */
function tunnelAt(walk: WordWalk, kind: Tunnel['kind']): Tunnel | null {
  let tunnel: Tunnel = { kind, id: null, destination: null, source: null, ttl: 0, tos: 0, flags: 0 };
  for (let more: Partial<Tunnel> | null = {}; more !== null; more = tunnelWord(walk, kind)) {
    tunnel = { ...tunnel, ...more };
  }
  if (tunnel.id !== null || tunnel.destination !== null) return tunnel;
  walk.report(catalog.encapsulation_ends(walk.last, {}));
  return walk.fail();
}

function tunnelWord(walk: WordWalk, kind: Tunnel['kind']): Partial<Tunnel> | null {
  if (walk.failed) return null;
  if (walk.skip('id')) return { id: decimalAt(walk) };
  if (walk.skip('dst')) return { destination: endAt(walk, kind) };
  if (walk.skip('src')) return { source: endAt(walk, kind) };
  if (kind === 'ip' ? walk.skip('tos') || walk.skip('dsfield') : walk.skip('tc')) {
    return { tos: walk.named('rt_dsfield', 'a TOS', 0, 255) };
  }
  if (walk.skip(kind === 'ip' ? 'ttl' : 'hoplimit')) return { ttl: walk.number(0, 255) };
  return walk.skip('flags') ? { flags: walk.number(0, 0xffff) } : null;
}

/** The ends of a tunnel may be of another family than the route. */
function endAt(walk: WordWalk, kind: Tunnel['kind']): Tunnel['source'] {
  const word = walk.word('an IP address');
  if (word === null) return null;
  const address = parseIp(word.text);
  if (address !== null && isIpv4(address) === (kind === 'ip')) return address;
  return walk.refuse(word, `an ${kind === 'ip' ? 'IPv4' : 'IPv6'} address`);
}

function labelsAt(walk: WordWalk): Encapsulation | null {
  const word = walk.word('MPLS labels');
  if (word === null) return null;
  const labels = word.text.split('/').map((text) => (/^\d{1,7}$/.test(text) ? Number(text) : LABEL_MAX + 1));
  return labels.every((label) => label <= LABEL_MAX)
    ? { kind: 'mpls', labels }
    : walk.refuse(word, 'a stack of MPLS labels');
}

/** Four groups of 16 bits, `0:0:0:1`. */
function locatorAt(walk: WordWalk): Encapsulation | null {
  const word = walk.word('an ILA locator');
  if (word === null) return null;
  if (!/^[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){3}$/.test(word.text)) return walk.refuse(word, 'an ILA locator');
  const hex = word.text.split(':').map((group) => group.padStart(4, '0'));
  return { kind: 'ila', locator: BigInt(`0x${hex.join('')}`).toString() };
}

/** 64 bits, as decimal text. */
export function decimalAt(walk: WordWalk): string | null {
  const word = walk.word('a number');
  if (word === null) return null;
  const value = /^(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(word.text) ? BigInt(word.text) : null;
  return value !== null && value <= U64_MAX ? value.toString() : walk.refuse(word, 'a number of 64 bits');
}
