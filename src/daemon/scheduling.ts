/** Scheduling of a child as the file wants it. What the kernel refuses is logged; the child runs on without it. */
import type { Log } from '../base/log.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { type Micros, seconds } from '../base/units.ts';
import type { ChildScheduling } from '../config/model/global.ts';
import {
  lockMemory,
  setAffinity,
  setNice,
  setRealTimeLimit,
  setScheduling,
} from '../native/process-knobs.ts';
import { daemonLog } from './log-events.ts';

export function applyScheduling(scheduling: ChildScheduling, log: Log): void {
  const { niceness, realtimePriority, noSwap, processors, realtimeLimit } = scheduling;
  const knobs: readonly (readonly [string, () => Result<void, SystemError>] | null)[] = [
    niceness === null ? null : [`niceness ${niceness}`, () => setNice(niceness)],
    realtimePriority === null
      ? null
      : [
          `real-time priority ${realtimePriority}`,
          () => setScheduling({ policy: 'round_robin', priority: realtimePriority }),
        ],
    noSwap ? ['locked memory', lockMemory] : null,
    processors === null ? null : [`processors ${processors.join(' ')}`, () => setAffinity(processors)],
    realtimeLimit === null ? null : ['limit of real time', () => limitRealTime(realtimeLimit)],
  ];
  for (const knob of knobs) {
    if (knob === null) continue;
    const [name, set] = knob;
    const result = set();
    if (!result.ok) log(daemonLog.processKnob({ knob: name, reason: result.error.detail }));
  }
}

/** What suits a program in C would kill this one at its first collection of garbage. */
const REALTIME_LIMIT_MIN: Micros = seconds(1);

/** Half of it is the soft limit, as with keepalived. */
function limitRealTime(wanted: Micros): Result<void, SystemError> {
  const hard = Math.max(wanted, REALTIME_LIMIT_MIN);
  return setRealTimeLimit(Math.floor(hard / 2), hard);
}
