/** Everything the core can order, as plain data; carried out by shell/interpret.ts in the order given. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { LogEntry } from '../../base/log.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress, VrrpAuthentication } from '../../config/model/vrrp.ts';
import type { TrackerAction } from '../../track/core/trackers.ts';
import type { Advert } from '../wire/advert.ts';
import type { VrrpNews } from './news.ts';
import type { VrrpStateName } from './status.ts';

export type VrrpAction =
  | {
      readonly kind: 'send_advert';
      readonly router: string;
      readonly interface: InterfaceName;
      readonly family: Family;
      readonly source: IpAddress;
      readonly destination: IpAddress;
      /** what stands in the checksum's pseudo header: another than `destination` towards old unicast peers; null = there is
       *  none (v3_checksum_as_v2) */
      readonly checksumDestination: IpAddress | null;
      readonly advert: Advert;
      /** how it is sealed */
      readonly authentication: VrrpAuthentication;
      /** TTL or hop limit; null = the kernel's usual one */
      readonly ttl: number | null;
    }
  | {
      readonly kind: 'add_addresses';
      readonly router: string;
      readonly addresses: readonly VirtualAddress[];
    }
  /** as `add_addresses`, and the outcome comes back as `addresses_restored`: what exists after all is no event */
  | {
      readonly kind: 'restore_addresses';
      readonly router: string;
      readonly addresses: readonly VirtualAddress[];
    }
  | { readonly kind: 'remove_addresses'; readonly addresses: readonly VirtualAddress[] }
  /** interfaces made for this router: on while it is master */
  | { readonly kind: 'switch_links'; readonly links: readonly InterfaceName[]; readonly up: boolean }
  /** routes and rules, in the order in which they depend on each other */
  | { readonly kind: 'add_routing'; readonly router: string; readonly entries: readonly RoutingEntry[] }
  /** as `add_routing`, and the outcome comes back as `routing_restored` */
  | { readonly kind: 'restore_routing'; readonly router: string; readonly entries: readonly RoutingEntry[] }
  | { readonly kind: 'remove_routing'; readonly entries: readonly RoutingEntry[] }
  /** one gratuitous ARP or unsolicited neighbour advertisement */
  | { readonly kind: 'announce_address'; readonly interface: InterfaceName; readonly address: IpAddress }
  | { readonly kind: 'publish_transition'; readonly transition: Transition }
  /** for the world outside: scripts, FIFOs, mail */
  | { readonly kind: 'publish_news'; readonly news: VrrpNews }
  /** all members of a sync group have reached a state; after the transitions of the members */
  | { readonly kind: 'publish_group_transition'; readonly transition: GroupTransition }
  | Exclude<TrackerAction, { kind: 'write_log' }>
  | { readonly kind: 'write_log'; readonly entry: LogEntry };

export interface Transition {
  readonly instance: string;
  readonly from: VrrpStateName;
  readonly to: VrrpStateName;
  readonly reason: string;
  readonly effectivePriority: number;
}

export interface GroupTransition {
  readonly group: string;
  readonly from: VrrpStateName;
  readonly to: VrrpStateName;
  /** of the member that moved first */
  readonly reason: string;
}

/** What one router orders; the node turns the last two into `announce_address` at the pace of the interface. */
export type RouterAction =
  | VrrpAction
  | {
      readonly kind: 'queue_announcements';
      readonly router: string;
      readonly addresses: readonly VirtualAddress[];
      /** packets per address */
      readonly repeat: number;
    }
  | { readonly kind: 'cancel_announcements'; readonly router: string }
  /** somebody else advertises: the other members of the sync group announce their addresses, too */
  | { readonly kind: 'alert_group' };
