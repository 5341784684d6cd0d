/** What a router counts as in the election: its configured priority with the weights of its trackers, unless it gave way to
 *  another owner (two-owners.ts) or an operator decided (orders.ts). */
import { type Instant, type Priority, priority } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import { log, type Step } from './effects.ts';
import { effectivePriority } from './health.ts';
import { vrrpLog } from './log-events.ts';
import type { Network } from './network.ts';
import { isOwner, type RouterState } from './state.ts';
import { moveDeadline } from './step-backup.ts';
import { tellPriority } from './tell.ts';
import { downInterval } from './transitions.ts';
import { ownPriority } from './two-owners.ts';

/** Behind every other router, and still there when none of them is (RFC 9568 §5.2.4: 1 to 254 for those that back up). */
const LAST: Priority = priority(1);
/** Before every router but an owner. */
const FIRST: Priority = priority(254);

/** An operator's preference replaces the configured priority; what fails still counts. */
export function priorityNow(
  router: Pick<RouterState, 'lowered' | 'order'>,
  config: VrrpInstance,
  network: Network,
): Priority {
  const order = isOwner(config) ? null : router.order;
  if (order?.kind === 'step_down') return LAST;
  const base = order?.kind === 'prefer' ? { ...config, priority: FIRST } : config;
  return ownPriority(router, effectivePriority(base, network));
}

/** In Backup the running deadline moves along (behaviour.md section 4.1). */
export function reweigh(router: RouterState, next: Priority, now: Instant): Step {
  const { phase, effectivePriority: before } = router;
  if (next === before) return [router, []];
  const weighed = { ...router, effectivePriority: next };
  if (phase.kind === 'initialize') return [weighed, []];
  const line = log(vrrpLog.priorityChanged({ instance: router.config.name, before, after: next }));
  if (phase.kind !== 'backup') return [weighed, [line, ...tellPriority(weighed)]];
  const from = downInterval(router, phase.masterInterval);
  const to = downInterval(weighed, phase.masterInterval);
  const moved = { ...weighed, phase: moveDeadline(phase, { from, to }, now) };
  return [moved, [line, ...tellPriority(moved)]];
}
