/** What the world outside is told, as a scenario shows it. */
import type { VrrpAction } from '../../src/vrrp/core/actions.ts';

/** `VI_1 MASTER 100`, with `removed` where a reload takes the instance away. */
export function newsOf(action: VrrpAction): readonly string[] {
  if (action.kind !== 'publish_news') return [];
  const { news } = action;
  if (news.kind === 'group_state') return [`group ${news.group.name} ${news.state}`];
  const { name } = news.instance;
  if (news.kind === 'split_seen') return [`${name} split brain${news.over ? ' is over' : ''}: ${news.text}`];
  if (news.kind === 'lower_priority_heard') return [`${name} hears a lower priority, own ${news.priority}`];
  if (news.kind === 'priority_changed') return [`${name} ${news.state} has priority ${news.priority}`];
  return [`${name} ${news.state} ${news.priority}${news.removed ? ' (removed)' : ''}`];
}
