/** Small pieces that every step is made of: counting, complaining once, sending an advert, planning addresses.
 *  Each gives a `Step`: the router afterwards and what it orders. */
import type { IpAddress } from '../../base/ip.ts';
import type { LogEntry } from '../../base/log.ts';
import { type Instant, type Priority, priority } from '../../base/units.ts';
import type { VrrpGlobals } from '../../config/model/global.ts';
import type { VirtualAddress, VrrpAuthentication, VrrpInstance } from '../../config/model/vrrp.ts';
import { ADVERTISEMENT, type Advert, listedMax, passwordOctets } from '../wire/advert.ts';
import { AH_OCTETS } from '../wire/ah.ts';
import { TRAILER_OCTETS } from '../wire/hmac-trailer.ts';
import { AUTH_TYPE } from '../wire/receive.ts';
import type { RouterAction } from './actions.ts';
import type { SyncGroup } from './group.ts';
import { heartbeatPaths, isMainUp } from './heartbeat.ts';
import { vrrpLog } from './log-events.ts';
import { addressKey, isPresent, type Network } from './network.ts';
import { type Complaint, isOwner, type RouterState } from './state.ts';
import type { VrrpCounters } from './status.ts';

/** RFC 9568 §5.1.1.3 */
const TTL_MULTICAST = 255;
/** Of a link that is not there. */
const MTU_USUAL = 1_500;

export type Step = readonly [RouterState, readonly RouterAction[]];

/** What a router sees of the process around it. */
export interface World {
  readonly globals: VrrpGlobals;
  readonly network: Network;
  /** `addressKey` of every virtual address of this process */
  readonly virtual: ReadonlySet<string>;
  /** the sync group of each instance that has one, by the instance's name */
  readonly groups: ReadonlyMap<string, SyncGroup>;
}

/** Runs the second step on the outcome of the first. */
export function andThen([router, actions]: Step, next: (router: RouterState) => Step): Step {
  const [then, more] = next(router);
  return [then, [...actions, ...more]];
}

export function count(router: RouterState, counter: keyof VrrpCounters, by = 1): RouterState {
  const counters = { ...router.counters, [counter]: router.counters[counter] + by };
  return { ...router, counters };
}

export const log = (entry: LogEntry): RouterAction => ({ kind: 'write_log', entry });

/** For lines that the wire can cause: silent until the state or the master changes. */
export function complainOnce(router: RouterState, about: Complaint, entry: LogEntry): Step {
  if (router.complained.includes(about)) return [router, []];
  return [{ ...router, complained: [...router.complained, about] }, [log(entry)]];
}

/** One advert to the group, or one to each peer, and the same over each heartbeat, with the own interval. Priority 0 resigns. */
export function sendAdvert(
  router: RouterState,
  world: World,
  { source, priority: sent }: { readonly source: IpAddress; readonly priority: Priority },
): Step {
  const { config } = router;
  const advert: Advert = {
    version: config.version,
    type: ADVERTISEMENT,
    vrid: config.vrid,
    priority: sent,
    interval: config.advertInterval,
    authentication: config.version === 2 ? authenticationOf(config) : null,
    addresses: listedAddresses(config, world.network).map(({ address }) => address),
  };
  const {
    key,
    config: { family, authentication },
  } = router;
  const common = { kind: 'send_advert' as const, router: key, family, advert, authentication };
  const heartbeats = heartbeatPaths(config, world);
  // a link that is known to be dead is spared where there is another
  const main = heartbeats.length > 0 && !isMainUp(config, world.network) ? [] : destinationsOf(config);
  const actions = main.map((destination) => ({
    ...common,
    interface: config.advertInterface,
    source,
    destination,
    checksumDestination: checksumDestination(router, destination, world.globals),
    ttl: config.destination.kind === 'unicast' ? config.destination.ttl : TTL_MULTICAST,
  }));
  const copies = heartbeats.map((path) => ({
    ...common,
    ...path,
    checksumDestination: config.checksumAsV2 ? null : path.destination,
  }));
  return [count(router, 'advertsSent'), [...actions, ...copies]];
}

function checksumDestination(
  { config, checksumStyle }: RouterState,
  destination: IpAddress,
  globals: VrrpGlobals,
): IpAddress | null {
  if (config.checksumAsV2) return null;
  return checksumStyle === 'group' && config.family === 'inet' ? globals.mcastGroup4 : destination;
}

/** RFC 9568 §6.4.3: a master that goes says so, so that the next need not wait for the deadline. */
export function resign(router: RouterState, world: World, source: IpAddress): Step {
  const [sent, actions] = sendAdvert(router, world, { source, priority: priority(0) });
  return [
    count(sent, 'priorityZeroSent'),
    [...actions, log(vrrpLog.priorityZeroSent({ instance: router.config.name }))],
  ];
}

/** The virtual addresses that an advert has room for; the rest are held all the same (behaviour.md section 3). */
export function listedAddresses(config: VrrpInstance, network: Network): readonly VirtualAddress[] {
  const { version, family, virtualAddresses, authentication } = config;
  const mtu = network.links.get(config.interface)?.mtu ?? MTU_USUAL;
  return virtualAddresses.slice(0, listedMax(version, family, mtu, SEAL_OCTETS[authentication.kind]));
}

const SEAL_OCTETS: Readonly<Record<VrrpAuthentication['kind'], number>> = {
  none: 0,
  pass: 0,
  ah: AH_OCTETS,
  hmac: TRAILER_OCTETS,
};

export const allAddresses = (config: VrrpInstance): readonly VirtualAddress[] => [
  ...config.virtualAddresses,
  ...config.excludedAddresses,
];

/** The virtual addresses that are not on their interfaces. */
export function addMissing(router: RouterState, network: Network): readonly RouterAction[] {
  const addresses = allAddresses(router.config).filter((address) => !isPresent(network, address));
  return addresses.length > 0 ? [{ kind: 'add_addresses', router: router.key, addresses }] : [];
}

/** The virtual addresses that are on their interfaces, to be taken off. An owner's address that somebody else put
 *  there is the machine's own and stays. */
export function removePresent(
  { config }: Pick<RouterState, 'config'>,
  network: Network,
  among: readonly VirtualAddress[] = allAddresses(config),
): readonly RouterAction[] {
  const addresses = among.filter((address) => {
    const fact = network.addresses.get(addressKey(address));
    return fact !== undefined && !(isOwner(config) && fact.ours === false);
  });
  return addresses.length > 0 ? [{ kind: 'remove_addresses', addresses }] : [];
}

/** `repeat` rounds over all addresses, or over the given ones. */
export function announce(
  { key, config }: RouterState,
  repeat: number,
  addresses: readonly VirtualAddress[] = allAddresses(config),
): readonly RouterAction[] {
  if (repeat === 0 || addresses.length === 0) return [];
  const lines = addresses.map(({ interface: name, address }) =>
    log(vrrpLog.announcing({ instance: config.name, interface: name, address })),
  );
  return [...lines, { kind: 'queue_announcements', router: key, addresses, repeat }];
}

export const isDue = (at: Instant | null, now: Instant): boolean => at !== null && at <= now;

const destinationsOf = ({ destination }: VrrpInstance): readonly IpAddress[] =>
  destination.kind === 'multicast' ? [destination.group] : destination.peers.map(({ address }) => address);

function authenticationOf({ authentication, family }: VrrpInstance): Advert['authentication'] {
  const password = authentication.kind === 'pass' ? authentication.password : '';
  return {
    type: AUTH_TYPE[authentication.kind],
    octets: family === 'inet' ? passwordOctets(password) : '',
  };
}
