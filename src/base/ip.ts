/** IP addresses as canonical text (dotted quad; RFC 5952 for IPv6): comparable with ===, usable as a key, JSON-safe.
 *  Bytes exist only inside codecs. No host names, no zone ids, no leading zeros. */
import { type Brand, brand } from './brand.ts';

export type Ipv4 = Brand<string, 'Ipv4'>;
export type Ipv6 = Brand<string, 'Ipv6'>;
export type IpAddress = Ipv4 | Ipv6;
export type Family = 'inet' | 'inet6';

const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

export function parseIpv4(text: string): Ipv4 | null {
  const match = QUAD.exec(text);
  if (match === null) return null;
  for (let i = 1; i <= 4; i++) if (Number(match[i]) > 255) return null;
  return brand<Ipv4>(text);
}

export function parseIpv6(text: string): Ipv6 | null {
  const bytes = ipv6TextToBytes(text);
  return bytes === null ? null : brand<Ipv6>(formatIpv6(bytes));
}

export const parseIp = (text: string): IpAddress | null =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text);

export const familyOf = (address: IpAddress): Family => (address.includes(':') ? 'inet6' : 'inet');
export const isIpv4 = (address: IpAddress): address is Ipv4 => !address.includes(':');
/** fe80::/10 (RFC 4291 §2.5.6) */
export const isLinkLocal = (address: IpAddress): boolean => /^fe[89ab]/.test(address);

/** 224.0.0.0/4 and ff00::/8 */
export const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? /^2(2[4-9]|3\d)\./.test(address) : address.startsWith('ff');

export const addressBits = (family: Family): 32 | 128 => (family === 'inet' ? 32 : 128);

/** Network-order bytes: four or sixteen. */
export function ipBytes(address: IpAddress): Uint8Array {
  if (isIpv4(address)) return ipv4TextToBytes(address);
  const bytes = ipv6TextToBytes(address);
  if (bytes === null) throw new Error(`not a canonical IPv6 address: ${address}`);
  return bytes;
}

/** Four or sixteen network-order bytes to an address; null for any other length. */
export function ipFromBytes(bytes: Uint8Array): IpAddress | null {
  if (bytes.length === 4) return brand<Ipv4>(`${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`);
  return bytes.length === 16 ? brand<Ipv6>(formatIpv6(bytes)) : null;
}

/** Numeric order of the bytes; IPv4 before IPv6. Decides a VRRP tie (RFC 9568 §6.4.3). */
export function compareIp(a: IpAddress, b: IpAddress): number {
  const [x, y] = [ipBytes(a), ipBytes(b)];
  if (x.length !== y.length) return x.length - y.length;
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** By digits, without intermediate strings: a large IPVS table asks for tens of thousands. */
function ipv4TextToBytes(address: Ipv4): Uint8Array {
  const bytes = new Uint8Array(4);
  let index = 0;
  let value = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === DOT) {
      bytes[index++] = value;
      value = 0;
    } else value = value * 10 + code - ZERO;
  }
  bytes[index] = value;
  return bytes;
}
const DOT = 0x2e;
const ZERO = 0x30;

function ipv6TextToBytes(text: string): Uint8Array | null {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const shortened = halves.length === 2;
  const head = groupsOf(halves[0] ?? '', shortened ? 'words' : 'words_or_quad');
  const tail = shortened ? groupsOf(halves[1] ?? '', 'words_or_quad') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (shortened ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** Colon-separated groups; a dotted quad, which only the end of the whole address may be, counts as two. */
function groupsOf(part: string, allowed: 'words' | 'words_or_quad'): number[] | null {
  if (part === '') return [];
  const words = part.split(':');
  const groups: number[] = [];
  for (const [i, word] of words.entries()) {
    if (word.includes('.')) {
      const quad = allowed === 'words_or_quad' && i === words.length - 1 ? parseIpv4(word) : null;
      if (quad === null) return null;
      const [a = 0, b = 0, c = 0, d = 0] = ipBytes(quad);
      groups.push((a << 8) | b, (c << 8) | d);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return null;
      groups.push(Number.parseInt(word, 16));
    }
  }
  return groups;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups shortened;
 *  IPv4-mapped addresses keep their dotted quad, as the kernel and ipvsadm print them. */
function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  }
  const { start, length } = longestZeroRun(groups);
  const hex = groups.map((g) => g.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  return best;
}
