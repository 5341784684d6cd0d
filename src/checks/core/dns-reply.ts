/** What DNS_CHECK takes for an answer: the header says all of it (RFC 1035 section 4.1.1). behaviour.md section 16.5. */
import { failed, PASSED, type ProbeResult } from './probe-result.ts';

const HEADER_BYTES = 12;
const RESPONSE = 0x80;

/** null: too short, another's answer, or a question; the wait goes on. */
export function judgeDnsReply(id: number, bytes: Uint8Array): ProbeResult | null {
  const [high = 0, low = 0, flags = 0, codes = 0] = bytes;
  if (bytes.length < HEADER_BYTES || ((high << 8) | low) !== id || (flags & RESPONSE) === 0) return null;
  const rcode = codes & 0xf;
  return rcode === 0 ? PASSED : failed({ kind: 'dns_error', rcode });
}
