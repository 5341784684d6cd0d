/** When a router has news for the world outside, and which (behaviour.md sections 4.5, 4.6 and 10.1). */
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { RouterAction } from './actions.ts';
import type { SyncGroup } from './group.ts';
import type { NewsState, NotifiedInstance, VrrpNews } from './news.ts';
import type { NodeState } from './node-state.ts';
import type { Phase, RouterState } from './state.ts';
import type { VrrpStateName } from './status.ts';

/** Why a router is over for good. */
export type Ending = 'stopped' | 'removed';

export const publish = (news: VrrpNews): RouterAction => ({ kind: 'publish_news', news });

const notified = ({ name, notify }: VrrpInstance): NotifiedInstance => ({ name, notify });

const STATES: Readonly<Record<Phase['kind'], NewsState | null>> = {
  initialize: null,
  backup: 'BACKUP',
  master: 'MASTER',
  fault: 'FAULT',
};

/** The phase that a router has just entered; nothing while it has not begun. */
export function tellPhase({ config, phase, effectivePriority }: RouterState): readonly RouterAction[] {
  const state = STATES[phase.kind];
  return state === null ? [] : [publish(instanceState(config, state, effectivePriority))];
}

/** A stop is STOP. A removal is DELETED where notify_deleted asks for it, else FAULT unless it is in FAULT already. */
export function tellEnding(
  { config, phase, effectivePriority }: RouterState,
  ending: Ending,
): readonly RouterAction[] {
  if (ending === 'stopped') return [publish(instanceState(config, 'STOP', effectivePriority))];
  if (config.notify.deleted === null && phase.kind === 'fault') return [];
  const state = config.notify.deleted === null ? 'FAULT' : 'DELETED';
  return [publish({ ...instanceState(config, state, effectivePriority), removed: true })];
}

export const tellSplit = (
  { config }: RouterState,
  { over, text }: { readonly over: boolean; readonly text: string },
): RouterAction => publish({ kind: 'split_seen', instance: notified(config), over, text });

export const tellLowerPriority = ({ config, effectivePriority }: RouterState): RouterAction =>
  publish({ kind: 'lower_priority_heard', instance: notified(config), priority: effectivePriority });

/** Only where notify_priority_changes asks, and only while the priority means something. */
export function tellPriority({ config, phase, effectivePriority }: RouterState): readonly RouterAction[] {
  const state = STATES[phase.kind];
  if (!config.notify.priorityChanges || (state !== 'MASTER' && state !== 'BACKUP')) return [];
  const instance = notified(config);
  return [publish({ kind: 'priority_changed', instance, state, priority: effectivePriority })];
}

/** The state that all members have reached. A group that was in one and is in none has stopped with the daemon. */
export const groupNews = ({ name, notify }: SyncGroup, to: VrrpStateName): VrrpNews => ({
  kind: 'group_state',
  group: { name, notify },
  state: to === 'INIT' ? 'STOP' : to,
});

/** What is so now, as if it had just become so: instances, then groups. `name` null: of all. */
export function presentNews(node: NodeState, name: string | null): readonly VrrpNews[] {
  const isNamed = (one: { readonly name: string }): boolean => name === null || one.name === name;
  const instances = node.routers
    .filter(({ config }) => isNamed(config))
    .flatMap(({ config, phase, effectivePriority }) => {
      const state = STATES[phase.kind];
      return state === null ? [] : [instanceState(config, state, effectivePriority)];
    });
  const groups = [...new Set(node.groups.values())].filter(isNamed).flatMap((group) => {
    const state = node.groupStates.get(group.name) ?? 'INIT';
    return state === 'INIT' ? [] : [groupNews(group, state)];
  });
  return [...instances, ...groups];
}

const instanceState = (
  config: VrrpInstance,
  state: NewsState,
  priority: number,
): Extract<VrrpNews, { kind: 'instance_state' }> => ({
  kind: 'instance_state',
  instance: notified(config),
  state,
  removed: false,
  priority,
});
