/** Machines on the segment that talk to the virtual addresses. They believe whoever announced an address last, as an ARP
 *  cache does; where their frames then arrive is up to the switch. */
import type { IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import { portOf } from './cluster.ts';
import type { Frame } from './frame.ts';
import type { Host } from './host.ts';
import type { Lan } from './lan.ts';

/** Two, so that a partition can part them. */
export const CLIENT_PORTS: readonly string[] = ['c1', 'c2'];

export interface Client {
  readonly port: string;
  /** its ARP cache */
  readonly believes: ReadonlyMap<IpAddress, MacAddress>;
  /** The hosts that would take a frame that this client sends to the address. */
  reaches(address: IpAddress): readonly Host[];
}

export function newClients(lan: Lan<Frame>, hosts: readonly Host[], segment: string): readonly Client[] {
  return CLIENT_PORTS.map((port) => {
    const believes = new Map<IpAddress, MacAddress>();
    lan.attach(port, segment, (frame) => {
      if (frame.kind === 'announcement') believes.set(frame.address, frame.from);
    });
    return {
      port,
      believes,
      reaches(address) {
        const mac = believes.get(address);
        if (mac === undefined) return [];
        const ports = lan.portsOf(segment, mac);
        return hosts.filter(
          ({ plan, kernel, severed }) =>
            plan.links.some((link) => ports.includes(portOf(plan, link)) && !severed.has(link.name)) &&
            kernel.has(address) &&
            [...kernel.links.values()].some((link) => link.mac === mac),
        );
      },
    };
  });
}
