/** Interfaces that vipd makes for an instance: the VMAC of use_vmac and use_vmac_addr, the ipvlan of use_ipvlan. */
import type { Family } from '../../base/ip.ts';
import type { MacAddress } from '../../base/mac.ts';
import type { InterfaceName } from '../../base/units.ts';

export interface VirtualLink {
  readonly kind: 'macvlan' | 'ipvlan';
  readonly name: InterfaceName;
  /** the interface that it is made on */
  readonly parent: InterfaceName;
  /** of the instance */
  readonly family: Family;
  /** RFC 9568 §7.3 unless another one is configured; null = the parent's (ipvlan) */
  readonly mac: MacAddress | null;
  /** interface group; null = none */
  readonly group: number | null;
  /** MACVLAN_MODE_ or IPVLAN_MODE_, and IPVLAN_F_ (linux/if_link.h) */
  readonly mode: number;
  readonly flags: number;
}
