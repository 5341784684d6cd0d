/** Addresses and families of the IPVS attributes: sixteen bytes of union nf_inet_addr beside an AF_*
 *  number. */
import { type Family, type IpAddress, ipBytes, ipFromBytes, isIpv4 } from '../../base/ip.ts';
import type { PayloadCodec } from '../../net/netlink/attributes.ts';

const UNION_SIZE = 16;
const AF: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

export const afOf = (family: Family): number => AF[family];

/** AF_INET and AF_INET6; null for any other number. */
export function familyFromAf(af: number): Family | null {
  if (af === AF.inet) return 'inet';
  return af === AF.inet6 ? 'inet6' : null;
}

/** To the wire an address; from the wire sixteen bytes, since only another attribute tells how many of them
 *  count. */
export type UnionAddress = IpAddress | Uint8Array;

/** union nf_inet_addr: an IPv4 address lies in the first four bytes, zeros behind it. */
export const addressUnion: PayloadCodec<UnionAddress> = {
  encode: (out, value) => {
    if (typeof value !== 'string') out.bytes(value);
    else if (isIpv4(value)) out.u32be(ipv4Number(value)).u32be(0).u32be(0).u32be(0);
    else out.bytes(ipBytes(value));
  },
  decode: (view, at, length) => (length === UNION_SIZE ? view.slice(at, length) : null),
};

export function addressFromUnion(union: UnionAddress, family: Family): IpAddress | null {
  if (typeof union === 'string') return union;
  return ipFromBytes(family === 'inet' ? union.subarray(0, 4) : union);
}

const DOT = 0x2e;
const ZERO = 0x30;

/** By digits, without intermediate objects: a start writes tens of thousands of addresses. */
function ipv4Number(address: string): number {
  let number = 0;
  let octet = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === DOT) {
      number = number * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return number * 256 + octet;
}
