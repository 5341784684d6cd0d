/** Which of several virtual routers a packet is for. Interface, family and VRID name one, but where unicast or several groups
 *  keep routers of one VRID apart, source and destination decide. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import { heartbeatFor } from './heartbeat.ts';

export interface Addressed {
  readonly interface: InterfaceName;
  readonly family: Family;
  /** the second octet of the message, in every version */
  readonly vrid: number | undefined;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

/** The one that fits best; one of the same VRID that does not quite fit gets it to count it. Null: a stray. */
export function recipientOf<T>(
  all: readonly T[],
  configOf: (one: T) => VrrpInstance,
  packet: Addressed,
): T | null {
  let near: T | null = null;
  for (const one of all) {
    const config = configOf(one);
    if (config.vrid !== packet.vrid || config.family !== packet.family) continue;
    const isMain = config.interface === packet.interface;
    if (!isMain && !config.heartbeats.some((path) => path.interface === packet.interface)) continue;
    if (isMain ? isAddressedTo(config, packet) : heartbeatFor(config, packet.interface, packet) !== null)
      return one;
    near ??= one;
  }
  return near;
}

function isAddressedTo({ destination, sourceAddress }: VrrpInstance, packet: Addressed): boolean {
  if (destination.kind === 'multicast') return destination.group === packet.destination;
  const here = sourceAddress === null || sourceAddress === packet.destination;
  return here && destination.peers.some(({ address }) => address === packet.source);
}
