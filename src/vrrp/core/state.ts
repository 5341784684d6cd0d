/** One VRRP router (a vrrp_instance) as data. Each phase has only the fields that mean something in it.
 *
 *                     +------------+
 *       started ----->| initialize |<----- stopped (from any phase)
 *                     +-----+------+
 *                           | startup delay over
 *          owner            |                  no link, no address, no socket
 *      +--------------------+--------------------------+
 *      v                    v                          v
 *  +--------+  higher   +--------+   healthy again  +-------+
 *  | master |---------->| backup |<-----------------| fault |<--- from any phase
 *  +--------+<----------+--------+                  +-------+
 *          master-down deadline
 */
import type { IpAddress } from '../../base/ip.ts';
import type { Instant, InterfaceName, Micros, Priority } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { ChecksumStyle, DropReason } from '../wire/receive.ts';
import type { AnnounceTimers } from './announce.ts';
import type { VrrpCounters } from './status.ts';

export interface RouterState {
  /** `routerKey` of the configuration: identity across a reload (behaviour.md section 13) */
  readonly key: string;
  readonly config: VrrpInstance;
  readonly phase: Phase;
  /** base priority and tracker weights; 255 for an owner */
  readonly effectivePriority: Priority;
  /** what unicast peers were last seen to put into their checksum */
  readonly checksumStyle: ChecksumStyle;
  readonly counters: VrrpCounters;
  /** when the current phase began; null before the first transition */
  readonly changedAt: Instant | null;
  /** complaints already logged since the state or the master last changed */
  readonly complained: readonly Complaint[];
}

export type Phase = Initialize | Backup | Master | Fault;

export interface Initialize {
  readonly kind: 'initialize';
  readonly reason: string;
  /** end of vrrp_startup_delay; null once stopped */
  readonly startAt: Instant | null;
}

export interface Backup {
  readonly kind: 'backup';
  readonly reason: string;
  readonly source: IpAddress;
  /** the master is dead when this passes */
  readonly downAt: Instant;
  /** why this router will be master when `downAt` passes */
  readonly takeoverReason: string;
  /** the own interval until a v3 master told its own */
  readonly masterInterval: Micros;
  readonly master: { readonly address: IpAddress; readonly priority: Priority } | null;
  /** preempt_delay: from then on lower-priority adverts are no longer accepted; null before the first of them */
  readonly preemptAt: Instant | null;
  /** virtual addresses found in place at start are left there until another master is heard */
  readonly adopting: boolean;
  /** the extra skew after a stall has been granted */
  readonly graceGiven: boolean;
}

export interface Master {
  readonly kind: 'master';
  readonly reason: string;
  readonly source: IpAddress;
  readonly nextAdvertAt: Instant;
  readonly announce: AnnounceTimers;
  /** addresses put back since the last advert, see REPAIRS_PER_ADVERT_MAX */
  readonly repairs: number;
  /** `entryText` of what the kernel refused since anything last changed: asking again would get the same answer */
  readonly refused: readonly string[];
}

export interface Fault {
  readonly kind: 'fault';
  readonly reason: string;
}

export type FaultCause =
  | { readonly kind: 'interface_missing'; readonly interface: InterfaceName }
  | { readonly kind: 'interface_down'; readonly interface: InterfaceName }
  /** a tracked interface with `reverse` */
  | { readonly kind: 'interface_up'; readonly interface: InterfaceName }
  | { readonly kind: 'no_multicast'; readonly interface: InterfaceName }
  | { readonly kind: 'no_source_address'; readonly interface: InterfaceName }
  | { readonly kind: 'source_in_detection'; readonly interface: InterfaceName; readonly address: IpAddress }
  | { readonly kind: 'source_taken'; readonly interface: InterfaceName; readonly address: IpAddress }
  /** a static entry with a track_group */
  | { readonly kind: 'static_missing'; readonly what: string }
  | { readonly kind: 'no_socket'; readonly detail: string }
  | { readonly kind: 'unsupported'; readonly why: string };

export type Complaint =
  | DropReason
  | 'address_list'
  | 'other_interval'
  | 'lower_priority'
  | 'own_advert'
  | 'address_refused'
  | 'address_duplicate'
  | 'routing_refused';

export const routerKey = (config: Pick<VrrpInstance, 'vrid' | 'family' | 'interface'>): string =>
  `${config.interface} ${config.family} ${config.vrid}`;

/** RFC 9568 §6.1: priority 255 says that the addresses are this router's own. */
export const isOwner = (config: Pick<VrrpInstance, 'priority'>): boolean => config.priority === 255;
