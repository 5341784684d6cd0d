/** Table nat of the kernel's packet filter, in the words of iptables. Synchronous: it is written at a reload, never within a
 *  check. */
import type { Family } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';

export interface PacketFilter {
  /** As `iptables -t nat -S` prints it. ENOENT: there is no program that this kernel would listen to. */
  list(family: Family): Result<string, SystemError>;
  /** All of the text or nothing of it, beside what is there (`iptables-restore --noflush`). */
  restore(family: Family, text: string): Result<void, SystemError>;
}
