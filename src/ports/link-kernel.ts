/** Interfaces that are made and unmade, and the settings of interfaces in /proc/sys/net. Netlink answers inside the call
 *  that asks, so this port is synchronous. */
import type { MacAddress } from '../base/mac.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex, InterfaceName } from '../base/units.ts';

export interface LinkSpec {
  readonly kind: 'macvlan' | 'ipvlan';
  readonly name: InterfaceName;
  readonly parent: IfIndex;
  readonly mac: MacAddress | null;
  readonly group: number | null;
  readonly mode: number;
  readonly flags: number;
}

export interface LinkKernel {
  /** The new interface is down. Its notification comes to the subscribers of NetKernel. */
  create(spec: LinkSpec): SystemError | null;
  remove(index: IfIndex): SystemError | null;
  setUp(index: IfIndex, up: boolean): SystemError | null;
  /** `ipv4/conf/eth0/arp_ignore`: a path below /proc/sys/net; null when there is no such setting */
  readSetting(path: string): number | null;
  writeSetting(path: string, value: number): SystemError | null;
}
