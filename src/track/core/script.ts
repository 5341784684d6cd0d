/** vrrp_script: when it runs, and what its results mean (behaviour.md section 6.1).
 *
 *  Results move a level between 0 and rise + fall - 1; from `rise` upwards the script counts as up. One success in the up
 *  range sets the highest level, so `fall` failures in a row are needed to be down, and `rise` successes in a row to be up:
 *
 *      rise 2, fall 3:     0   1 | 2   3   4        success below: +1     success above: to 4
 *                         down   |    up            failure above: -1     failure below, or to 1: to 0
 */
import { after, type Instant } from '../../base/units.ts';
import type { VrrpScript } from '../../config/model/vrrp.ts';
import type { ProgramResult } from '../../ports/programs.ts';

export interface ScriptTracker {
  readonly kind: 'script';
  readonly config: VrrpScript;
  /** unknown until the first result, which alone decides */
  readonly verdict: 'unknown' | 'up' | 'down';
  readonly level: number;
  /** counted from the start of a run, not from its end */
  readonly nextRunAt: Instant;
  /** when the present run began, which is its identity; null = none runs */
  readonly runningSince: Instant | null;
  readonly lastResult: ProgramResult | null;
}

/** The first run is due at once. keepalived forgets init_fail as soon as an instance tracks the script (Q9). */
export const newScript = (config: VrrpScript, now: Instant): ScriptTracker => ({
  kind: 'script',
  config,
  verdict: config.initFail ? 'down' : 'unknown',
  level: 0,
  nextRunAt: now,
  runningSince: null,
  lastResult: null,
});

/** The next beat after `now`; beats that a stall missed are left out. */
export function nextRun({ nextRunAt, config }: ScriptTracker, now: Instant): Instant {
  const onBeat = after(nextRunAt, config.interval);
  return onBeat > now ? onBeat : after(now, config.interval);
}

export const succeeded = (result: ProgramResult): boolean => result.kind === 'exited' && result.status === 0;

export function judged(script: ScriptTracker, result: ProgramResult): ScriptTracker {
  const { verdict, level, config } = script;
  const highest = config.rise + config.fall - 1;
  const done = { ...script, runningSince: null, lastResult: result };
  if (succeeded(result)) {
    if (verdict !== 'unknown' && level + 1 < config.rise) return { ...done, level: level + 1 };
    return { ...done, verdict: 'up', level: highest };
  }
  if (verdict === 'up' && level > config.rise) return { ...done, level: level - 1 };
  return { ...done, verdict: 'down', level: 0 };
}

/** A reload keeps what is known of a script whose command is the same, scaled to the new rise and fall. */
export function rescheduled(script: ScriptTracker, config: VrrpScript, now: Instant): ScriptTracker {
  const highest = config.rise + config.fall - 1;
  const level = script.verdict === 'up' ? highest : Math.min(script.level, config.rise - 1);
  const soonest = Math.min(script.nextRunAt, after(now, config.interval));
  const nextRunAt = soonest === script.nextRunAt ? script.nextRunAt : after(now, config.interval);
  return { ...script, config, level, nextRunAt };
}

/** A phrase: `exit status 1`. */
export function resultText(result: ProgramResult): string {
  switch (result.kind) {
    case 'exited':
      return `exit status ${result.status}`;
    case 'killed':
      return `killed by ${result.signal}`;
    case 'timed_out':
      return 'timed out';
    case 'not_started':
      return `cannot be run: ${result.error.detail}`;
  }
}

export function scriptText({ config, verdict, lastResult }: ScriptTracker): string {
  if (lastResult === null) return `script ${config.name} has not succeeded yet`;
  if (verdict === 'up') return `script ${config.name} succeeds`;
  if (succeeded(lastResult))
    return `script ${config.name} succeeds, but not ${config.rise} times in a row yet`;
  return `script ${config.name} fails (${resultText(lastResult)})`;
}
