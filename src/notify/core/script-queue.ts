/** The notify scripts of all objects as one pure machine: one queue per object, so that scripts run in the order of the
 *  transitions and a script that hangs holds up its own object alone.
 *
 *      delivery ──▶ waiting (a newer state replaces one that waits) ──▶ a place is free ──▶ running ──▶ recorded
 *
 *  The scripts of one delivery are started together, as keepalived does; the next delivery of the object starts when all
 *  of them have ended. The maps are changed in place, since ten thousand servers may turn at once: a caller keeps only
 *  the state that came back. */
import type { LogEntry } from '../../base/log.ts';
import { exhaustive, invariant } from '../../base/never.ts';
import type { Instant } from '../../base/units.ts';
import type { ScriptCommand } from '../../config/model/vrrp.ts';
import type { Delivery, Half } from './delivery.ts';
import { notifyLog } from './log-events.ts';

/** Scripts of one half that run at once: real servers whose scripts hang cannot take an instance's place. */
export const SCRIPTS_RUNNING_MAX = 128;
/** The script of the state and the generic one. */
const SCRIPTS_PER_DELIVERY_MAX = 2;
/** Deliveries of one object that wait: the latest state and the latest remark. */
export const DELIVERIES_WAITING_MAX = 2;

/** Never used again after its script has ended. */
export type RunId = number;

/** Why a script is over. */
export type Outcome =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'not_started'; readonly why: string };

/** The scripts of one delivery. */
export type Job = Pick<Delivery, 'event' | 'isState' | 'ending' | 'scripts'>;

export interface Run {
  readonly object: string;
  readonly event: string;
  readonly command: ScriptCommand;
  readonly startedAt: Instant;
}

export interface LastRun {
  readonly event: string;
  readonly program: string;
  readonly outcome: Outcome;
  readonly endedAt: Instant;
}

export interface ObjectQueue {
  readonly half: Half;
  readonly running: readonly RunId[];
  readonly waiting: readonly Job[];
  readonly runs: number;
  readonly failures: number;
  /** states that were never told, because a newer one came before their turn */
  readonly superseded: number;
  readonly last: LastRun | null;
}

export interface ScriptQueues {
  readonly objects: Map<string, ObjectQueue>;
  readonly runs: Map<RunId, Run>;
  /** objects with something waiting and nothing running, in the order of their turn */
  readonly ready: Readonly<Record<Half, Set<string>>>;
  readonly runningOf: Readonly<Record<Half, number>>;
  readonly nextRun: RunId;
  /** the daemon stops: whatever runs has been asked to end */
  readonly stopping: boolean;
}

export type QueueEvent =
  | { readonly kind: 'delivered'; readonly delivery: Delivery }
  | { readonly kind: 'script_ended'; readonly run: RunId; readonly outcome: Outcome }
  | { readonly kind: 'stop_requested' }
  /** a reload: what is over for objects that no longer exist is forgotten */
  | { readonly kind: 'objects_changed'; readonly exists: (object: string) => boolean };

export type QueueAction =
  /** `ending`: the daemon is stopping, and it gets a second instead of notify_timeout */
  | {
      readonly kind: 'run_script';
      readonly run: RunId;
      readonly command: ScriptCommand;
      readonly ending: boolean;
    }
  | { readonly kind: 'end_script'; readonly run: RunId }
  | { readonly kind: 'log'; readonly entry: LogEntry };

export type QueueStep = readonly [ScriptQueues, readonly QueueAction[]];

export const emptyQueues = (): ScriptQueues => ({
  objects: new Map(),
  runs: new Map(),
  ready: { vrrp: new Set(), lvs: new Set() },
  runningOf: { vrrp: 0, lvs: 0 },
  nextRun: 1,
  stopping: false,
});

export function stepQueues(state: ScriptQueues, event: QueueEvent, now: Instant): QueueStep {
  switch (event.kind) {
    case 'delivered':
      return startReady(...enqueue(state, event.delivery), now);
    case 'script_ended':
      return startReady(...recordEnd(state, event.run, event.outcome, now), now);
    case 'stop_requested':
      return stop(state);
    case 'objects_changed':
      return forget(state, event.exists);
    default:
      return exhaustive(event);
  }
}

/** Nothing runs and nothing waits. */
export const isIdle = ({ runs, ready }: ScriptQueues): boolean =>
  runs.size === 0 && ready.vrrp.size === 0 && ready.lvs.size === 0;

const NEW_QUEUE: Omit<ObjectQueue, 'half'> = {
  running: [],
  waiting: [],
  runs: 0,
  failures: 0,
  superseded: 0,
  last: null,
};

