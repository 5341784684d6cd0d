/** What UDP_CHECK sends and takes for an answer. behaviour.md section 16.6. */
import type { UdpReply } from '../../config/model/network-checkers.ts';
import { failed, PASSED, type ProbeResult } from './probe-result.ts';

/** Sent when the file gives no payload; 32 bytes as keepalived's. */
const DEFAULT_PAYLOAD = 'vipd UDP_CHECK asks: any answer?';

/** `hex` as in the model: an even number of digits. */
export function payloadBytes(hex: string | null): Uint8Array {
  if (hex === null) return Uint8Array.from(DEFAULT_PAYLOAD, (character) => character.charCodeAt(0));
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Any datagram shows that somebody is there. One whose beginning is given must have the right length, and agree with it
 *  over what both have. */
export function judgeUdpReply(reply: UdpReply | null, bytes: Uint8Array): ProbeResult {
  if (reply === null || reply.pattern === null) return PASSED;
  const { pattern, lengthMin, lengthMax } = reply;
  const { length } = bytes;
  if (length < lengthMin || length > lengthMax)
    return failed({ kind: 'reply_mismatch', what: 'length', length });
  return agrees(pattern, bytes) ? PASSED : failed({ kind: 'reply_mismatch', what: 'bytes', length });
}

function agrees(pattern: string, bytes: Uint8Array): boolean {
  const count = Math.min(pattern.length, 2 * bytes.length);
  for (let i = 0; i < count; i++) {
    const byte = bytes[i >> 1] ?? 0;
    const nibble = i % 2 === 0 ? byte >> 4 : byte & 0xf;
    const wanted = pattern[i];
    if (wanted !== 'x' && wanted !== nibble.toString(16)) return false;
  }
  return true;
}
