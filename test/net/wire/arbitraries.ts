/** Addresses for properties. */
import fc from 'fast-check';
import { type Ipv4, type Ipv6, ipFromBytes, isIpv4 } from '../../../src/base/ip.ts';
import { type MacAddress, macFromBytes } from '../../../src/base/mac.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

export const anyMac: fc.Arbitrary<MacAddress> = bytes(6)
  .map(macFromBytes)
  .filter((mac) => mac !== null);
export const anyIpv4: fc.Arbitrary<Ipv4> = bytes(4)
  .map(ipFromBytes)
  .filter((ip) => ip !== null && isIpv4(ip));
/** Many zero bytes, so that the shortening of RFC 5952 is met often. */
export const anyIpv6: fc.Arbitrary<Ipv6> = fc
  .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 })
  .map((list) => ipFromBytes(Uint8Array.from(list)))
  .filter((ip): ip is Ipv6 => ip !== null && !isIpv4(ip));
