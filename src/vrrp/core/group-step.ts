/** vrrp_sync_group, the part that moves members together: after whatever happened to one of them, a group is master with
 *  all of its members or with none (behaviour.md section 7).
 *
 *      all members wish to be master     -> all become master
 *      one master is missing             -> the others step back
 *      one heard a master at its start   -> the others give up the addresses that they found
 *
 *  FAULT needs nothing here: the fault of a member is a fault of each (group.ts). */
import type { Instant } from '../../base/units.ts';
import type { GroupTransition, VrrpAction } from './actions.ts';
import type { SyncGroup } from './group.ts';
import { vrrpLog } from './log-events.ts';
import { type NodeState, type NodeStep, stepOne } from './node-state.ts';
import type { Reason } from './reason.ts';
import type { RouterState } from './state.ts';
import { STATE_NAME, type VrrpStateName } from './status.ts';
import { groupNews } from './tell.ts';

/** `before` is the node before the step. Only groups with a member that the step changed can be out of line. At the daemon's
 *  start a group that needs no waiting is told before its members, at all other times behind them (behaviour.md section 7). */
export function settleGroups(before: NodeState, step: NodeStep, now: Instant): NodeStep {
  const isStart = before.routers.length === 0;
  let settled = step;
  for (const group of touchedGroups(before, step[0])) {
    settled = publish(settle(settled, group, now), group, isStart);
  }
  return settled;
}

function touchedGroups(before: NodeState, { routers, groups }: NodeState): ReadonlySet<SyncGroup> {
  const touched = new Set<SyncGroup>();
  if (groups.size === 0) return touched;
  for (const [i, router] of routers.entries()) {
    const group = before.routers[i] === router ? undefined : groups.get(router.config.name);
    if (group !== undefined) touched.add(group);
  }
  return touched;
}

function membersOf({ routers }: NodeState, { members }: SyncGroup): readonly RouterState[] {
  const names = new Set(members.map(({ name }) => name));
  return routers.filter(({ config }) => names.has(config.name));
}

const wishes = ({ phase }: RouterState): boolean => phase.kind === 'backup' && phase.wantsMaster;
const isMaster = ({ phase }: RouterState): boolean => phase.kind === 'master';
const isAdopting = ({ phase }: RouterState): boolean => phase.kind === 'backup' && phase.adopting;

function settle(step: NodeStep, group: SyncGroup, now: Instant): NodeStep {
  const members = membersOf(step[0], group);
  const others = members.filter((router) => !isMaster(router));
  const [missing] = others;
  if (missing === undefined) return step;
  if (others.every(wishes)) {
    return others.reduce((before, { key }) => stepOne(before, key, { kind: 'group_ready' }, now), step);
  }
  if (others.length < members.length) {
    const leaver = others.find((router) => !wishes(router)) ?? missing;
    const reason: Reason = {
      kind: 'stepped_back_with_group',
      group: group.name,
      member: leaver.config.name,
      state: STATE_NAME[leaver.phase.kind],
      why: leaver.phase.reason,
    };
    return members
      .filter(isMaster)
      .reduce((before, { key }) => stepOne(before, key, { kind: 'group_stepped_back', reason }, now), step);
  }
  const keepers = members.filter(isAdopting);
  if (keepers.length === members.length) return step;
  return keepers.reduce((before, { key }) => stepOne(before, key, { kind: 'group_heard_master' }, now), step);
}

/** The state of a group is that of its members, once they agree. */
function publish([node, actions]: NodeStep, group: SyncGroup, isStart: boolean): NodeStep {
  const states = new Set(membersOf(node, group).map(({ phase }) => STATE_NAME[phase.kind]));
  const [to, ...more] = states;
  const from: VrrpStateName = node.groupStates.get(group.name) ?? 'INIT';
  if (to === undefined || more.length > 0 || to === from) return [node, actions];
  const reason = firstReason(actions, group, to);
  const transition: GroupTransition = { group: group.name, from, to, reason };
  const news: VrrpAction = { kind: 'publish_news', news: groupNews(group, to) };
  return [
    { ...node, groupStates: new Map(node.groupStates).set(group.name, to) },
    [
      ...(isStart ? [news] : []),
      ...actions,
      ...(to === 'INIT'
        ? []
        : [{ kind: 'write_log' as const, entry: vrrpLog.groupSyncs({ group: group.name, to }) }]),
      { kind: 'publish_group_transition', transition },
      ...(isStart ? [] : [news]),
    ],
  ];
}

function firstReason(actions: readonly VrrpAction[], group: SyncGroup, to: VrrpStateName): string {
  for (const action of actions) {
    if (action.kind !== 'publish_transition' || action.transition.to !== to) continue;
    if (group.members.some(({ name }) => name === action.transition.instance))
      return action.transition.reason;
  }
  return 'all members agree';
}
