/** All checkers of this director: when each runs, what its result changes, what the kernel's table shall be.
 *  `step` is the only way in. The state is handed over: its maps are changed in place (ten thousand checkers
 *  must cost no more than the one that has news), so a caller keeps only the state that came back. */
import { exhaustive } from '../../base/never.ts';
import { after, elapsed, type Instant, instant, micros, toSeconds } from '../../base/units.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import { type Checker, isProbed } from '../../config/model/lvs.ts';
import { type AgentState, agentAfter, agentResult, newAgent } from './agent-words.ts';
import { afterRun, type CheckerState, type FinishedRun } from './checker.ts';
import { liftDrain, lookAtDrains, orderDrain, takeCounts } from './drain.ts';
import { judgeFileValue } from './file-value.ts';
import { LANES, type LaneName, laneOf, nextLaunch, roomIn, withRunning } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import { narrate } from './narrate.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  newsAction,
  type Stepped,
} from './node-state.ts';
import { failed, PASSED, type ProbeAnswer, type ProbeResult } from './probe-result.ts';
import { reconfigure } from './reload.ts';
import {
  type CheckerId,
  checkerNews,
  isAlive,
  liveWeight,
  namesOf,
  type ServerState,
  type ServiceState,
  serverChanged,
  serverNews,
} from './service.ts';
import { shownText } from './service-failure.ts';
import { raiseWeights, rampAt, scheduleRise } from './slow-start.ts';
import { addressesChanged, isResting, putAside } from './suspend.ts';
import { isFirstFailure } from './tell.ts';
import { runsAgain, watch } from './watchdog.ts';
import { addition } from './weight.ts';

export function step(state: NodeState, event: NodeEvent, now: Instant): Stepped {
  switch (event.kind) {
    case 'config_changed':
      return reconfigure(state, event, now);
    case 'deadline_reached':
      return launchDue(state, now);
    case 'watch_due':
      return watch(state, now);
    case 'addresses_changed':
      return addressesChanged(state, event.present, now);
    case 'rise_due':
      return raiseWeights(state, now);
    case 'count_due':
      return lookAtDrains(state, now);
    case 'connections_counted':
      return takeCounts(state, event.counts, now);
    case 'drain_ordered':
      return orderDrain(state, event.place, event.limit, now);
    case 'undrain_ordered':
      return liftDrain(state, event.place, now);
    case 'file_changed':
      return fileChanged(state, event.file, event.value, now);
    case 'session_changed':
      return sessionChanged(state, event.session, event.verdict, now);
    case 'probe_finished':
      return finishProbes(state, [event.checker, ...(event.others ?? [])], event.result, now);
    default:
      return exhaustive(event);
  }
}

/** When `deadline_reached` is due; null while nothing can be launched. */
export const nextDeadline = ({ lanes }: NodeState): Instant | null => nextLaunch(lanes);

function launchDue(state: NodeState, now: Instant): Stepped {
  let { lanes } = state;
  const actions: NodeAction[] = [];
  for (const name of LANES) {
    const launched = launchesIn(state, name, now);
    lanes = withRunning(lanes, name, launched.length);
    actions.push(...launched);
  }
  return [{ ...state, lanes }, actions];
}

function launchesIn(state: NodeState, name: LaneName, now: Instant): readonly NodeAction[] {
  const actions: NodeAction[] = [];
  const room = roomIn(state.lanes, name);
  const followers = new Map<string, CheckerId[]>();
  while (actions.length < room) {
    const checker = state.lanes[name].schedule.takeDue(now);
    if (checker === null) break;
    const record = state.checkers.get(checker);
    if (record === undefined || !isProbed(record.config)) continue;
    if (isResting(state, record)) {
      putAside(state, record);
      continue;
    }
    const { config, twin } = record;
    const shared = twin === null ? undefined : followers.get(twin);
    state.checkers.set(checker, { ...record, launchedAt: now, follows: shared !== undefined });
    if (shared !== undefined) {
      shared.push(checker);
      continue;
    }
    const others: CheckerId[] = [];
    if (twin !== null) followers.set(twin, others);
    actions.push({ kind: 'launch_probe', checker, config, others });
  }
  return actions;
}

const fileChanged = (state: NodeState, file: string, value: number, now: Instant): Stepped =>
  told(state, now, (config) =>
    config.kind === 'file' && config.file.name === file ? judgeFileValue(config, value) : null,
  );

/** The event itself is written once, however many servers follow the session. */
function sessionChanged(state: NodeState, session: string, verdict: BfdVerdict, now: Instant): Stepped {
  const result: ProbeResult = verdict === 'up' ? PASSED : failed({ kind: 'session_down', session });
  const [next, actions] = told(state, now, (config) =>
    config.kind === 'bfd' && config.session === session ? result : null,
  );
  const event = logAction(checksLog.bfdEvent({ session, verdict }));
  const isNews = actions.some(({ kind }) => kind === 'log');
  return [next, isNews ? [event, ...actions] : actions];
}

