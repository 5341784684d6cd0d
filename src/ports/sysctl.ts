/** Settings of the kernel, as /proc/sys shows them. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';

export interface Sysctl {
  /** `net/ipv4/conf/eth0/promote_secondaries`; null when there is no such setting */
  read(path: string): string | null;
  write(path: string, value: string): Result<void, SystemError>;
}
