/** Addresses and families of the IPVS attributes: sixteen bytes of union nf_inet_addr beside an AF_* number. */
import { type Family, type IpAddress, ipBytes, ipFromBytes } from '../../base/ip.ts';

const UNION_SIZE = 16;
const AF: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

export const afOf = (family: Family): number => AF[family];

/** AF_INET and AF_INET6; null for any other number. */
export function familyFromAf(af: number): Family | null {
  if (af === AF.inet) return 'inet';
  return af === AF.inet6 ? 'inet6' : null;
}

/** The address, and zeros behind an IPv4 one. */
export function unionBytes(address: IpAddress): Uint8Array {
  const union = new Uint8Array(UNION_SIZE);
  union.set(ipBytes(address));
  return union;
}

export const addressFromUnion = (union: Uint8Array, family: Family): IpAddress | null =>
  ipFromBytes(family === 'inet' ? union.subarray(0, 4) : union);
