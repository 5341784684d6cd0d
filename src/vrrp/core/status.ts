/** What the vrrp process tells about itself: JSON-safe, read by `vipctl status`, the metrics and the dumps. */
import type { Family, IpAddress } from '../../base/ip.ts';

export type VrrpStateName = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** Names follow keepalived's statistics; each reception check of behaviour.md section 5 has its own. */
export interface VrrpCounters {
  readonly advertsReceived: number;
  readonly advertsSent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly packetLengthErrors: number;
  readonly checksumErrors: number;
  readonly versionErrors: number;
  readonly ttlErrors: number;
  readonly invalidTypeReceived: number;
  readonly advertIntervalErrors: number;
  readonly addressListErrors: number;
  readonly invalidAuthType: number;
  readonly authTypeMismatch: number;
  readonly authFailures: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  readonly gratuitousArpsSent: number;
}

export interface VrrpInstanceStatus {
  readonly name: string;
  readonly interface: string;
  readonly vrid: number;
  readonly version: 2 | 3;
  readonly family: Family;
  readonly state: VrrpStateName;
  /** one sentence: why the instance is in this state */
  readonly reason: string;
  readonly basePriority: number;
  readonly effectivePriority: number;
  readonly advertIntervalMicros: number;
  /** the master this instance last heard; null when it is master itself or heard none */
  readonly master: { readonly address: IpAddress; readonly priority: number } | null;
  readonly addresses: readonly {
    readonly address: IpAddress;
    readonly prefixLength: number;
    readonly interface: string;
    readonly excluded: boolean;
    /** on the interface now, put there by this instance */
    readonly held: boolean;
  }[];
  /** milliseconds since 1970; null before the first transition */
  readonly lastTransitionWall: number | null;
  readonly counters: VrrpCounters;
}

export interface VrrpStatus {
  readonly instances: readonly VrrpInstanceStatus[];
  /** packets dropped before they reached an instance: unknown VRID, not VRRP, socket overrun */
  readonly strayPackets: number;
}
