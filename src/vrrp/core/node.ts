/** All VRRP routers of one process as one pure machine: `(state, event, now) -> [state, actions]`. It finds the router
 *  that an event is for, keeps the view of the network, and paces announcements per interface. The simulator, the
 *  process and a replay run this very code. */
import type { Family } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import { after, earliest, type Instant, type InterfaceName, instant } from '../../base/units.ts';
import type { VirtualAddress, VrrpInstance } from '../../config/model/vrrp.ts';
import { trackersDeadline } from '../../track/core/trackers.ts';
import type { ReceivedPacket } from '../wire/receive.ts';
import { announceDue, lanesDeadline } from './announce.ts';
import { type Debounced, debounce, debounceDeadline, debounceDue } from './debounce.ts';
import { allAddresses, count } from './effects.ts';
import type { VrrpConfig, VrrpEvent } from './events.ts';
import { groupsOf } from './group.ts';
import { settleGroups } from './group-step.ts';
import { effectivePriority } from './health.ts';
import { vrrpLog } from './log-events.ts';
import {
  type AddressFact,
  addressKey,
  type Network,
  ownFact,
  reread,
  transportKey,
  withAddresses,
  withoutAddresses,
  withoutLink,
  withTransport,
} from './network.ts';
import { checkStatics, rethink, routingOutcome, routingRead, staticsAnswered } from './node-routing.ts';
import { continueWith, type NodeState, type NodeStep, stepEach, stepOne, withStatics } from './node-state.ts';
import { addressedBy } from './orders.ts';
import { recipientOf } from './recipient.ts';
import { byRouterKey, type RouterState, routerKey } from './state.ts';
import {
  beginStatics,
  endStatics,
  keepStatics,
  newStatics,
  replaceStatics,
  STATICS,
  staticsDeadline,
} from './statics.ts';
import { NO_COUNTS } from './status.ts';
import { type RouterEvent, routerDeadline } from './step.ts';
import { configureTrackers, trackerEvent, trackersReached } from './tracking.ts';
import { hearsOn } from './virtual-links.ts';

/** When the process wants to be woken; null = only by an event. */
export const nextDeadline = (node: NodeState): Instant | null =>
  earliest(
    ...node.routers.map(routerDeadline),
    lanesDeadline(node.lanes),
    trackersDeadline(node.trackers),
    debounceDeadline(node.held),
    staticsDeadline(node.statics, node.network),
  );

export function stepNode(node: NodeState, event: VrrpEvent, now: Instant): NodeStep {
  const kept = withStatics(react(node, event, now), (n) => keepStatics(n.statics, n.network, now));
  const [next, actions] = settleGroups(node, checkStatics(kept, now), now);
  const announced = announceDue(next.lanes, next.globals, now);
  const routers = announced.sent.size === 0 ? next.routers : countSent(next.routers, announced.sent);
  return [{ ...next, routers, lanes: announced.lanes }, [...actions, ...announced.actions]];
}

const countSent = (
  routers: readonly RouterState[],
  sent: ReadonlyMap<string, number>,
): readonly RouterState[] =>
  routers.map((router) => {
    const times = sent.get(router.key) ?? 0;
    return times > 0 ? count(router, 'gratuitousArpsSent', times) : router;
  });