/** Results for checkers that are told of changes; those are few and seldom: all checkers are looked through. */
function told(state: NodeState, now: Instant, resultFor: (config: Checker) => ProbeResult | null): Stepped {
  const actions: NodeAction[] = [];
  for (const record of state.checkers.values()) {
    const { config } = record;
    const result = resultFor(config);
    if (result === null) continue;
    const run = { result, at: now, duration: micros(0) };
    const { after: next } = afterRun(config, record.state, run);
    state.checkers.set(record.id, { ...record, state: next });
    actions.push(...tellResult(state, record, run, next));
  }
  return [state, actions];
}

function finishProbes(
  state: NodeState,
  ids: readonly CheckerId[],
  answer: ProbeAnswer,
  now: Instant,
): Stepped {
  const actions: NodeAction[] = [];
  let after = state;
  for (const id of ids) {
    const [next, more] = finishProbe(after, id, answer, now);
    after = next;
    actions.push(...more);
  }
  return [after, actions];
}

function finishProbe(state: NodeState, id: CheckerId, answer: ProbeAnswer, now: Instant): Stepped {
  const record = state.checkers.get(id);
  // A reload removed the checker while its probe ran: the result is nobody's.
  if (record === undefined || record.launchedAt === null || !isProbed(record.config)) return [state, []];
  const { agent, result } = settled(record.state.agent, answer);
  const run = { result, at: now, duration: elapsed(record.launchedAt, now) };
  const next = afterRun(record.config, { ...record.state, agent }, run);
  const name = laneOf(record.config);
  // programs keep their pace from start to start, however long they run
  const from = name === 'programs' ? record.launchedAt : now;
  const dueAt = instant(Math.max(after(from, next.wait), now));
  state.checkers.set(id, {
    ...record,
    state: next.after,
    launchedAt: null,
    dueAt,
    overdue: false,
    follows: false,
  });
  state.lanes[name].schedule.add(dueAt, id);
  return [
    record.follows ? state : { ...state, lanes: withRunning(state.lanes, name, -1) },
    [...runsAgain(record), ...tellResult(state, record, run, next.after)],
  ];
}

/** The words of an agent are judged beside those that it said before. */
function settled(
  agent: AgentState | null,
  answer: ProbeAnswer,
): { readonly agent: AgentState | null; readonly result: ProbeResult } {
  if (answer.kind !== 'agent_said') return { agent, result: answer };
  const after = agentAfter(agent ?? newAgent, answer.line);
  if (after !== null) return { agent: after, result: agentResult(after) };
  return { agent, result: { kind: 'unheard', why: `'${shownText(answer.line, null)}' means nothing` } };
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
  if (record.state.hasRun !== next.hasRun || record.state.failing !== next.failing) {
    actions.push({ kind: 'remember' });
  }
  if (record.state.passing === next.passing && record.state.weight === next.weight) {
    const siblings = server.checkers.flatMap((id) => state.checkers.get(id) ?? []);
    const isNews = isFirstFailure(record, next.hasRun, siblings);
    return isNews ? [...actions, newsAction(serverNews(service, server, 'checked'))] : actions;
  }
  const changedServer = counted(server, record.state, next, run.at);
  const changed = serverChanged(service, record.server, changedServer);
  state.services.set(record.service, changed.service);
  for (const entry of changed.log) actions.push(logAction(entry));
  if (changedServer.ramp !== null && changedServer.ramp !== server.ramp) {
    actions.push(beginRise(state, record, service, changedServer));
  }
  for (const news of changed.news) actions.push(newsAction(news));
  if (record.state.passing !== next.passing) {
    const turned = changed.news.some(({ kind }) => kind === 'server_turned');
    actions.push(newsAction(checkerNews(service, server, record.config, next.passing, turned)));
  }
  if (changed.log.length > 0) actions.push({ kind: 'update_table' });
  return actions;
}

function beginRise(
  state: NodeState,
  record: CheckerRecord,
  service: ServiceState,
  server: ServerState,
): NodeAction {
  scheduleRise(state.ramps, record, server);
  const fields = { weight: liveWeight(server), seconds: toSeconds(server.config.slowStart) };
  return logAction(checksLog.slowStart({ ...namesOf(service, server), ...fields }));
}

/** The server with what one of its checkers says now in place of what it said before; the time of its last change moves
 *  only when its life does. A first pass is no recovery: `alpha` asked for it. */
function counted(server: ServerState, before: CheckerState, next: CheckerState, now: Instant): ServerState {
  const failedCheckers = server.failedCheckers + Number(before.passing) - Number(next.passing);
  const { weight } = server.config;
  const addedWeight = server.addedWeight + addition(next.weight, weight) - addition(before.weight, weight);
  const alive = failedCheckers === 0;
  if (isAlive(server) === alive) return { ...server, failedCheckers, addedWeight };
  const ramp = alive && before.hasRun ? rampAt(now, server.config.slowStart, now) : null;
  return { ...server, failedCheckers, addedWeight, changedAt: now, ramp };
}
