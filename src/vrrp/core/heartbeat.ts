/** The second paths of an instance (heartbeat_interfaces, heartbeat_peers). The master's adverts travel over each of them as
 *  well, from an address of that interface, so that one broken network is not a split brain; on the wire they are adverts
 *  like any other. What arrives over them feeds the same machine, once:
 *
 *      advert over eth0 (main) ─────────────────────────────────▶ step
 *      advert over eth1        ── heard over eth0, too? ── no ──▶ step, in the name that the sender has on eth0
 *                                        └─ yes ─▶ an echo: it says who is who
 *
 *  Virtual addresses, virtual MACs and announcements stay on the main interface, whose failure is a fault as ever. */
import type { IpAddress } from '../../base/ip.ts';
import { elapsed, type Instant, type InterfaceName, type Priority } from '../../base/units.ts';
import type { Heartbeat, VrrpDestination, VrrpInstance } from '../../config/model/vrrp.ts';
import type { AcceptedAdvert, ReceivedPacket } from '../wire/receive.ts';
import type { World } from './effects.ts';
import { addressKey, type Network, primaryAddress } from './network.ts';
import type { PathHeard, RouterState } from './state.ts';

/** RFC 9568 §5.1.1.3: never forwarded, also where a heartbeat goes to a single peer. */
const TTL_ON_LINK = 255;

export interface AdvertPath {
  readonly interface: InterfaceName;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
}

/** Where an advert goes besides its main path, from an address of the path. One that is down, or has no address, is left out. */
export const heartbeatPaths = (
  config: VrrpInstance,
  world: Pick<World, 'network' | 'virtual'>,
): readonly AdvertPath[] =>
  config.heartbeats.flatMap(({ interface: name, destination }) => {
    const source = sourceOn(config, name, world);
    if (source === null || world.network.links.get(name)?.up !== true) return [];
    const to = destination.kind === 'multicast' ? [destination.group] : destination.peers;
    return to.map((one) => ({ interface: name, source, destination: one, ttl: TTL_ON_LINK }));
  });

export const sourceOn = (
  { family }: VrrpInstance,
  name: InterfaceName,
  { network, virtual }: Pick<World, 'network' | 'virtual'>,
): IpAddress | null => {
  const isVirtual = (fact: Parameters<typeof addressKey>[0]): boolean => virtual.has(addressKey(fact));
  return primaryAddress(network, { interface: name, family }, isVirtual)?.address ?? null;
};

/** Whether the main interface carries anything. */
export const isMainUp = ({ interface: name }: VrrpInstance, network: Network): boolean =>
  network.links.get(name)?.up ?? false;

/** The path that a packet took; null when it is for none of this instance's on that interface. */
export const heartbeatFor = (
  { heartbeats }: Pick<VrrpInstance, 'heartbeats'>,
  on: InterfaceName,
  { source, destination }: Pick<ReceivedPacket, 'source' | 'destination'>,
): Heartbeat | null =>
  heartbeats.find(
    (path) =>
      path.interface === on &&
      (path.destination.kind === 'multicast'
        ? path.destination.group === destination
        : path.destination.peers.includes(source)),
  ) ?? null;

/** The instance as the receive checks are to see it on that path. */
export const alongPath = (config: VrrpInstance, { destination }: Heartbeat): VrrpInstance => ({
  ...config,
  destination: destination.kind === 'multicast' ? destination : strictPeers(destination.peers),
});

const strictPeers = (peers: readonly IpAddress[]): VrrpDestination => ({
  kind: 'unicast',
  peers: peers.map((address) => ({ address, minTtl: TTL_ON_LINK, maxTtl: TTL_ON_LINK })),
  ttl: TTL_ON_LINK,
  checkSource: true,
  checksum: 'new',
});

/** Another cluster may use the VRID on that network; on the main one its adverts would be noticed by their sender. */
export const isOtherCluster = (
  { advert }: AcceptedAdvert,
  { virtualAddresses }: Pick<VrrpInstance, 'virtualAddresses'>,
): boolean => {
  const own = new Set(virtualAddresses.map(({ address }) => address));
  return own.size + advert.addresses.length > 0 && !advert.addresses.some((address) => own.has(address));
};

/** Enters what was heard, for `isEcho`, for the names of senders, and for the status. */
export function noteHeard(
  router: RouterState,
  over: InterfaceName,
  heard: { readonly source: IpAddress; readonly priority: Priority; readonly at: Instant },
): RouterState {
  if (router.config.heartbeats.length === 0) return router;
  const before = pathHeard(router, over);
  const main = over === router.config.interface ? null : pathHeard(router, router.config.interface);
  const echoed = main !== null && isEcho(router, heard.priority, heard.at) ? main.source : null;
  const kept = before?.source === heard.source ? before.knownAs : null;
  const entry: PathHeard = { interface: over, ...heard, knownAs: echoed ?? kept };
  const paths = router.paths.filter((path) => path.interface !== over && isPath(router.config, path));
  return { ...router, paths: [...paths, entry] };
}

const isPath = (config: VrrpInstance, path: PathHeard): boolean =>
  path.interface === config.interface || config.heartbeats.some((one) => one.interface === path.interface);

export const pathHeard = ({ paths }: RouterState, over: InterfaceName): PathHeard | null =>
  paths.find((path) => path.interface === over) ?? null;

/** The main path has brought the same less than an interval ago. A resignation is never one: it may be all that comes. */
export function isEcho(router: RouterState, priority: Priority, now: Instant): boolean {
  const main = pathHeard(router, router.config.interface);
  if (main === null || priority === 0 || main.priority !== priority) return false;
  const { phase, config } = router;
  const interval = phase.kind === 'backup' ? phase.masterInterval : config.advertInterval;
  return elapsed(main.at, now) < interval;
}