function react(node: NodeState, event: VrrpEvent, now: Instant): NodeStep {
  switch (event.kind) {
    case 'started':
      return started(node, event, now);
    case 'config_changed':
      return configChanged(node, event.config, now);
    case 'packet_received':
      return packetReceived(node, event, now);
    case 'deadline_reached':
      return deadlineReached(node, now);
    case 'program_finished':
    case 'file_read':
    case 'processes_counted':
      return heed(node, trackerEvent(node, event, now), now);
    case 'link_changed':
      return settled(node, debounce(node, event.link, node.globals.interfaceDelays, now), now);
    case 'link_vanished':
      return linkVanished(node, event.interface, now);
    case 'address_appeared':
      return addressAppeared(node, event.address, now);
    case 'address_vanished':
      return addressVanished(node, event, now);
    case 'network_reread':
      return networkReread(node, event, now);
    case 'addresses_restored':
    case 'addresses_refused':
      return addressOutcome(node, event, now);
    case 'routing_read':
      return routingRead(node, event.present, now);
    case 'routing_restored':
    case 'routing_refused':
      return routingOutcome(node, event, now);
    case 'transport_broke':
      return rethink(node, withTransport(node.network, transportKey(event), event.detail), now);
    case 'transport_opened':
      return rethink(node, withTransport(node.network, transportKey(event), null), now);
    case 'woke_late':
      return stepEach(node, event, now);
    case 'address_probed':
      return stepNamed(node, event.instance, { kind: 'addresses_probed', claims: event.claims }, now);
    case 'order_given':
      return orderGiven(node, event, now);
    case 'counters_reset':
      return [
        { ...node, strayPackets: 0, routers: node.routers.map((r) => ({ ...r, counters: NO_COUNTS })) },
        [],
      ];
    case 'stop_requested':
      return withStatics(stepEach(node, { kind: 'stop_requested', release: event.release }, now), (n) =>
        endStatics(n.statics, n.network, !event.release),
      );
    default:
      return exhaustive(event);
  }
}

/** What trackers say now comes before the routers' own deadlines: a priority that just fell must not take over first. */
function deadlineReached(node: NodeState, now: Instant): NodeStep {
  const counted = settled(node, debounceDue(node, now), now);
  const [heeded, news] = heed(counted[0], trackersReached(counted[0], now), now);
  return continueWith([heeded, [...counted[1], ...news]], { kind: 'deadline_reached' }, now);
}

function stepNamed(node: NodeState, name: string, event: RouterEvent, now: Instant): NodeStep {
  const router = node.routers.find(({ config }) => config.name === name);
  return router === undefined ? [node, []] : stepOne([node, []], router.key, event, now);
}

function orderGiven(
  node: NodeState,
  { name, wish }: Extract<VrrpEvent, { kind: 'order_given' }>,
  now: Instant,
): NodeStep {
  return addressedBy(node, name).reduce<NodeStep>(
    (step, { key }) => stepOne(step, key, { kind: 'ordered', wish }, now),
    [node, []],
  );
}

/** A link that changed, or was held back long enough. */
function settled(node: NodeState, { network, held }: Debounced, now: Instant): NodeStep {
  if (network === node.network) return [{ ...node, held }, []];
  return rethink({ ...node, held }, network, now);
}

function linkVanished(node: NodeState, name: InterfaceName, now: Instant): NodeStep {
  const held = new Map(node.held);
  held.delete(name);
  return rethink({ ...node, held }, withoutLink(node.network, name), now);
}

/** The routers think again when a tracker says something else. */
function heed(before: NodeState, step: NodeStep, now: Instant): NodeStep {
  if (step[0].network === before.network) return step;
  return continueWith(step, { kind: 'network_changed' }, now);
}

/** With a startup delay nothing is heard for a while, so addresses left in place cannot be adopted safely and go. */
function started(node: NodeState, event: Extract<VrrpEvent, { kind: 'started' }>, now: Instant): NodeStep {
  const { globals, instances, statics } = event.config;
  const network = reread(node.network, event.links, event.addresses);
  const startAt = instant(Math.max(after(now, globals.startupDelay), globals.delayAfterBoot));
  const routers = [...byRouterKey(instances)].map(([key, config]) =>
    newRouter(key, config, network, startAt),
  );
  const begun: NodeState = {
    ...node,
    globals,
    network,
    routers,
    virtual: virtualOf(instances),
    groups: groupsOf(event.config.groups, instances),
  };
  const tracking = configureTrackers(begun, event.config, now);
  const placed = withStatics(tracking, (n) => beginStatics(newStatics(statics), n.network, now));
  return continueWith(placed, { kind: startAt > now ? 'startup_delayed' : 'deadline_reached' }, now);
}

