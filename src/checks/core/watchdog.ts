/** One watchdog per checker: whatever the reason, a checker that has not run for three of its intervals is an alarm and
 *  never silence. A probe that never answered is given up, and its checker runs again. The watchdog looks now and then at
 *  all of them: ten thousand checkers need no ten thousand timers. */
import { exhaustive } from '../../base/never.ts';
import { after, elapsed, type Instant, type Micros, micros, seconds, toSeconds } from '../../base/units.ts';
import type { Checker } from '../../config/model/lvs.ts';
import { laneOf, withRunning } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { checkerName, serverName, serviceName } from './names.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeState,
  type Stepped,
} from './node-state.ts';

/** Pause between two looks; an alarm comes so much later at most. */
export const WATCH_PERIOD = seconds(2);
/** A run is due one interval after the last one; with two more it makes three. */
const INTERVALS_LATE = 2;
/** Alarms that are told one by one at one look; what has stopped ten thousand checkers is one cause. */
export const ALARMS_TOLD_MAX = 10;

/** From the end of its timeout a program gets SIGTERM, then SIGKILL, and then is given up. */
const PROGRAM_GRACE = seconds(4);

/** When `watch_due` is due; null while there is nothing to watch. */
export const nextWatch = (state: NodeState): Instant | null =>
  state.checkers.size === 0 ? null : state.watchAt;

/** When the checker counts as overdue: a run that is under way has the time that it may take, too. */
const alarmAt = ({ config, dueAt }: CheckerRecord): Instant =>
  after(dueAt, micros(INTERVALS_LATE * config.delayLoop + longestRun(config)));

/** Connecting and each step of an exchange have the timeout, an exchange four of them; a program a grace to end in. */
function longestRun(config: Checker): Micros {
  switch (config.kind) {
    case 'tcp':
    case 'udp':
    case 'dns':
    case 'ping':
      return config.target.timeout;
    case 'smtp':
    case 'mysql':
    case 'pgsql':
    case 'redis':
    case 'grpc':
    case 'agent':
      return micros(4 * config.target.timeout);
    case 'http':
      return micros(4 * config.target.timeout * config.urls.length);
    case 'file':
      return micros(0);
    case 'misc':
      return micros(config.timeout + PROGRAM_GRACE);
    default:
      return exhaustive(config);
  }
}

export function watch(state: NodeState, now: Instant): Stepped {
  const actions: NodeAction[] = [];
  let { lanes } = state;
  let alarms = 0;
  for (const record of state.checkers.values()) {
    if (alarmAt(record) > now) continue;
    if (!record.overdue && ++alarms <= ALARMS_TOLD_MAX) actions.push(alarm(state, record, now));
    if (record.launchedAt === null || record.config.kind === 'file') {
      if (!record.overdue) state.checkers.set(record.id, { ...record, overdue: true });
      continue;
    }
    actions.push({ kind: 'abort_probe', checker: record.id });
    const name = laneOf(record.config);
    if (!record.follows) lanes = withRunning(lanes, name, -1);
    lanes[name].schedule.add(now, record.id);
    state.checkers.set(record.id, {
      ...record,
      ...{ launchedAt: null, dueAt: now, overdue: true, follows: false },
    });
  }
  if (alarms > ALARMS_TOLD_MAX) {
    actions.push(logAction(checksLog.moreOverdue({ count: alarms - ALARMS_TOLD_MAX })));
  }
  return [{ ...state, lanes, watchAt: after(now, WATCH_PERIOD) }, actions];
}

function alarm(state: NodeState, record: CheckerRecord, now: Instant): NodeAction {
  const { config, dueAt } = record;
  const late = Math.round(toSeconds(elapsed(dueAt, now)));
  return logAction(checksLog.overdue({ ...namesOf(state, record), check: checkerName(config), late }));
}

/** Told when a checker that was overdue has run after all. */
export const runsAgain = (record: CheckerRecord): readonly NodeAction[] =>
  record.overdue ? [logAction(checksLog.runsAgain({ check: checkerName(record.config) }))] : [];

function namesOf(state: NodeState, record: CheckerRecord) {
  const service = state.services.get(record.service);
  const server = service?.servers.get(record.server);
  if (service === undefined || server === undefined)
    return { server: record.server, service: record.service };
  return { server: serverName(service.config, server.config), service: serviceName(service.config.match) };
}
