/** The values of a command line: numbers, addresses with ports, masks and scheduler flags, as text to what they
 *  mean. Null: the text means nothing. */
import {
  type Family,
  type IpAddress,
  type Ipv4,
  ipBytes,
  ipFromBytes,
  isIpv4,
  parseIpv4,
  parseIpv6,
} from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type Port, port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import { SERVICE_FLAG } from '../../ipvs/core/equality.ts';
import { schedulerFlagWords } from '../../ipvs/core/service-words.ts';
import type { HostQuestion, Lookups } from './order.ts';

/** A decimal number in [low, high]; as with the original blanks and a sign may stand before it. */
export function parseNumber(text: string, low: number, high: number): number | null {
  const value = /^\s*[+-]?\d{1,18}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : null;
}

export interface SocketText {
  readonly address: IpAddress;
  /** null: the text has none */
  readonly port: Port | null;
}

type SocketReading = Result<SocketText, 'illegal' | { readonly unresolved: HostQuestion }>;

/** `host`, `host:port`, `[host]:port`, `2001:db8::1`. A bare host is IPv4, as for the original; in brackets it is
 *  IPv6, which only vipd resolves, so that saved names can be restored. */
export function parseSocket(text: string, protocol: Protocol, lookups: Lookups): SocketReading {
  const whole = BARE_IPV6.test(text) ? parseIpv6(text) : null;
  if (whole !== null) return ok({ address: whole, port: null });
  const [, inner, bare = '', portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
  const portNumber = portText === undefined ? null : parsePort(portText, protocol, lookups);
  if (portText !== undefined && portNumber === null) return err('illegal');
  const host = inner ?? bare;
  const family = inner === undefined ? 'inet' : 'inet6';
  const address = family === 'inet' ? parseInetAton(host) : parseIpv6(host);
  if (address !== null) return ok({ address, port: portNumber });
  // numbers that are no address, and what cannot be a name, are not worth a question to a name server
  if (!HOST_NAME.test(host) || /^[\d.]+$/.test(host)) return err('illegal');
  const found = lookups.host({ name: host, family });
  if (found === undefined) return err({ unresolved: { name: host, family } });
  return found === null ? err('illegal') : ok({ address: found, port: portNumber });
}

/** Two colons before anything else: a whole address, and no port behind it. */
const BARE_IPV6 = /^[^:[]*:[^:]*:/;
const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})$/;

function parsePort(text: string, protocol: Protocol, lookups: Lookups): Port | null {
  const number = parseNumber(text, 0, 65_535);
  if (number !== null) return port(number);
  return /^\s*[+-]?\d+$/.test(text) ? null : lookups.servicePort(text, protocol);
}

/** inet_aton(3): one to four numbers, each decimal, octal (0…) or hexadecimal (0x…); the last fills what is left. */
export function parseInetAton(text: string): Ipv4 | null {
  const usual = parseIpv4(text);
  if (usual !== null) return usual;
  const parts = text.split('.').map(parseCNumber);
  const last = parts.pop();
  if (last === undefined || parts.length > 3) return null;
  const width = 4 - parts.length;
  if (!(last < 256 ** width) || !parts.every((part) => part < 256)) return null;
  const bytes = Uint8Array.from([
    ...parts,
    ...Array.from({ length: width }, (_, i) => Math.floor(last / 256 ** (width - 1 - i)) % 256),
  ]);
  const address = ipFromBytes(bytes);
  return address !== null && isIpv4(address) ? address : null;
}

/** NaN, which compares as false, for what is no number. */
function parseCNumber(text: string): number {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
}

/** The persistence granularity: a mask for IPv4, a prefix length 1..128 for IPv6. */
export function parseGranularity(text: string, family: Family): number | Ipv4 | null {
  if (family === 'inet6') return parseNumber(text, 1, 128);
  const mask = parseInetAton(text);
  return mask === null ? null : prefixOfMask(mask);
}

/** A mask with gaps stays a mask. */
function prefixOfMask(mask: Ipv4): number | Ipv4 {
  const bits = Array.from(ipBytes(mask), (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.includes('01') ? mask : bits.replaceAll('0', '').length;
}

const GENERIC_FLAGS = ['flag-1', 'flag-2', 'flag-3'];
const HASHING_FLAGS = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'];
const FLAG_BITS = [SERVICE_FLAG.scheduler1, SERVICE_FLAG.scheduler2, SERVICE_FLAG.scheduler3];

/** `sh-fallback,sh-port` to IP_VS_SVC_F_SCHED bits, or what is wrong with it. */
export function parseSchedulerFlags(text: string, scheduler: string): Result<number, string> {
  let flags = 0;
  for (const word of text.split(',').filter((part) => part !== '')) {
    const generic = GENERIC_FLAGS.indexOf(word);
    const index = generic >= 0 ? generic : schedulerFlagWords(scheduler).indexOf(word);
    if (index < 0) {
      const problem = HASHING_FLAGS.includes(word) ? 'incompatible' : 'invalid';
      return err(`${problem} scheduler flag \`${word}'`);
    }
    flags |= FLAG_BITS[index] ?? 0;
  }
  return ok(flags);
}
