/** bfd_instance: one BFD session with a neighbour (RFC 5880, 5881, 5883), and the checker that follows one. */
import type { IpAddress } from '../../base/ip.ts';
import type { Micros } from '../../base/units.ts';
import type { CheckerCommon } from './lvs.ts';

export interface BfdInstance {
  /** at most 31 characters, unique */
  readonly name: string;
  /** (neighbour, source, multihop) is unique */
  readonly neighbour: IpAddress;
  /** null = the kernel chooses */
  readonly source: IpAddress | null;
  /** Required Min RX Interval */
  readonly minRx: Micros;
  /** Desired Min TX Interval while the session is Up, and at least one second while it is not */
  readonly minTx: Micros;
  readonly idleTx: Micros;
  /** Detect Mult, 1..255 */
  readonly multiplier: number;
  /** nothing is sent before the neighbour was heard */
  readonly passive: boolean;
  /** TTL or hop limit of what is sent, 1..255 */
  readonly ttl: number;
  /** how many hops a received packet may have used, as written; null = any number */
  readonly maxHops: number | null;
  /** lowest TTL of a received packet that counts, 0..255 */
  readonly ttlMin: number;
  /** RFC 5883: port 4784 instead of 3784 */
  readonly multihop: boolean;
  /** of an instance that tracks the session and gives no weight of its own; -253..253, 0 = down means FAULT */
  readonly weight: number;
  readonly reverse: boolean;
  /** who may follow the session */
  readonly forVrrp: boolean;
  readonly forCheckers: boolean;
}

/** BFD_CHECK: the server is alive while the session is Up. It is told of changes, so its pace has no meaning. */
export interface BfdChecker extends CheckerCommon {
  readonly kind: 'bfd';
  /** name of the bfd_instance */
  readonly session: string;
}
