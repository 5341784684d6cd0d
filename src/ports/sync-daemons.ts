/** The kernel's threads that tell IPVS connections to another director, and hear of its. Synchronous, as netlink is. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { SyncDaemon, SyncRole } from '../ipvs/core/daemon.ts';

export interface SyncDaemonKernel {
  daemons(): Result<readonly SyncDaemon[], SystemError>;
  /** ENODEV for a missing interface, EEXIST when this role runs already */
  startDaemon(daemon: SyncDaemon): Result<void, SystemError>;
  /** ESRCH when it does not run */
  stopDaemon(role: SyncRole): Result<void, SystemError>;
}
