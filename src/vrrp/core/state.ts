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
import { type Instant, type InterfaceName, type Micros, type Priority, priority } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { ChecksumStyle, DropReason } from '../wire/receive.ts';
import type { AnnounceTimers } from './announce.ts';
import type { Order } from './orders.ts';
import type { Advertiser, PastTransition, Reason, TakeoverReason } from './reason.ts';
import type { Repairs } from './repairs.ts';
import type { Claim, Split } from './split.ts';
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
  /** an owner that gave way to another owner: it goes on with 254 (behaviour.md section 4.5) */
  readonly lowered: boolean;
  /** an operator's word; null = the election decides alone */
  readonly order: Order | null;
  readonly counters: VrrpCounters;
  /** what was last heard over each path; kept only where there is more than one */
  readonly paths: readonly PathHeard[];
  /** when an advert of somebody else was last accepted; null = never */
  readonly heardAt: Instant | null;
  /** when the current phase began; null before the first transition */
  readonly changedAt: Instant | null;
  /** the last changes of phase, the oldest first */
  readonly history: readonly PastTransition[];
  /** complaints already logged since the state or the master last changed */
  readonly complained: readonly Complaint[];
}

/** The last advert that arrived over an interface. */
export interface PathHeard {
  readonly interface: InterfaceName;
  readonly at: Instant;
  readonly source: IpAddress;
  readonly priority: Priority;
  /** the address from which the same router sends over the main path, once that was seen */
  readonly knownAs: IpAddress | null;
}

export type Phase = Initialize | Backup | Master | Fault;

export interface Initialize {
  readonly kind: 'initialize';
  readonly reason: Reason;
  /** end of vrrp_startup_delay; null once it is over, or stopped */
  readonly startAt: Instant | null;
  /** begins as soon as all its trackers have told their first result */
  readonly awaitsTrackers: boolean;
}

export interface Backup {
  readonly kind: 'backup';
  readonly reason: Reason;
  readonly source: IpAddress;
  /** the master is dead when this passes */
  readonly downAt: Instant;
  /** why this router will be master when `downAt` passes */
  readonly takeover: TakeoverReason;
  /** the own interval until a v3 master told its own */
  readonly masterInterval: Micros;
  readonly master: Advertiser | null;
  /** preempt_delay: from then on lower-priority adverts are no longer accepted; null before the first of them */
  readonly preemptAt: Instant | null;
  /** virtual addresses found in place at start are left there until another master is heard */
  readonly adopting: boolean;
  /** the extra skew after a stall has been granted */
  readonly graceGiven: boolean;
  /** its own master-down deadline has passed, and it waits for the other members of its sync group */
  readonly wantsMaster: boolean;
}

export interface Master {
  readonly kind: 'master';
  readonly reason: Reason;
  readonly source: IpAddress;
  readonly nextAdvertAt: Instant;
  readonly announce: AnnounceTimers;
  /** another owner of the same addresses, which should have yielded and does not; null = none was heard */
  readonly rival: Rival | null;
  /** another master that does not give in; null = none is heard */
  readonly split: Split | null;
  /** machines that answered the last probe for its addresses */
  readonly claims: readonly Claim[];
  /** the last time that the own adverts were so late that others may have taken over */
  readonly stall: { readonly at: Instant; readonly late: Micros } | null;
  /** what somebody else took off */
  readonly repairs: Repairs;
  /** `entryText` of what the kernel refused since anything last changed: asking again would get the same answer */
  readonly refused: readonly string[];
}

export interface Rival {
  readonly interval: Micros;
  /** own adverts sent since it was heard first */
  readonly told: number;
  /** it was told often enough; heard again before this, it is there to stay */
  readonly watchedUntil: Instant | null;
}

export interface Fault {
  readonly kind: 'fault';
  readonly reason: Reason;
}

export type FaultCause =
  | { readonly kind: 'interface_missing'; readonly interface: InterfaceName }
  /** switched on, it has no carrier */
  | { readonly kind: 'interface_down'; readonly interface: InterfaceName; readonly switchedOn: boolean }
  /** a tracked interface with `reverse` */
  | { readonly kind: 'interface_up'; readonly interface: InterfaceName }
  | { readonly kind: 'no_multicast'; readonly interface: InterfaceName }
  | { readonly kind: 'no_source_address'; readonly interface: InterfaceName }
  /** track_src_ip */
  | { readonly kind: 'source_missing'; readonly interface: InterfaceName; readonly address: IpAddress }
  | { readonly kind: 'source_in_detection'; readonly interface: InterfaceName; readonly address: IpAddress }
  | { readonly kind: 'source_taken'; readonly interface: InterfaceName; readonly address: IpAddress }
  /** a static entry with a track_group */
  | { readonly kind: 'static_missing'; readonly what: string }
  | { readonly kind: 'no_peer' }
  | { readonly kind: 'strict_unicast'; readonly interface: InterfaceName }
  | { readonly kind: 'no_socket'; readonly detail: string }
  /** a script, file or process tracked without weight */
  | { readonly kind: 'tracker'; readonly why: string }
  /** another member of the sync group has a fault of its own */
  | {
      readonly kind: 'group_member';
      readonly group: string;
      readonly member: string;
      readonly causes: readonly FaultCause[];
    };

export type Complaint =
  | DropReason
  | 'address_list'
  | 'other_interval'
  | 'lower_priority'
  | 'own_advert'
  | 'other_cluster'
  | 'heartbeat_only'
  | 'address_refused'
  | 'other_owner'
  | 'address_duplicate'
  | 'routing_refused';

/** Every instance under a key of its own, in file order. Only unicast routers of one VRID and source that differ by their peers
 *  need more than `routerKey`. */
export function byRouterKey(instances: readonly VrrpInstance[]): ReadonlyMap<string, VrrpInstance> {
  const keyed = new Map<string, VrrpInstance>();
  for (const instance of instances) {
    const key = routerKey(instance);
    let free = key;
    for (let i = 2; keyed.has(free); i++) free = `${key} #${i}`;
    keyed.set(free, instance);
  }
  return keyed;
}

/** What a router is known by across a reload: its name may change (behaviour.md section 13, Q14), and its peers may. */
export function routerKey(
  config: Pick<VrrpInstance, 'vrid' | 'family' | 'interface' | 'destination' | 'sourceAddress'>,
): string {
  const { interface: name, family, vrid, destination, sourceAddress } = config;
  const how = destination.kind === 'multicast' ? destination.group : `from ${sourceAddress ?? 'anywhere'}`;
  return `${name} ${family} ${vrid} ${how}`;
}

/** RFC 9568 §6.1: this priority says that the addresses are the router's own. */
export const OWNER_PRIORITY: Priority = priority(255);
export const isOwner = (config: Pick<VrrpInstance, 'priority'>): boolean =>
  config.priority === OWNER_PRIORITY;
