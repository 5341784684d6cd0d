/** ICMP echo for PING_CHECK: the request, and which packets answer it. RFC 792, RFC 4443 section 4. */
import { internetChecksum } from '../../base/checksum.ts';
import type { Family } from '../../base/ip.ts';

const HEADER_BYTES = 8;
const TYPES = { inet: { request: 8, reply: 0 }, inet6: { request: 128, reply: 129 } } as const;

/** The kernel computes ICMPv6's checksum, which covers addresses too; on a ping socket it also sets the identifier. */
export function echoRequest(family: Family, identifier: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + payload.length);
  packet.set([TYPES[family].request, 0, 0, 0, identifier >> 8, identifier & 0xff, 0, 1]);
  packet.set(payload, HEADER_BYTES);
  if (family === 'inet') {
    const checksum = internetChecksum(packet);
    packet.set([checksum >> 8, checksum & 0xff], 2);
  }
  return packet;
}

/** Whether the packet answers a request with this payload. The payload, random enough, tells it from all others. */
export function isEchoReply(family: Family, packet: Uint8Array, payload: Uint8Array): boolean {
  if (packet[0] !== TYPES[family].reply || packet[1] !== 0) return false;
  if (packet.length !== HEADER_BYTES + payload.length) return false;
  return payload.every((byte, i) => packet[HEADER_BYTES + i] === byte);
}

/** What a raw IPv4 socket delivers, without its IP header (RFC 791 section 3.1). */
export const withoutIpHeader = (packet: Uint8Array): Uint8Array =>
  packet.subarray(4 * ((packet[0] ?? 0) & 0xf));
