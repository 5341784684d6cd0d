/** What time alone brings about in a node: each kind of event with the moment when it is due. */
import { earliest, type Instant } from '../../base/units.ts';
import { nextCount } from './drain.ts';
import { nextDeadline } from './node.ts';
import type { NodeEvent, NodeState } from './node-state.ts';
import { nextRise } from './slow-start.ts';
import { nextWatch } from './watchdog.ts';

const TIMETABLE: readonly {
  readonly event: NodeEvent;
  readonly next: (state: NodeState) => Instant | null;
}[] = [
  { event: { kind: 'deadline_reached' }, next: nextDeadline },
  { event: { kind: 'watch_due' }, next: nextWatch },
  { event: { kind: 'rise_due' }, next: nextRise },
  { event: { kind: 'count_due' }, next: nextCount },
];

/** When something is due; null while nothing ever is. */
export const nextEventAt = (state: NodeState): Instant | null =>
  // asked after every event: without the table, it costs no array
  earliest(nextDeadline(state), nextWatch(state), nextRise(state), nextCount(state));

/** Whatever is due at `now`, in this order. */
export function dueEvents(state: NodeState, now: Instant): readonly NodeEvent[] {
  return TIMETABLE.filter(({ next }) => {
    const at = next(state);
    return at !== null && at <= now;
  }).map(({ event }) => event);
}