/** Old routers that are gone release first, so that their addresses are free for the ones that stay or come. Until all
 *  is settled, addresses virtual before or after count as virtual. */
function configChanged(node: NodeState, config: VrrpConfig, now: Instant): NodeStep {
  const { globals, instances, statics } = config;
  const wanted = byRouterKey(instances);
  const virtual = new Set([...node.virtual, ...virtualOf(instances)]);
  const groups = groupsOf(config.groups, instances);
  const groupStates = new Map(
    [...node.groupStates].filter(([name]) => config.groups.some((g) => g.name === name)),
  );
  let step = configureTrackers({ ...node, globals, virtual, groups, groupStates }, config, now);
  for (const { key } of node.routers) {
    if (!wanted.has(key)) step = stepOne(step, key, { kind: 'instance_removed' }, now);
  }
  step = withStatics(step, (n) => replaceStatics(n.statics, statics, n.network, now));
  const [released, actions] = step;
  const running = new Map(released.routers.map((router) => [router.key, router]));
  const routers = [...wanted].map(
    ([key, config]) => running.get(key) ?? newRouter(key, config, released.network, now),
  );
  step = [{ ...released, routers }, actions];
  for (const [key, config] of wanted) {
    if (running.has(key)) step = stepOne(step, key, { kind: 'config_replaced', config }, now);
    else step = joinGroup(stepOne(step, key, { kind: 'deadline_reached' }, now), config, now);
  }
  const settled: NodeState = { ...step[0], virtual: virtualOf(instances) };
  return continueWith([settled, step[1]], { kind: 'network_changed' }, now);
}

/** A new member of a group that is master here is master at once: waiting would make the whole group step back. Who else
 *  may be master of it says so, and then the group yields together. */
function joinGroup(step: NodeStep, { name, ...config }: VrrpInstance, now: Instant): NodeStep {
  const [node] = step;
  const others = node.groups.get(name)?.members.filter((member) => member.name !== name) ?? [];
  const isMaster = (member: VrrpInstance): boolean =>
    node.routers.some((router) => router.key === routerKey(member) && router.phase.kind === 'master');
  if (others.length === 0 || !others.every(isMaster)) return step;
  return stepOne(step, routerKey(config), { kind: 'group_ready' }, now);
}

function newRouter(key: string, config: VrrpInstance, network: Network, startAt: Instant): RouterState {
  return {
    key,
    config,
    phase: {
      kind: 'initialize',
      reason: { kind: 'startup_delay' },
      startAt,
      awaitsTrackers: false,
    },
    effectivePriority: effectivePriority(config, network),
    checksumStyle:
      config.destination.kind === 'unicast' && config.destination.checksum === 'old' ? 'group' : 'standard',
    lowered: false,
    order: null,
    counters: NO_COUNTS,
    paths: [],
    heardAt: null,
    changedAt: null,
    history: [],
    complained: [],
  };
}

/** The VRID is the second octet in every version; whatever else is wrong is counted at the router that it names. */
function packetReceived(
  node: NodeState,
  event: { readonly interface: InterfaceName; readonly family: Family; readonly packet: ReceivedPacket },
  now: Instant,
): NodeStep {
  const { source, destination, payload } = event.packet;
  const vrid = payload[1];
  const addressed = { interface: carrierOf(node, event), family: event.family, vrid, source, destination };
  const router = recipientOf(node.routers, ({ config }) => config, addressed);
  if (router !== null) {
    // heard on the other of its two interfaces, it is a second copy
    const isMain = addressed.interface === router.config.interface;
    if (isMain && hearsOn(router.config, node.network) !== event.interface) return [node, []];
    const over = isMain ? null : event.interface;
    return stepOne([node, []], router.key, { kind: 'packet_received', packet: event.packet, over }, now);
  }
  const stray = { ...node, strayPackets: node.strayPackets + 1 };
  const stranger = `${event.interface} ${event.family} ${vrid}`;
  const isNews = node.globals.logUnknownVrids && !node.strangers.includes(stranger);
  if (!isNews || vrid === undefined) return [stray, []];
  const entry = vrrpLog.unknownVrid({ interface: event.interface, source: event.packet.source, vrid });
  return [{ ...stray, strangers: [...stray.strangers, stranger] }, [{ kind: 'write_log', entry }]];
}

