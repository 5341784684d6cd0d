/** The IP authentication header around a VRRPv2 advert (RFC 2402, as RFC 2338 §5.3.6 used it): IPv4 only, HMAC-MD5 cut to
 *  96 bits (RFC 2403). Codec and the octets that the integrity value covers; who computes it is shell/sealer.ts.
 *
 *   0                   1                   2                   3
 *  +---------------+---------------+-------------------------------+
 *  | next header   | words - 2 = 4 |            reserved           |
 *  +---------------+---------------+-------------------------------+
 *  |         security parameters index: the source address         |
 *  +---------------------------------------------------------------+
 *  |                        sequence number                        |
 *  +---------------------------------------------------------------+
 *  |               integrity check value, 12 octets                |
 *  +---------------------------------------------------------------+
 */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { type Ipv4, ipBytes } from '../../base/ip.ts';
import { PROTOCOL_VRRP } from './advert.ts';

export const PROTOCOL_AH = 51;
export const AH_OCTETS = 24;
export const ICV_OCTETS = 12;
/** Length field: 32-bit words, less two (RFC 2402 §2.2). */
const AH_WORDS = AH_OCTETS / 4 - 2;
const ICV_AT = 12;
const IPV4_HEADER_OCTETS = 20;

export interface AuthenticationHeader {
  /** keepalived's: the source address as a number */
  readonly spi: number;
  readonly sequence: number;
  /** 12 octets */
  readonly icv: Uint8Array;
}

/** What of the IPv4 header the value covers. */
export interface Ipv4Path {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** identification of the IP header */
  readonly id: number;
  readonly ttl: number;
}

export const encodeAh = ({ spi, sequence, icv }: AuthenticationHeader): Uint8Array =>
  new ByteWriter(AH_OCTETS)
    .u8(PROTOCOL_VRRP)
    .u8(AH_WORDS)
    .u16be(0)
    .u32be(spi)
    .u32be(sequence)
    .bytes(icv)
    .finish();

/** The header and what is behind it; null when it is shorter than a header or is one around something else. */
export function decodeAh(
  bytes: Uint8Array,
): { readonly header: AuthenticationHeader; readonly message: Uint8Array } | null {
  const reader = new ByteReader(bytes);
  const [next, words] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const [spi, sequence] = [reader.u32be(), reader.u32be()];
  const icv = reader.bytes(ICV_OCTETS);
  if (reader.error !== null || next !== PROTOCOL_VRRP || words !== AH_WORDS) return null;
  return { header: { spi, sequence, icv }, message: reader.rest() };
}

/** RFC 2402 §3.3.3: the IPv4 header with its mutable fields zero, the authentication header with its value zero, and the
 *  message. The TTL is mutable too, but keepalived leaves it as it is, so peers with AH cannot be more than one hop away. `packet` is the payload of the IP packet, `message` included. */
export function ahInput({ source, destination, id, ttl }: Ipv4Path, packet: Uint8Array): Uint8Array {
  const covered = new Uint8Array(packet);
  covered.fill(0, ICV_AT, ICV_AT + ICV_OCTETS);
  return new ByteWriter(IPV4_HEADER_OCTETS + packet.length)
    .u8(0x45)
    .u8(0) // TOS
    .u16be(IPV4_HEADER_OCTETS + packet.length)
    .u16be(id)
    .u16be(0) // flags and fragment offset
    .u8(ttl)
    .u8(PROTOCOL_AH)
    .u16be(0) // checksum
    .bytes(ipBytes(source))
    .bytes(ipBytes(destination))
    .bytes(covered)
    .finish();
}
