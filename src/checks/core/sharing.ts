/** share_checks: one probe for all checkers that would ask the same server the same thing at the same time. keepalived runs each
 *  by itself, and so does vipd unless it is told otherwise. What is shared is the probe and nothing else: each checker keeps
 *  its own result, retries and delays, and takes part only in a probe that is launched in the very moment when it is due, so
 *  no answer is older than its own would have been. Equal checkers therefore begin at one time, and stay together as long
 *  as they agree; one that has drifted apart, by a reload or by other retries, is asked by itself. What changes is that one
 *  lost packet is then lost for all of them: the retries are for that. */
import { after, type Instant } from '../../base/units.ts';
import type { Checker, RealServer } from '../../config/model/lvs.ts';
import type { CheckerRecord } from './node-state.ts';

/** Equal for checkers whose probes are the same: a program may mean another thing for each server. */
export const twinKey = (checker: Checker, { address, port }: RealServer): string =>
  `${checker.kind === 'misc' ? `${address} ${port} ` : ''}${JSON.stringify(checker)}`;

/** When checkers of each key run next; new ones join them. */
export interface Appointments {
  /** null = none within `wait` from `now` */
  find(twin: string, now: Instant, wait: Parameters<typeof after>[1]): Instant | null;
  make(twin: string, at: Instant): void;
}

export function createAppointments(known: Iterable<CheckerRecord>, now: Instant): Appointments {
  const times = new Map<string, Instant>();
  for (const { twin, launchedAt, dueAt } of known) {
    if (twin !== null && launchedAt === null && dueAt > now) times.set(twin, dueAt);
  }
  return {
    find(twin, from, wait) {
      const at = times.get(twin);
      return at !== undefined && at <= after(from, wait) ? at : null;
    },
    make: (twin, at) => void times.set(twin, at),
  };
}