/** Also told when something about the address changed: the end of its duplicate address detection is news. The kernel's
 *  word for what this process has just added is none, and a thousand addresses bring a thousand of those. */
function addressAppeared(node: NodeState, fact: AddressFact, now: Instant): NodeStep {
  const before = node.network.addresses.get(addressKey(fact));
  if (before !== undefined && isNoNews(before, fact)) return [node, []];
  const step = rethink(node, withAddresses(node.network, [fact]), now);
  if (before?.detection !== 'running' || fact.detection === 'running') return step;
  return withVirtualAddress(
    step,
    fact,
    (address) => {
      return { kind: 'detection_ended', address, unique: fact.detection === 'over' };
    },
    now,
  );
}

const isNoNews = (before: AddressFact, fact: AddressFact): boolean =>
  before.detection === fact.detection && before.ours === (fact.ours ?? before.ours);

/** For the routers that have the address among their virtual ones. */
function withVirtualAddress(
  before: NodeStep,
  fact: Pick<AddressFact, 'interface' | 'address' | 'prefixLength'>,
  eventOf: (address: VirtualAddress) => RouterEvent,
  now: Instant,
): NodeStep {
  if (!before[0].virtual.has(addressKey(fact))) return before;
  return before[0].routers.reduce((step, { key, config }) => {
    const address = allAddresses(config).find((own) => addressKey(own) === addressKey(fact));
    return address === undefined ? step : stepOne(step, key, eventOf(address), now);
  }, before);
}

function addressVanished(
  node: NodeState,
  gone: Extract<VrrpEvent, { kind: 'address_vanished' }>,
  now: Instant,
): NodeStep {
  const known = node.network.addresses.has(addressKey(gone));
  const step: NodeStep = known ? rethink(node, withoutAddresses(node.network, [gone]), now) : [node, []];
  return withVirtualAddress(step, gone, (address) => ({ kind: 'address_vanished', address }), now);
}

function networkReread(
  node: NodeState,
  event: Extract<VrrpEvent, { kind: 'network_reread' }>,
  now: Instant,
): NodeStep {
  return rethink({ ...node, held: new Map() }, reread(node.network, event.links, event.addresses), now);
}

function addressOutcome(
  node: NodeState,
  event: Extract<VrrpEvent, { kind: 'addresses_restored' | 'addresses_refused' }>,
  now: Instant,
): NodeStep {
  const network =
    event.kind === 'addresses_restored'
      ? withAddresses(node.network, event.addresses.map(ownFact))
      : withoutAddresses(node.network, event.addresses);
  if (event.router === STATICS) {
    return staticsAnswered({ ...node, network }, event, event.addresses.map(addressKey));
  }
  return stepOne([{ ...node, network }, []], event.router, event, now);
}

/** The interface that the router of a packet is configured on: on a VMAC its parent. */
const carrierOf = (
  { routers }: NodeState,
  heard: { readonly interface: InterfaceName; readonly family: Family },
): InterfaceName =>
  routers.find(({ config }) => config.advertInterface === heard.interface && config.family === heard.family)
    ?.config.interface ?? heard.interface;

const virtualOf = (instances: readonly VrrpInstance[]): ReadonlySet<string> =>
  new Set(instances.flatMap((config) => allAddresses(config).map(addressKey)));
