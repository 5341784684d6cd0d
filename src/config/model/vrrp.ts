/** vrrp_instance, vrrp_sync_group, vrrp_script. */
import type { AddressTraits } from '../../base/address-traits.ts';
import type { Family, IpAddress, Ipv4 } from '../../base/ip.ts';
import type { InterfaceName, Micros, Priority, Vrid } from '../../base/units.ts';
import type { ScriptUser } from './global.ts';
import type { VirtualRoute, VirtualRule } from './routing.ts';
import type { VirtualLink } from './virtual-link.ts';

export type VrrpVersion = 2 | 3;

export interface VrrpInstance {
  readonly name: string;
  readonly interface: InterfaceName;
  readonly vrid: Vrid;
  readonly version: VrrpVersion;
  readonly family: Family;
  /** The wanted state. Without effect on timing for a non-owner (behaviour of keepalived, Q5). */
  readonly initialState: 'MASTER' | 'BACKUP';
  /** base priority, 1..255; 255 = address owner */
  readonly priority: Priority;
  /** v2: whole seconds 1..255; v3: 10 ms steps up to 40.95 s */
  readonly advertInterval: Micros;
  /** preemption allowed; `nopreempt` makes it false */
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  /** down_timer_adverts: adverts missed before a backup takes over, default 3 */
  readonly downTimerAdverts: number;
  readonly authentication: VrrpAuthentication;
  /** mcast_src_ip or unicast_src_ip; null = the interface's first address */
  readonly sourceAddress: IpAddress | null;
  /** multicast destination, or the peers that get each advert instead */
  readonly destination: VrrpDestination;
  readonly virtualAddresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  /** made for this instance while it is configured; up while it is master */
  readonly virtualLinks: readonly VirtualLink[];
  /** where its adverts leave: `interface`, or the VMAC; they arrive on `interface` */
  readonly advertInterface: InterfaceName;
  /** there while this router is master, in this order */
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
  readonly garp: GarpSettings;
  readonly strict: boolean;
  readonly accept: boolean;
  /** false: dont_track_primary, the instance ignores its own interface's link state */
  readonly trackPrimary: boolean;
  readonly trackInterfaces: readonly TrackedInterface[];
  readonly trackScripts: readonly TrackedScript[];
  readonly skipCheckAdvAddr: boolean;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly notify: VrrpNotify;
}

export type VrrpAuthentication =
  | { readonly kind: 'none' }
  /** RFC 2338 simple text, v2 only; at most eight bytes */
  | { readonly kind: 'pass'; readonly password: string }
  | { readonly kind: 'ah'; readonly password: string };

export type VrrpDestination =
  | { readonly kind: 'multicast'; readonly group: IpAddress }
  | { readonly kind: 'unicast'; readonly peers: readonly UnicastPeer[] };

export interface UnicastPeer {
  readonly address: IpAddress;
  readonly minTtl: number | null;
  readonly maxTtl: number | null;
}

export interface VirtualAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** always filled in: the instance's interface unless `dev` says otherwise */
  readonly interface: InterfaceName;
  /** IPv4 only; at most 15 bytes */
  readonly label: string | null;
  /** rtnetlink scope: 0 global, 200 site, 253 link, 254 host, 255 nowhere */
  readonly scope: number;
  readonly broadcast: Ipv4 | null;
  readonly traits: AddressTraits;
  /** false (no_track): its loss, or that of its interface, changes nothing */
  readonly tracked: boolean;
}

export interface GarpSettings {
  /** delay of the second burst after becoming master; 0 = none */
  readonly delay: Micros;
  /** packets per address in a burst, at least 1 */
  readonly repeat: number;
  /** period of the refresh while master; 0 = none */
  readonly refresh: Micros;
  readonly refreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

export interface TrackedInterface {
  readonly interface: InterfaceName;
  /** -253..253; 0 = down means FAULT */
  readonly weight: number;
  readonly reverse: boolean;
}

export interface TrackedScript {
  readonly script: string;
  readonly weight: number;
  readonly reverse: boolean;
}

/** A command split into argv; never given to a shell. */
export interface ScriptCommand {
  readonly argv: readonly [string, ...string[]];
  readonly user: ScriptUser | null;
}

export interface VrrpNotify {
  readonly master: ScriptCommand | null;
  readonly backup: ScriptCommand | null;
  readonly fault: ScriptCommand | null;
  readonly stop: ScriptCommand | null;
  readonly any: ScriptCommand | null;
  readonly smtpAlert: boolean;
}

export interface VrrpSyncGroup {
  readonly name: string;
  readonly members: readonly string[];
  readonly notify: VrrpNotify;
}

export interface VrrpScript {
  readonly name: string;
  readonly command: ScriptCommand;
  readonly interval: Micros;
  readonly timeout: Micros;
  readonly weight: number;
  readonly reverse: boolean;
  readonly rise: number;
  readonly fall: number;
}
