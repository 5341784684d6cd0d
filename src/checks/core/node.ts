/** All checkers of this director: when each runs, what its result changes, what the kernel's table shall be.
 *  `step` is the only way in. The state is handed over: its maps are changed in place (ten thousand checkers
 *  must cost no more than the one that has news), so a caller keeps only the state that came back. */
import { exhaustive } from '../../base/never.ts';
import { after, earliest, elapsed, type Instant, instant } from '../../base/units.ts';
import { afterRun, type CheckerState, type FinishedRun } from './checker.ts';
import { serverName, serviceName } from './names.ts';
import { narrate } from './narrate.ts';
import {
  type CheckerRecord,
  type LaneName,
  laneOf,
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  type Stepped,
} from './node-state.ts';
import type { ProbeResult } from './probe-result.ts';
import { reconfigure } from './reload.ts';
import { type CheckerId, isAlive, type ServerState, serverChanged } from './service.ts';
import { addition } from './weight.ts';

/** Probes in flight. Above it the ones that are due wait, the longest overdue first. */
export const PROBES_RUNNING_MAX = 4096;
/** Probes started in one step, so that a stall does not become a second one. */
export const LAUNCHES_PER_STEP_MAX = 256;
/** Programs of MISC_CHECK that run at once, and that are started in one step: each start takes about a millisecond. */
export const PROGRAMS_RUNNING_MAX = 256;
export const PROGRAMS_PER_STEP_MAX = 8;

const LANES: readonly LaneName[] = ['sockets', 'programs'];
const LIMITS: Readonly<Record<LaneName, { readonly running: number; readonly perStep: number }>> = {
  sockets: { running: PROBES_RUNNING_MAX, perStep: LAUNCHES_PER_STEP_MAX },
  programs: { running: PROGRAMS_RUNNING_MAX, perStep: PROGRAMS_PER_STEP_MAX },
};

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
export const nextDeadline = ({ lanes }: NodeState): Instant | null =>
  earliest(
    ...LANES.map((name) =>
      lanes[name].running >= LIMITS[name].running ? null : lanes[name].schedule.firstAt,
    ),
  );

function launchDue(state: NodeState, now: Instant): Stepped {
  const sockets = launchesIn(state, 'sockets', now);
  const programs = launchesIn(state, 'programs', now);
  const launched = withRunning(withRunning(state, 'sockets', sockets.length), 'programs', programs.length);
  return [launched, [...sockets, ...programs]];
}

function launchesIn(state: NodeState, name: LaneName, now: Instant): readonly NodeAction[] {
  const { schedule, running } = state.lanes[name];
  const actions: NodeAction[] = [];
  const room = Math.min(LIMITS[name].running - running, LIMITS[name].perStep);
  while (actions.length < room) {
    const checker = schedule.takeDue(now);
    if (checker === null) break;
    const record = state.checkers.get(checker);
    if (record === undefined) continue;
    state.checkers.set(checker, { ...record, launchedAt: now });
    actions.push({ kind: 'launch_probe', checker, config: record.config });
  }
  return actions;
}

const withRunning = (state: NodeState, name: LaneName, more: number): NodeState => {
  const lane = state.lanes[name];
  return { ...state, lanes: { ...state.lanes, [name]: { ...lane, running: lane.running + more } } };
};

function finishProbe(state: NodeState, id: CheckerId, result: ProbeResult, now: Instant): Stepped {
  const record = state.checkers.get(id);
  // A reload removed the checker while its probe ran: the result is nobody's.
  if (record === undefined || record.launchedAt === null) return [state, []];
  const run = { result, at: now, duration: elapsed(record.launchedAt, now) };
  const next = afterRun(record.config, record.state, run);
  state.checkers.set(id, { ...record, state: next.after, launchedAt: null });
  const lane = laneOf(record.config);
  // programs keep their pace from start to start, however long they run
  const from = lane === 'programs' ? record.launchedAt : now;
  state.lanes[lane].schedule.add(instant(Math.max(after(from, next.wait), now)), id);
  return [withRunning(state, lane, -1), tellResult(state, record, run, next.after)];
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
  const told = narrate({
    config: record.config,
    server: serverName(service.config, server.config),
    service: serviceName(service.config.match),
    before: record.state,
    after: next,
    run,
  });
  const actions = told.map(logAction);
  if (record.state.passing === next.passing && record.state.weight === next.weight) return actions;
  const changed = serverChanged(service, record.server, counted(server, record.state, next, run.at));
  state.services.set(record.service, changed.service);
  for (const entry of changed.log) actions.push(logAction(entry));
  if (changed.log.length > 0) actions.push({ kind: 'update_table' });
  return actions;
}

/** The server with what one of its checkers says now in place of what it said before; the time of its last change moves
 *  only when its life does. */
function counted(server: ServerState, before: CheckerState, next: CheckerState, now: Instant): ServerState {
  const failedCheckers = server.failedCheckers + Number(before.passing) - Number(next.passing);
  const { weight } = server.config;
  const addedWeight = server.addedWeight + addition(next.weight, weight) - addition(before.weight, weight);
  const turned = isAlive(server) !== (failedCheckers === 0);
  return { ...server, failedCheckers, addedWeight, changedAt: turned ? now : server.changedAt };
}
