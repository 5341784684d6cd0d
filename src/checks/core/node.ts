/** All checkers of this director: when each runs, what its result changes, what the kernel's table shall be.
 *  `step` is the only way in. The state is handed over: its maps are changed in place (ten thousand checkers
 *  must cost no more than the one that has news), so a caller keeps only the state that came back. */
import { exhaustive } from '../../base/never.ts';
import { after, elapsed, type Instant } from '../../base/units.ts';
import { afterRun, type CheckerState, type FinishedRun } from './checker.ts';
import { serverName } from './names.ts';
import { narrate } from './narrate.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  type Stepped,
} from './node-state.ts';
import type { ProbeResult } from './probe-result.ts';
import { reconfigure } from './reload.ts';
import { type CheckerId, isAlive, type ServerState, serverChanged } from './service.ts';

/** Probes in flight. Above it the ones that are due wait, the longest overdue first. */
export const PROBES_RUNNING_MAX = 4096;
/** Probes started in one step, so that a stall does not become a second one. */
export const LAUNCHES_PER_STEP_MAX = 256;

export function step(state: NodeState, event: NodeEvent, now: Instant): Stepped {
  switch (event.kind) {
    case 'config_changed':
      return reconfigure(state, event, now);
    case 'deadline_reached':
      return launchDue(state, now);
    case 'probe_finished':
      return finishProbe(state, event.checker, event.result, now);
    default:
      return exhaustive(event);
  }
}

/** When `deadline_reached` is due; null while nothing can be launched. */
export const nextDeadline = (state: NodeState): Instant | null =>
  state.running >= PROBES_RUNNING_MAX ? null : state.schedule.firstAt;

function launchDue(state: NodeState, now: Instant): Stepped {
  const actions: NodeAction[] = [];
  const room = Math.min(PROBES_RUNNING_MAX - state.running, LAUNCHES_PER_STEP_MAX);
  while (actions.length < room) {
    const checker = state.schedule.takeDue(now);
    if (checker === null) break;
    const record = state.checkers.get(checker);
    if (record === undefined || record.config.kind === 'misc') continue;
    state.checkers.set(checker, { ...record, launchedAt: now });
    actions.push({ kind: 'launch_probe', checker, config: record.config });
  }
  return [{ ...state, running: state.running + actions.length }, actions];
}

function finishProbe(state: NodeState, id: CheckerId, result: ProbeResult, now: Instant): Stepped {
  const record = state.checkers.get(id);
  // A reload removed the checker while its probe ran: the result is nobody's.
  if (record === undefined || record.launchedAt === null) return [state, []];
  const run = { result, at: now, duration: elapsed(record.launchedAt, now) };
  const next = afterRun(record.config, record.state, run);
  state.checkers.set(id, { ...record, state: next.after, launchedAt: null });
  state.schedule.add(after(now, next.wait), id);
  const settled = { ...state, running: state.running - 1 };
  return [settled, [...tellResult(state, record, run, next.after)]];
}

function tellResult(
  state: NodeState,
  record: CheckerRecord,
  run: FinishedRun,
  next: CheckerState,
): NodeAction[] {
  const service = state.services.get(record.service);
  const server = service?.servers.get(record.server);
  if (service === undefined || server === undefined) return [];
  const name = serverName(service.config, server.config);
  const told = narrate({ config: record.config, server: name, before: record.state, after: next, run });
  const actions = told.map(logAction);
  if (record.state.passing === next.passing) return actions;
  const failedCheckers = server.failedCheckers + (next.passing ? -1 : 1);
  const changed = serverChanged(service, record.server, aged(server, failedCheckers, run.at));
  state.services.set(record.service, changed.service);
  for (const entry of changed.log) actions.push(logAction(entry));
  if (changed.log.length > 0) actions.push({ kind: 'update_table' });
  return actions;
}

/** The server with another count; the time of its last change moves only when its life does. */
const aged = (server: ServerState, failedCheckers: number, now: Instant): ServerState => {
  const turned = isAlive(server) !== (failedCheckers === 0);
  return { ...server, failedCheckers, changedAt: turned ? now : server.changedAt };
};
