/** The IPv4 header (RFC 791 §3.1), as raw sockets deliver it and, with IP_HDRINCL, take it.
 *      0: u8 version, words | 1: u8 TOS | 2: u16 total length | 4: u16 id | 6: u16 flags, offset
 *      8: u8 TTL | 9: u8 protocol | 10: u16 checksum | 12: source | 16: destination | 20: options */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { internetChecksum } from '../../base/checksum.ts';
import { type Ipv4, ipBytes, ipFromBytes, isIpv4 } from '../../base/ip.ts';

const MINIMUM = 20;

export interface Ipv4Header {
  readonly tos: number;
  /** of header and payload, as the header says */
  readonly totalLength: number;
  /** header length in bytes, 20..60 */
  readonly headerLength: number;
  readonly id: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
}

/** A header without options or fragmentation; `payloadLength` in bytes. */
export function encodeIpv4Header(
  header: Omit<Ipv4Header, 'totalLength' | 'headerLength'>,
  payloadLength: number,
): Uint8Array {
  const bytes = new ByteWriter(MINIMUM)
    .u8(0x45)
    .u8(header.tos)
    .u16be(MINIMUM + payloadLength)
    .u16be(header.id)
    .u16be(0)
    .u8(header.ttl)
    .u8(header.protocol)
    .u16be(0)
    .bytes(ipBytes(header.source))
    .bytes(ipBytes(header.destination))
    .finish();
  new DataView(bytes.buffer).setUint16(10, internetChecksum(bytes));
  return bytes;
}

/** Null when it is no IPv4 header or the bytes end within it. The kernel has already checked the checksum;
 *  the total length is for the caller to judge. */
export function decodeIpv4Header(bytes: Uint8Array): Ipv4Header | null {
  const reader = new ByteReader(bytes);
  const first = reader.u8();
  const headerLength = (first & 0x0f) * 4;
  const [tos, totalLength, id] = [reader.u8(), reader.u16be(), reader.u16be()];
  reader.skip(2);
  const [ttl, protocol] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const source = ipFromBytes(reader.bytes(4));
  const destination = ipFromBytes(reader.bytes(4));
  if (reader.error !== null || first >> 4 !== 4) return null;
  if (headerLength < MINIMUM || headerLength > bytes.length) return null;
  if (source === null || destination === null || !isIpv4(source) || !isIpv4(destination)) return null;
  return { tos, totalLength, headerLength, id, ttl, protocol, source, destination };
}
