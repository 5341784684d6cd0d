/** Whether this process may do what its half of the daemon needs; asked at once, so that the answer is not an EPERM at
 *  the first failover. */
import { readFileSync } from 'node:fs';

/** Bits of linux/capability.h. */
const CAPABILITY = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 } as const;
export type Capability = keyof typeof CAPABILITY;

/** Those of `needed` that `status` (the text of /proc/PID/status) does not have as effective. */
export function missingCapabilities(status: string, needed: readonly Capability[]): readonly Capability[] {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  const effective = BigInt(`0x${hex}`);
  return needed.filter((name) => (effective & (1n << BigInt(CAPABILITY[name]))) === 0n);
}

/** A sentence with the remedy; null when nothing is missing. */
export function capabilityProblem(needed: readonly Capability[]): string | null {
  const missing = missingCapabilities(readFileSync('/proc/self/status', 'utf8'), needed);
  return missing.length === 0 ? null : `${missing.join(' and ')} is missing: run as root or grant it`;
}