/** A state without a script also replaces the one that waits: the script of a state that is over is not run. */
function enqueue(state: ScriptQueues, { object, half, ...job }: Delivery): QueueStep {
  const queue = state.objects.get(object) ?? { ...NEW_QUEUE, half };
  if (job.scripts.length === 0 && (!job.isState || queue.waiting.length === 0)) return [state, []];
  const kept = queue.waiting.filter((old) => old.isState !== job.isState);
  const dropped = job.isState ? queue.waiting.filter((old) => old.isState) : [];
  const waiting = job.scripts.length === 0 ? kept : [...kept, toJob(job)];
  const superseded = queue.superseded + dropped.length;
  invariant(
    waiting.length <= DELIVERIES_WAITING_MAX,
    () => `${waiting.length} deliveries wait for ${object}`,
  );
  state.objects.set(object, { ...queue, waiting, superseded });
  if (queue.running.length === 0) updateReady(state, object, half, waiting.length > 0);
  const lines = dropped.map((old) =>
    notifyLog.superseded({ object, event: old.event, by: job.event, superseded }),
  );
  return [state, lines.map(logAction)];
}

const toJob = ({ event, isState, ending, scripts }: Job): Job => ({ event, isState, ending, scripts });

function updateReady(state: ScriptQueues, object: string, half: Half, isReady: boolean): void {
  if (isReady) state.ready[half].add(object);
  else state.ready[half].delete(object);
}

/** Starts what may run, the longest waiting first. */
function startReady(before: ScriptQueues, actions: readonly QueueAction[], now: Instant): QueueStep {
  let state = before;
  const started: QueueAction[] = [...actions];
  for (const half of ['vrrp', 'lvs'] as const) {
    for (const object of state.ready[half]) {
      if (state.runningOf[half] + SCRIPTS_PER_DELIVERY_MAX > SCRIPTS_RUNNING_MAX) break;
      state.ready[half].delete(object);
      state = startNext(state, object, started, now);
    }
  }
  return [state, started];
}

function startNext(state: ScriptQueues, object: string, actions: QueueAction[], now: Instant): ScriptQueues {
  const queue = state.objects.get(object);
  const [job, ...waiting] = queue?.waiting ?? [];
  if (queue === undefined || job === undefined) return state;
  const running: RunId[] = [];
  let run = state.nextRun;
  for (const command of job.scripts) {
    state.runs.set(run, { object, event: job.event, command, startedAt: now });
    actions.push({ kind: 'run_script', run, command, ending: job.ending || state.stopping });
    running.push(run++);
  }
  state.objects.set(object, { ...queue, waiting, running });
  const { half } = queue;
  const runningOf = { ...state.runningOf, [half]: state.runningOf[half] + running.length };
  return { ...state, runningOf, nextRun: run };
}

function recordEnd(state: ScriptQueues, id: RunId, outcome: Outcome, now: Instant): QueueStep {
  const run = state.runs.get(id);
  const queue = run === undefined ? undefined : state.objects.get(run.object);
  if (run === undefined || queue === undefined) return [state, []];
  state.runs.delete(id);
  const { object, event, command } = run;
  const program = command.argv[0];
  const failed = !(outcome.kind === 'exited' && outcome.status === 0);
  const running = queue.running.filter((other) => other !== id);
  state.objects.set(object, {
    ...queue,
    running,
    runs: queue.runs + 1,
    failures: queue.failures + (failed ? 1 : 0),
    last: { event, program, outcome, endedAt: now },
  });
  if (running.length === 0) updateReady(state, object, queue.half, queue.waiting.length > 0);
  const { half } = queue;
  const runningOf = { ...state.runningOf, [half]: state.runningOf[half] - 1 };
  // what a stop ended has not failed by itself
  const told = failed && !(state.stopping && outcome.kind === 'killed');
  const entry = notifyLog.scriptFailed({ object, event, program, how: outcomeText(outcome) });
  return [{ ...state, runningOf }, told ? [logAction(entry)] : []];
}

/** keepalived ends what runs before it tells STOP, and gives the scripts of STOP a second (behaviour.md section 14). */
function stop(state: ScriptQueues): QueueStep {
  if (state.stopping) return [state, []];
  const actions = [...state.runs.keys()].map((run): QueueAction => ({ kind: 'end_script', run }));
  return [{ ...state, stopping: true }, actions];
}

function forget(state: ScriptQueues, exists: (object: string) => boolean): QueueStep {
  for (const [object, { running, waiting }] of state.objects) {
    if (running.length === 0 && waiting.length === 0 && !exists(object)) state.objects.delete(object);
  }
  return [state, []];
}

/** `exited with status 3`; one clause for the log, `vipctl status` and the problems. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `exited with status ${outcome.status}`;
    case 'killed':
      return `was ended by ${outcome.signal}`;
    case 'timed_out':
      return 'took too long and was ended';
    case 'not_started':
      return `was not started: ${outcome.why}`;
    default:
      return exhaustive(outcome);
  }
}

const logAction = (entry: LogEntry): QueueAction => ({ kind: 'log', entry });
