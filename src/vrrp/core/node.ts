/** All VRRP routers of one process as one pure machine: `(state, event, now) -> [state, actions]`. It finds the router
 *  that an event is for, keeps the view of the network, and paces announcements per interface. The simulator, the
 *  process and a replay run this very code. */
import type { Family } from '../../base/ip.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import { exhaustive } from '../../base/never.ts';
import { after, earliest, type Instant, type InterfaceName } from '../../base/units.ts';
import { entryText } from '../../config/model/routing.ts';
import type { VirtualAddress, VrrpInstance } from '../../config/model/vrrp.ts';
import type { ReceivedPacket } from '../wire/receive.ts';
import { announceDue, lanesDeadline } from './announce.ts';
import { allAddresses, count } from './effects.ts';
import type { VrrpConfig, VrrpEvent } from './events.ts';
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
  withLink,
  withoutAddresses,
  withoutLink,
  withoutRouting,
  withRouting,
  withTransport,
} from './network.ts';
import { continueWith, type NodeState, type NodeStep, stepEach, stepOne, withStatics } from './node-state.ts';
import { type RouterState, routerKey } from './state.ts';
import {
  beginStatics,
  endStatics,
  hasGroups,
  keepStatics,
  missingStatics,
  newStatics,
  replaceStatics,
  STATICS,
  staticsDeadline,
  staticsOutcome,
  staticsRefused,
} from './statics.ts';
import { NO_COUNTS } from './status.ts';
import { type RouterEvent, routerDeadline } from './step.ts';
import { hearsOn } from './virtual-links.ts';

/** When the process wants to be woken; null = only by an event. */
export const nextDeadline = (node: NodeState): Instant | null =>
  earliest(
    ...node.routers.map(routerDeadline),
    lanesDeadline(node.lanes),
    staticsDeadline(node.statics, node.network),
  );

export function stepNode(node: NodeState, event: VrrpEvent, now: Instant): NodeStep {
  const kept = withStatics(react(node, event, now), (n) => keepStatics(n.statics, n.network, now));
  const [next, actions] = checkStatics(kept, now);
  const announced = announceDue(next.lanes, next.globals, now);
  const routers = next.routers.map((router) => {
    const sent = announced.sent.get(router.key) ?? 0;
    return sent > 0 ? count(router, 'gratuitousArpsSent', sent) : router;
  });
  return [{ ...next, routers, lanes: announced.lanes }, [...actions, ...announced.actions]];
}

