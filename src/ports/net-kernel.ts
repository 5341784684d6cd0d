/** Links and addresses of the kernel. Netlink answers inside the call that asks, so this port is synchronous. */
import type { AddressTraits } from '../base/address-traits.ts';
import type { IpAddress, Ipv4 } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex, InterfaceName } from '../base/units.ts';

export interface LinkState {
  readonly index: IfIndex;
  readonly name: InterfaceName;
  /** IFF_UP: switched on by the administrator */
  readonly up: boolean;
  /** IFF_RUNNING: carrier present */
  readonly running: boolean;
  readonly multicast: boolean;
  readonly noArp: boolean;
  readonly loopback: boolean;
  readonly mac: MacAddress | null;
  readonly mtu: number;
  /** null for links that stand alone */
  readonly layer: LinkLayer | null;
}

/** What a link is made on top of or for, as far as vipd has to do with it. */
export type LinkLayer =
  | { readonly kind: 'vrf'; readonly table: number }
  /** `mode` MACVLAN_MODE_ or IPVLAN_MODE_, `flags` IPVLAN_F_ (linux/if_link.h); a parent in another namespace is null */
  | {
      readonly kind: 'macvlan' | 'ipvlan';
      readonly parent: IfIndex | null;
      readonly mode: number;
      readonly flags: number;
    };

export interface AddressState {
  readonly ifIndex: IfIndex;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly label: string | null;
  readonly scope: number;
  readonly broadcast: Ipv4 | null;
  /** IFA_PROTO; 18 is keepalived's number and vipd's; null on kernels before 5.18 */
  readonly protocol: number | null;
  /** IFA_F_SECONDARY */
  readonly secondary: boolean;
  readonly traits: AddressTraits;
  /** IPv6 duplicate address detection: until it is over, and after it found another owner, the address is not usable */
  readonly detection: 'over' | 'running' | 'failed';
}

export interface NetState {
  readonly links: ReadonlyMap<IfIndex, LinkState>;
  readonly addresses: readonly AddressState[];
}

export type NetEvent =
  | { readonly kind: 'link_changed'; readonly link: LinkState }
  | { readonly kind: 'link_removed'; readonly index: IfIndex; readonly name: InterfaceName }
  | { readonly kind: 'address_added'; readonly address: AddressState }
  | { readonly kind: 'address_removed'; readonly address: AddressState }
  /** events were lost (the socket overran) or made no sense; the whole state was read again */
  | { readonly kind: 'resynced'; readonly cause: 'overrun' | 'garbled'; readonly state: NetState };

export type NetOperation =
  | { readonly kind: 'add_address'; readonly address: AddressState }
  | { readonly kind: 'remove_address'; readonly address: AddressState };

export interface NetKernel {
  snapshot(): Result<NetState, SystemError>;
  /** One answer per operation, in order; null = done. Adding what exists and removing what is gone are errors
   *  (EEXIST, EADDRNOTAVAIL) for the caller to judge. */
  apply(operations: readonly NetOperation[]): readonly (SystemError | null)[];
  /** Events from now on; returns the unsubscriber. */
  subscribe(listener: (event: NetEvent) => void): Result<() => void, SystemError>;
}
