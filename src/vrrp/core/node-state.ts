/** The state of the node, and how one router's step enters it: what the router ordered goes into the view of the network
 *  and the queue of announcements at once, so that the next router's plan knows of it. */
import { exhaustive } from '../../base/never.ts';
import type { Instant } from '../../base/units.ts';
import type { VrrpGlobals } from '../../config/model/global.ts';
import { NO_STATICS } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import type { Trackers } from '../../track/core/trackers.ts';
import type { RouterAction, VrrpAction } from './actions.ts';
import { cancelAnnouncements, type Lanes, queueAnnouncements } from './announce.ts';
import type { HeldLinks } from './debounce.ts';
import { isDue } from './effects.ts';
import type { SyncGroup } from './group.ts';
import {
  addressKey,
  EMPTY_NETWORK,
  type Network,
  ownFact,
  withAddresses,
  withoutAddresses,
  withoutRouting,
  withRouting,
  withSwitched,
} from './network.ts';
import { type RouterState, routerKey } from './state.ts';
import { newStatics, type StaticsState, type StaticsStep } from './statics.ts';
import type { VrrpStateName } from './status.ts';
import { type RouterEvent, routerDeadline, stepRouter } from './step.ts';

export interface NodeState {
  readonly globals: VrrpGlobals;
  readonly network: Network;
  /** `addressKey` of the virtual addresses of all routers: none of them is anybody's source address */
  readonly virtual: ReadonlySet<string>;
  /** in file order */
  readonly routers: readonly RouterState[];
  readonly statics: StaticsState;
  readonly lanes: Lanes;
  /** links whose change does not count yet */
  readonly held: HeldLinks;
  readonly trackers: Trackers;
  /** the sync group of each instance that has one, by the instance's name */
  readonly groups: ReadonlyMap<string, SyncGroup>;
  /** what each sync group was last, by its name */
  readonly groupStates: ReadonlyMap<string, VrrpStateName>;
  /** packets for no router of ours */
  readonly strayPackets: number;
  /** interfaces and VRIDs that log_unknown_vrids has named already */
  readonly strangers: readonly string[];
}

export type NodeStep = readonly [NodeState, readonly VrrpAction[]];

export const newNode = (globals: VrrpGlobals): NodeState => ({
  globals,
  network: EMPTY_NETWORK,
  virtual: new Set(),
  routers: [],
  statics: newStatics(NO_STATICS),
  lanes: new Map(),
  held: new Map(),
  trackers: new Map(),
  groups: new Map(),
  groupStates: new Map(),
  strayPackets: 0,
  strangers: [],
});

/** Enters a step of the static entries. */
export const withStatics = ([node, actions]: NodeStep, step: (node: NodeState) => StaticsStep): NodeStep => {
  const { statics, network, actions: more } = step(node);
  return [{ ...node, statics, network }, [...actions, ...more]];
};

/** The same event for every router. */
export const stepEach = (node: NodeState, event: RouterEvent, now: Instant): NodeStep =>
  continueWith([node, []], event, now);

export function continueWith(before: NodeStep, event: RouterEvent, now: Instant): NodeStep {
  return before[0].routers.reduce((step, _, i) => {
    // of a thousand routers one or two are due; to step the others would cost more than all of their work
    const isIdle = event.kind === 'deadline_reached' && !isRouterDue(step[0].routers[i], now);
    return isIdle ? step : stepAt(step, i, event, now);
  }, before);
}

const isRouterDue = (router: RouterState | undefined, now: Instant): boolean =>
  router !== undefined && isDue(routerDeadline(router), now);

/** Steps one router and enters what it ordered into the view of the network and the queue of announcements. */
export function stepOne(before: NodeStep, key: string, event: RouterEvent, now: Instant): NodeStep {
  const at = before[0].routers.findIndex((candidate) => candidate.key === key);
  return stepAt(before, at, event, now);
}

/** `at`: the router's place in the list; where there is none nothing happens. */
function stepAt([node, before]: NodeStep, at: number, event: RouterEvent, now: Instant): NodeStep {
  const router = node.routers[at];
  if (router === undefined) return [node, before];
  const [next, ordered] = stepRouter(router, event, node, now);
  if (next === router && ordered.length === 0) return [node, before];
  const routers = node.routers.slice();
  routers[at] = next;
  let entered: NodeState = { ...node, routers };
  const actions: VrrpAction[] = [...before];
  for (const action of ordered) {
    entered = enterOrder(entered, action, now);
    if (isForOthers(action)) actions.push(action);
  }
  const step: NodeStep = [entered, actions];
  return ordered.some(({ kind }) => kind === 'alert_group') ? alertGroup(step, next, now) : step;
}

const isForOthers = (action: RouterAction): action is VrrpAction =>
  action.kind !== 'queue_announcements' &&
  action.kind !== 'cancel_announcements' &&
  action.kind !== 'alert_group';

function alertGroup(step: NodeStep, { config }: RouterState, now: Instant): NodeStep {
  const others = (step[0].groups.get(config.name)?.members ?? []).filter(({ name }) => name !== config.name);
  return others.reduce(
    (before, member) => stepOne(before, routerKey(member), { kind: 'group_alerted' }, now),
    step,
  );
}

function enterOrder(node: NodeState, action: RouterAction, now: Instant): NodeState {
  switch (action.kind) {
    case 'add_addresses':
    case 'restore_addresses': {
      return { ...node, network: withAddresses(node.network, action.addresses.map(ownFact)) };
    }
    case 'remove_addresses':
      return { ...node, network: withoutAddresses(node.network, action.addresses) };
    case 'add_routing':
    case 'restore_routing':
      return { ...node, network: withRouting(node.network, action.entries) };
    case 'remove_routing':
      return { ...node, network: withoutRouting(node.network, action.entries) };
    case 'queue_announcements': {
      const told = action.addresses.filter((own) => isAnnounceable(node.network, own));
      return {
        ...node,
        lanes: queueAnnouncements(node.lanes, { ...action, addresses: told }, node.globals, now),
      };
    }
    case 'cancel_announcements':
      return { ...node, lanes: cancelAnnouncements(node.lanes, action.router) };
    case 'switch_links':
      return { ...node, network: withSwitched(node.network, action.links, action.up) };
    case 'alert_group':
    case 'send_advert':
    case 'announce_address':
    case 'publish_transition':
    case 'publish_news':
    case 'publish_group_transition':
    case 'run_program':
    case 'end_program':
    case 'write_log':
      return node;
    default:
      return exhaustive(action);
  }
}

/** There are neighbours to tell, and nobody else can be found to have the address (RFC 4862 §5.4). */
const isAnnounceable = (network: Network, own: VirtualAddress): boolean =>
  (network.links.get(own.interface)?.announces ?? false) &&
  (network.addresses.get(addressKey(own))?.detection ?? 'over') === 'over';
