/** The part of the kernel's packet filter that is vipd's: one table per family, in which the addresses stand whose packets
 *  are dropped. Netlink answers inside the call that asks, so this port is synchronous. */
import type { Family, IpAddress } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { InterfaceName } from '../base/units.ts';

export interface RefusalTable {
  readonly name: string;
  readonly family: Family;
  /** of its chains among those of the same hook: lower is earlier */
  readonly priority: number;
  /** rules count what they match */
  readonly counters: boolean;
}

/** An address that packets may be neither for nor from. Only an IPv6 link-local one is bound to its interface. */
export interface RefusedAddress {
  readonly address: IpAddress;
  readonly interface: InterfaceName;
}

export type FirewallOrder =
  /** whatever a table of this name holds, this is in its place */
  | {
      readonly kind: 'replace_table';
      readonly table: RefusalTable;
      readonly addresses: readonly RefusedAddress[];
    }
  | { readonly kind: 'remove_table'; readonly table: Pick<RefusalTable, 'name' | 'family'> }
  | {
      readonly kind: 'refuse' | 'admit';
      readonly table: Pick<RefusalTable, 'name' | 'family'>;
      readonly addresses: readonly RefusedAddress[];
    };

export interface Firewall {
  /** All of the orders together or none of them; ENOENT: a table to remove or to change is not there. */
  apply(orders: readonly FirewallOrder[]): SystemError | null;
  /** The families that have a table of this name. */
  present(name: string): readonly Family[];
  /** Tells when somebody else removes something from the tables of this name; returns the unsubscriber. */
  watch(name: string, onRemoved: () => void): Result<() => void, SystemError>;
}
