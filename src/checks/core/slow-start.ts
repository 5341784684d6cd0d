/** slow_start: the weight of a server that has recovered rises in steps, so that a cold cache or a JIT is not met by its
 *  whole share at once. Only the kernel's weight rises; the quorum counts the server whole from the first moment. */
import { after, elapsed, type Instant, type Micros, micros } from '../../base/units.ts';
import { checksLog } from './log-events.ts';
import { logAction, type NodeAction, type NodeState, type ServerPlace, type Stepped } from './node-state.ts';
import { isAlive, liveWeight, namesOf, type ServerState } from './service.ts';

/** Writes of one rise at most; equal integer weights are one. */
export const SLOW_START_STEPS = 10;
/** Servers whose weight rises in one step of the node; the others follow at once. */
const RISES_PER_STEP_MAX = 1024;

export interface Ramp {
  readonly startedAt: Instant;
  /** 0..SLOW_START_STEPS-1 */
  readonly step: number;
}

/** At least 1 while the server has any weight; all of it after the last step. */
export const weightAtStep = (weight: number, step: number): number =>
  weight === 0 ? 0 : Math.max(1, Math.floor((weight * step) / SLOW_START_STEPS));

/** null: the rise is over, or there is none. */
export function rampAt(startedAt: Instant, duration: Micros, now: Instant): Ramp | null {
  if (duration === 0) return null;
  const step = Math.floor((elapsed(startedAt, now) * SLOW_START_STEPS) / duration);
  return step >= SLOW_START_STEPS ? null : { startedAt, step };
}

const nextStepAt = ({ startedAt, step }: Ramp, duration: Micros): Instant =>
  after(startedAt, micros(Math.ceil((duration * (step + 1)) / SLOW_START_STEPS)));

/** When `ramp_due` is due; null while no weight rises. */
export const nextRise = ({ ramps }: NodeState): Instant | null => ramps.firstAt;

/** Sees to it that the rise of this server goes on. */
export function scheduleRise(
  ramps: NodeState['ramps'],
  place: ServerPlace,
  { ramp, config }: Pick<ServerState, 'ramp' | 'config'>,
): void {
  if (ramp !== null) ramps.add(nextStepAt(ramp, config.slowStart), place);
}

export function raiseWeights(state: NodeState, now: Instant): Stepped {
  const actions: NodeAction[] = [];
  let changed = false;
  for (let count = 0; count < RISES_PER_STEP_MAX; count++) {
    const place = state.ramps.takeDue(now);
    if (place === null) break;
    const service = state.services.get(place.service);
    const server = service?.servers.get(place.server);
    if (service === undefined || server === undefined || server.ramp === null) continue;
    const ramp = rampAt(server.ramp.startedAt, server.config.slowStart, now);
    // a reload, or a second recovery, has made a second entry
    if (ramp !== null && ramp.step === server.ramp.step) continue;
    const next = { ...server, ramp };
    service.servers.set(place.server, next);
    scheduleRise(state.ramps, place, next);
    if (ramp === null && isAlive(next)) {
      const fields = { ...namesOf(service, next), weight: liveWeight(next) };
      actions.push(logAction(checksLog.slowStartOver(fields)));
    }
    changed = true;
  }
  return [state, changed ? [...actions, { kind: 'update_table' }] : actions];
}
