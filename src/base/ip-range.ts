/** Runs of neighbouring addresses, counted through all bits: 10.0.0.255 is followed by 10.0.1.0. */
import { addressBits, familyOf, type IpAddress, ipBytes, ipFromBytes } from './ip.ts';

const numberOf = (address: IpAddress): bigint => {
  let number = 0n;
  for (const byte of ipBytes(address)) number = (number << 8n) | BigInt(byte);
  return number;
};

/** Steps from `first` to `last`; negative when `last` is the lower one. Null: of different families. */
export function ipDistance(first: IpAddress, last: IpAddress): bigint | null {
  return familyOf(first) === familyOf(last) ? numberOf(last) - numberOf(first) : null;
}

/** How many addresses a prefix has, and null when `address` has bits behind it. `length` within the family's bits. */
export function prefixSize(address: IpAddress, length: number): bigint | null {
  const size = 1n << BigInt(addressBits(familyOf(address)) - length);
  return numberOf(address) % size === 0n ? size : null;
}

/** `count` addresses from `first` on; fewer where the family has no more. */
export function ipRun(first: IpAddress, count: number): readonly IpAddress[] {
  const bytes = ipBytes(first);
  const run: IpAddress[] = [];
  while (run.length < count) {
    const address = ipFromBytes(bytes);
    if (address !== null) run.push(address);
    if (!stepUp(bytes)) break;
  }
  return run;
}

/** The next higher number in place; false behind the last one. */
function stepUp(bytes: Uint8Array): boolean {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const next = ((bytes[i] ?? 0) + 1) & 0xff;
    bytes[i] = next;
    if (next !== 0) return true;
  }
  return false;
}
