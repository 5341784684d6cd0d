/** Everything that can happen to the VRRP process, as plain data: a recording of these replays a run. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { InterfaceName, Micros } from '../../base/units.ts';
import type { VrrpGlobals } from '../../config/model/global.ts';
import type { RoutingEntry, StaticEntries } from '../../config/model/routing.ts';
import type { VirtualAddress, VrrpInstance, VrrpSyncGroup } from '../../config/model/vrrp.ts';
import type { TrackerConfigs, TrackerEvent } from '../../track/core/trackers.ts';
import type { ReceivedPacket } from '../wire/receive.ts';
import type { AddressFact, LinkFact } from './network.ts';
import type { OrderWish } from './orders.ts';
import type { Claim } from './split.ts';

/** What comes over the control socket. */
export type OperatorEvent = Extract<VrrpEvent, { kind: 'order_given' | 'address_probed' }>;

/** The part of the configuration that this process lives by. */
export interface VrrpConfig {
  readonly globals: VrrpGlobals;
  readonly instances: readonly VrrpInstance[];
  readonly statics: StaticEntries;
  readonly groups: readonly VrrpSyncGroup[];
  /** only those that some instance tracks */
  readonly trackers: TrackerConfigs;
}

export type VrrpEvent =
  | {
      readonly kind: 'started';
      readonly config: VrrpConfig;
      readonly links: readonly LinkFact[];
      readonly addresses: readonly AddressFact[];
    }
  | { readonly kind: 'config_changed'; readonly config: VrrpConfig }
  | {
      readonly kind: 'packet_received';
      readonly interface: InterfaceName;
      readonly family: Family;
      readonly packet: ReceivedPacket;
    }
  /** the time that `nextDeadline` named has come, or later */
  | { readonly kind: 'deadline_reached' }
  | { readonly kind: 'link_changed'; readonly link: LinkFact }
  | { readonly kind: 'link_vanished'; readonly interface: InterfaceName }
  | { readonly kind: 'address_appeared'; readonly address: AddressFact }
  | {
      readonly kind: 'address_vanished';
      readonly interface: InterfaceName;
      readonly address: IpAddress;
      readonly prefixLength: number;
    }
  /** the kernel's state was read as a whole, because notifications were lost */
  | {
      readonly kind: 'network_reread';
      readonly links: readonly LinkFact[];
      readonly addresses: readonly AddressFact[];
    }
  /** outcome of `restore_addresses`: they had been gone and are back */
  | {
      readonly kind: 'addresses_restored';
      readonly router: string;
      readonly addresses: readonly VirtualAddress[];
    }
  /** outcome of `add_addresses` and `restore_addresses`: the kernel said no */
  | {
      readonly kind: 'addresses_refused';
      readonly router: string;
      readonly addresses: readonly VirtualAddress[];
      readonly detail: string;
    }
  /** the kernel's routes and rules were read: `entryText` of those configured ones that are there */
  | { readonly kind: 'routing_read'; readonly present: readonly string[] }
  /** outcome of `restore_routing`: they had been gone and are back */
  | { readonly kind: 'routing_restored'; readonly router: string; readonly entries: readonly RoutingEntry[] }
  /** outcome of `add_routing` and `restore_routing`: the kernel said no */
  | {
      readonly kind: 'routing_refused';
      readonly router: string;
      readonly entries: readonly RoutingEntry[];
      readonly detail: string;
    }
  /** there is no socket for this interface and family, so nothing can be heard or said */
  | {
      readonly kind: 'transport_broke';
      readonly interface: InterfaceName;
      readonly family: Family;
      readonly detail: string;
    }
  | { readonly kind: 'transport_opened'; readonly interface: InterfaceName; readonly family: Family }
  | TrackerEvent
  /** the process was woken so much later than it had asked for: told before the deadline that it missed */
  | { readonly kind: 'woke_late'; readonly late: Micros }
  /** outcome of a probe of the addresses of an instance: who else answers for them */
  | { readonly kind: 'address_probed'; readonly instance: string; readonly claims: readonly Claim[] }
  /** an operator's word for an instance or a sync group of this name; the members of a group obey together */
  | { readonly kind: 'order_given'; readonly name: string; readonly wish: OrderWish }
  | { readonly kind: 'counters_reset' }
  /** `release` false (-V): nothing is removed and no master resigns, for the next start to adopt */
  | { readonly kind: 'stop_requested'; readonly release: boolean };