function react(node: NodeState, event: VrrpEvent, now: Instant): NodeStep {
  switch (event.kind) {
    case 'started':
      return started(node, event, now);
    case 'config_changed':
      return configChanged(node, event.config, now);
    case 'packet_received':
      return packetReceived(node, event, now);
    case 'deadline_reached':
      return stepEach(node, { kind: 'deadline_reached' }, now);
    case 'link_changed':
      return rethink(node, withLink(node.network, event.link), now);
    case 'link_vanished':
      return rethink(node, withoutLink(node.network, event.interface), now);
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

/** With a startup delay nothing is heard for a while, so addresses left in place cannot be adopted safely and go. */
function started(node: NodeState, event: Extract<VrrpEvent, { kind: 'started' }>, now: Instant): NodeStep {
  const { globals, instances, statics } = event.config;
  const network = reread(node.network, event.links, event.addresses);
  const startAt = after(now, globals.startupDelay);
  const routers = instances.map((instance) => newRouter(instance, network, startAt));
  const begun: NodeState = { ...node, globals, network, routers, virtual: virtualOf(instances) };
  const placed = withStatics([begun, []], (n) => beginStatics(newStatics(statics), n.network, now));
  return continueWith(
    placed,
    { kind: globals.startupDelay > 0 ? 'startup_delayed' : 'deadline_reached' },
    now,
  );
}

/** Old routers that are gone release first, so that their addresses are free for the ones that stay or come. Until all
 *  is settled, addresses virtual before or after count as virtual. */
function configChanged(node: NodeState, { globals, instances, statics }: VrrpConfig, now: Instant): NodeStep {
  const wanted = new Map(instances.map((config) => [routerKey(config), config]));
  const virtual = new Set([...node.virtual, ...virtualOf(instances)]);
  let step: NodeStep = [{ ...node, globals, virtual }, []];
  for (const { key } of node.routers) {
    if (!wanted.has(key)) step = stepOne(step, key, { kind: 'instance_removed' }, now);
  }
  step = withStatics(step, (n) => replaceStatics(n.statics, statics, n.network, now));
  const [released, actions] = step;
  const running = new Map(released.routers.map((router) => [router.key, router]));
  const routers = [...wanted].map(
    ([key, config]) => running.get(key) ?? newRouter(config, released.network, now),
  );
  step = [{ ...released, routers }, actions];
  for (const [key, config] of wanted) {
    if (running.has(key)) step = stepOne(step, key, { kind: 'config_replaced', config }, now);
    else step = stepOne(step, key, { kind: 'deadline_reached' }, now);
  }
  const settled: NodeState = { ...step[0], virtual: virtualOf(instances) };
  return continueWith([settled, step[1]], { kind: 'network_changed' }, now);
}

function newRouter(config: VrrpInstance, network: Network, startAt: Instant): RouterState {
  return {
    key: routerKey(config),
    config,
    phase: { kind: 'initialize', reason: 'waiting for the end of vrrp_startup_delay', startAt },
    effectivePriority: effectivePriority(config, network),
    checksumStyle: 'standard',
    counters: NO_COUNTS,
    changedAt: null,
    complained: [],
  };
}

/** The VRID is the second octet in every version; whatever else is wrong is counted at the router that it names. */
function packetReceived(
  node: NodeState,
  event: { readonly interface: InterfaceName; readonly family: Family; readonly packet: ReceivedPacket },
  now: Instant,
): NodeStep {
  const vrid = event.packet.payload[1];
  const router = node.routers.find(
    ({ config }) =>
      config.vrid === vrid &&
      config.family === event.family &&
      (config.interface === event.interface || config.advertInterface === event.interface),
  );
  if (router !== undefined) {
    // heard on the other of its two interfaces, it is a second copy
    if (hearsOn(router.config, node.network) !== event.interface) return [node, []];
    return stepOne([node, []], router.key, { kind: 'packet_received', packet: event.packet }, now);
  }
  const stray = { ...node, strayPackets: node.strayPackets + 1 };
  const stranger = `${event.interface} ${event.family} ${vrid}`;
  const isNews = node.globals.logUnknownVrids && !node.strangers.includes(stranger);
  if (!isNews || vrid === undefined) return [stray, []];
  const entry = vrrpLog.unknownVrid({ interface: event.interface, source: event.packet.source, vrid });
  return [{ ...stray, strangers: [...stray.strangers, stranger] }, [{ kind: 'write_log', entry }]];
}

/** Also told when something about the address changed: the end of its duplicate address detection is news. */
function addressAppeared(node: NodeState, fact: AddressFact, now: Instant): NodeStep {
  const before = node.network.addresses.get(addressKey(fact));
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

/** For the routers that have the address among their virtual ones. */
function withVirtualAddress(
  before: NodeStep,
  fact: Pick<AddressFact, 'interface' | 'address' | 'prefixLength'>,
  eventOf: (address: VirtualAddress) => RouterEvent,
  now: Instant,
): NodeStep {
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
  const step = rethink(node, withoutAddresses(node.network, [gone]), now);
  return withVirtualAddress(step, gone, (address) => ({ kind: 'address_vanished', address }), now);
}

function networkReread(
  node: NodeState,
  event: Extract<VrrpEvent, { kind: 'network_reread' }>,
  now: Instant,
): NodeStep {
  return rethink(node, reread(node.network, event.links, event.addresses), now);
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

/** What is there now; who misses something acts on it. */
function routingRead(node: NodeState, present: readonly string[], now: Instant): NodeStep {
  const step = rethink(node, { ...node.network, routing: new Set(present) }, now);
  return continueWith(step, { kind: 'routing_read' }, now);
}

function routingOutcome(
  node: NodeState,
  event: Extract<VrrpEvent, { kind: 'routing_restored' | 'routing_refused' }>,
  now: Instant,
): NodeStep {
  const network =
    event.kind === 'routing_restored'
      ? withRouting(node.network, event.entries)
      : withoutRouting(node.network, event.entries);
  if (event.router === STATICS) {
    return staticsAnswered({ ...node, network }, event, event.entries.map(entryText));
  }
  return stepOne([{ ...node, network }, []], event.router, event, now);
}

function staticsAnswered(
  node: NodeState,
  event: { readonly kind: string; readonly detail?: string },
  keys: readonly string[],
): NodeStep {
  if (event.detail === undefined) return [node, [staticsOutcome('restored', keys, '')]];
  const statics = staticsRefused(node.statics, keys);
  return [{ ...node, statics }, [staticsOutcome('refused', keys, event.detail)]];
}

/** Members of a track_group hear when what they depend on is gone or back. */
function checkStatics([node, actions]: NodeStep, now: Instant): NodeStep {
  if (node.network.missingStatics.size === 0 && !hasGroups(node.statics.entries)) return [node, actions];
  const missing = missingStatics(node.statics, node.network);
  if (sameValue([...missing], [...node.network.missingStatics])) return [node, actions];
  const network: Network = { ...node.network, missingStatics: missing };
  return continueWith([{ ...node, network }, actions], { kind: 'network_changed' }, now);
}

/** Something outside changed, so what was refused may be possible now. */
const rethink = (node: NodeState, network: Network, now: Instant): NodeStep =>
  stepEach({ ...node, network, statics: { ...node.statics, refused: [] } }, { kind: 'network_changed' }, now);

const virtualOf = (instances: readonly VrrpInstance[]): ReadonlySet<string> =>
  new Set(instances.flatMap((config) => allAddresses(config).map(addressKey)));
