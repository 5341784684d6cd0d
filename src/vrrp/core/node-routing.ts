/** How the node hears of routes, rules and static entries: the outcome of a reading or of an order enters the view of the
 *  network, and who misses something acts on it. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { Instant } from '../../base/units.ts';
import { entryText } from '../../config/model/routing.ts';
import type { VrrpEvent } from './events.ts';
import { type Network, withoutRouting, withRouting } from './network.ts';
import { continueWith, type NodeState, type NodeStep, stepEach, stepOne } from './node-state.ts';
import { hasGroups, missingStatics, STATICS, staticsOutcome, staticsRefused } from './statics.ts';

/** What is there now; who misses something acts on it. */
export function routingRead(node: NodeState, present: readonly string[], now: Instant): NodeStep {
  const step = rethink(node, { ...node.network, routing: new Set(present) }, now);
  return continueWith(step, { kind: 'routing_read' }, now);
}

export function routingOutcome(
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

export function staticsAnswered(
  node: NodeState,
  event: { readonly kind: string; readonly detail?: string },
  keys: readonly string[],
): NodeStep {
  if (event.detail === undefined) return [node, [staticsOutcome('restored', keys, '')]];
  const statics = staticsRefused(node.statics, keys);
  return [{ ...node, statics }, [staticsOutcome('refused', keys, event.detail)]];
}

/** Members of a track_group hear when what they depend on is gone or back. */
export function checkStatics([node, actions]: NodeStep, now: Instant): NodeStep {
  if (node.network.missingStatics.size === 0 && !hasGroups(node.statics.entries)) return [node, actions];
  const missing = missingStatics(node.statics, node.network);
  if (sameValue([...missing], [...node.network.missingStatics])) return [node, actions];
  const network: Network = { ...node.network, missingStatics: missing };
  return continueWith([{ ...node, network }, actions], { kind: 'network_changed' }, now);
}

/** Something outside changed, so what was refused may be possible now. */
export const rethink = (node: NodeState, network: Network, now: Instant): NodeStep =>
  stepEach({ ...node, network, statics: { ...node.statics, refused: [] } }, { kind: 'network_changed' }, now);
