/** Table nat of the kernel's packet filter, in the words of iptables. Synchronous: it is written at a reload, never within a
 *  check. */
import type { Family } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';

export interface PacketFilter {
  /** `edit` gets what `iptables -t nat -S` prints and gives what `iptables-restore --noflush` shall do: all of it or nothing,
   *  beside what is there; null: all is right. False when nothing was written. ENOENT: there is no program that this kernel
   *  would listen to. */
  update(family: Family, edit: (listing: string) => string | null): Result<boolean, SystemError>;
}
