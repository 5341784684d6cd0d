/** A connection synchronisation daemon: a kernel thread that sends (master) or receives (backup) the
 *  connection table by multicast. Defaults are the kernel's. */
import type { IpAddress } from '../../base/ip.ts';
import type { Port } from '../../base/units.ts';

export type SyncRole = 'master' | 'backup';

export interface SyncDaemon {
  readonly role: SyncRole;
  readonly interface: string;
  /** 0..255; a backup takes only messages with its own, or all when it is 0 */
  readonly syncId: number;
  /** bytes of UDP payload; null = the kernel derives it from the interface's MTU */
  readonly maxLength: number | null;
  /** null = 224.0.0.81 */
  readonly group: IpAddress | null;
  /** null = 8848 */
  readonly port: Port | null;
  /** null = 1 */
  readonly ttl: number | null;
}
