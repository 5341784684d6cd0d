/** All trackers of a process as one pure machine: `(trackers, event, now) -> [trackers, actions]`. Who tracks what is not
 *  known here; the instances read `factOf`. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { LogEntry } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import { earliest, type Instant, type Micros } from '../../base/units.ts';
import type { BfdVerdicts } from '../../bfd/core/node.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import type {
  ScriptCommand,
  TrackedObject,
  TrackFile,
  TrackProcess,
  VrrpScript,
} from '../../config/model/vrrp.ts';
import type { ProgramResult } from '../../ports/programs.ts';
import { trackerKey } from './fact.ts';
import { type FileTracker, newFile, readAs } from './file.ts';
import { trackLog } from './log-events.ts';
import { counted, newProcess, type ProcessTracker, turned } from './process.ts';
import { judged, newScript, nextRun, rescheduled, type ScriptTracker } from './script.ts';
import { newSessionTracker, type SessionTracker } from './session.ts';

export type Tracker = ScriptTracker | FileTracker | ProcessTracker | SessionTracker;
/** by `trackerKey` */
export type Trackers = ReadonlyMap<string, Tracker>;

export interface TrackerConfigs {
  readonly scripts: readonly VrrpScript[];
  readonly files: readonly TrackFile[];
  readonly processes: readonly TrackProcess[];
  /** all that instances may track, tracked or not: so what is known of one stands when a reload begins to track it */
  readonly sessions: readonly BfdInstance[];
}

export type TrackerEvent =
  | {
      readonly kind: 'program_finished';
      readonly tracker: string;
      /** of the order that this answers; the answer of a run that nobody waits for any more changes nothing */
      readonly startedAt: Instant;
      readonly result: ProgramResult;
    }
  /** `content` null: there is no file */
  | { readonly kind: 'file_read'; readonly tracker: string; readonly content: string | null }
  | { readonly kind: 'processes_counted'; readonly tracker: string; readonly count: number }
  | SessionEvent;

/** a session is known to be this */
export type SessionEvent = {
  readonly kind: 'session_told';
  readonly tracker: string;
  readonly verdict: BfdVerdict;
};

/** One event for each session that is known. */
export const sessionEvents = (verdicts: BfdVerdicts): readonly SessionEvent[] =>
  Object.entries(verdicts).map(([name, verdict]) => ({
    kind: 'session_told',
    tracker: trackerKey({ kind: 'bfd', name }),
    verdict,
  }));

export type TrackerAction =
  | {
      readonly kind: 'run_program';
      readonly tracker: string;
      readonly startedAt: Instant;
      readonly command: ScriptCommand;
      readonly timeout: Micros;
    }
  /** its result is of no use any more */
  | { readonly kind: 'end_program'; readonly tracker: string; readonly startedAt: Instant }
  | { readonly kind: 'write_log'; readonly entry: LogEntry };

export type TrackerStep = readonly [Trackers, readonly TrackerAction[]];

export const trackersDeadline = (trackers: Trackers): Instant | null =>
  earliest(...[...trackers.values()].map(deadlineOf));

function deadlineOf(tracker: Tracker): Instant | null {
  if (tracker.kind === 'script') return tracker.nextRunAt;
  return tracker.kind === 'process' ? tracker.turnsAt : null;
}

/** Those that somebody tracks; the others are not run or watched. Sessions are somebody else's work. */
export function trackedOnly(configs: TrackerConfigs, tracked: readonly TrackedObject[]): TrackerConfigs {
  const wanted = new Set(tracked.map(trackerKey));
  const isWanted =
    (kind: TrackedObject['kind']) =>
    ({ name }: { readonly name: string }): boolean =>
      wanted.has(trackerKey({ kind, name }));
  return {
    scripts: configs.scripts.filter(isWanted('script')),
    files: configs.files.filter(isWanted('file')),
    processes: configs.processes.filter(isWanted('process')),
    sessions: configs.sessions.filter(({ forVrrp }) => forVrrp),
  };
}

/** The trackers of a new configuration; as far as they are the same, with what is known. */
export function reconfigured(trackers: Trackers, configs: TrackerConfigs, now: Instant): TrackerStep {
  const next = new Map<string, Tracker>();
  const add = (tracker: Tracker): void => {
    const key = trackerKey({ kind: tracker.kind, name: tracker.config.name });
    next.set(key, kept(trackers.get(key), tracker, now));
  };
  for (const config of configs.scripts) add(newScript(config, now));
  for (const config of configs.files) add(newFile(config));
  for (const config of configs.processes) add(newProcess(config));
  for (const config of configs.sessions) add(newSessionTracker(config));
  const ended = [...trackers].flatMap(([tracker, before]): TrackerAction[] => {
    const startedAt = runningSince(before);
    const goesOn = startedAt === null || runningSince(next.get(tracker)) === startedAt;
    return goesOn ? [] : [{ kind: 'end_program', tracker, startedAt }];
  });
  return [next, ended];
}

function kept(before: Tracker | undefined, fresh: Tracker, now: Instant): Tracker {
  if (before?.kind === 'script' && fresh.kind === 'script') {
    const sameCommand = sameValue(before.config.command, fresh.config.command);
    return sameCommand ? rescheduled(before, fresh.config, now) : fresh;
  }
  if (before?.kind === 'file' && fresh.kind === 'file' && before.config.path === fresh.config.path) {
    return { ...before, config: fresh.config };
  }
  if (before?.kind === 'process' && fresh.kind === 'process' && sameValue(before.config, fresh.config)) {
    return before;
  }
  // the process that keeps the session tells when another neighbour changes what is so
  if (before?.kind === 'bfd' && fresh.kind === 'bfd') return { ...fresh, verdict: before.verdict };
  return fresh;
}

const runningSince = (tracker: Tracker | undefined): Instant | null =>
  tracker?.kind === 'script' ? tracker.runningSince : null;

/** Everything whose time has come. */
export function trackersDue(trackers: Trackers, now: Instant): TrackerStep {
  let next: Map<string, Tracker> | null = null;
  const actions: TrackerAction[] = [];
  for (const [key, tracker] of trackers) {
    const deadline = deadlineOf(tracker);
    if (deadline === null || deadline > now) continue;
    next ??= new Map(trackers);
    if (tracker.kind === 'script') {
      const [ran, orders] = run(key, tracker, now);
      next.set(key, ran);
      actions.push(...orders);
    } else if (tracker.kind === 'process') {
      const after = turned(tracker);
      next.set(key, after);
      actions.push(...processNews(tracker, after));
    }
  }
  return [next ?? trackers, actions];
}

/** A run that still goes on is not joined by a second one. */
function run(
  key: string,
  script: ScriptTracker,
  now: Instant,
): readonly [ScriptTracker, readonly TrackerAction[]] {
  const { config } = script;
  const nextRunAt = nextRun(script, now);
  if (script.runningSince !== null) {
    const entry = trackLog.scriptStillRunning({ script: config.name });
    return [{ ...script, nextRunAt }, [{ kind: 'write_log', entry }]];
  }
  const { command, timeout } = config;
  return [
    { ...script, nextRunAt, runningSince: now },
    [{ kind: 'run_program', tracker: key, startedAt: now, command, timeout }],
  ];
}

export function stepTrackers(trackers: Trackers, event: TrackerEvent, now: Instant): TrackerStep {
  const before = trackers.get(event.tracker);
  const [after, actions] = before === undefined ? [undefined, []] : stepOne(before, event, now);
  if (after === undefined || after === before) return [trackers, actions];
  return [new Map(trackers).set(event.tracker, after), actions];
}

function stepOne(
  tracker: Tracker,
  event: TrackerEvent,
  now: Instant,
): readonly [Tracker, readonly TrackerAction[]] {
  switch (event.kind) {
    case 'program_finished': {
      if (tracker.kind !== 'script' || tracker.runningSince !== event.startedAt) return [tracker, []];
      const after = judged(tracker, event.result);
      return [after, scriptNews(tracker, after, event.result)];
    }
    case 'file_read':
      return [tracker.kind === 'file' ? readAs(tracker, event.content) : tracker, []];
    case 'processes_counted': {
      if (tracker.kind !== 'process') return [tracker, []];
      const after = counted(tracker, event.count, now);
      return [after, processNews(tracker, after)];
    }
    case 'session_told': {
      if (tracker.kind !== 'bfd' || tracker.verdict === event.verdict) return [tracker, []];
      const { verdict } = event;
      const entry = trackLog.bfdEvent({ session: tracker.config.name, verdict });
      return [{ ...tracker, verdict }, [{ kind: 'write_log', entry }]];
    }
    default:
      return exhaustive(event);
  }
}

function scriptNews(
  before: ScriptTracker,
  after: ScriptTracker,
  result: ProgramResult,
): readonly TrackerAction[] {
  const script = after.config.name;
  const last = before.lastResult?.kind === 'exited' ? before.lastResult.status : 0;
  const lines: LogEntry[] = [];
  if (result.kind === 'exited' && result.status !== last) {
    lines.push(trackLog.scriptReturns({ script, status: result.status }));
  }
  if (after.verdict !== before.verdict) {
    lines.push(
      after.verdict === 'up'
        ? trackLog.scriptSucceeded({ script })
        : trackLog.scriptFailed({ script, result }),
    );
  } else if (result.kind === 'not_started' && before.lastResult?.kind !== 'not_started') {
    lines.push(trackLog.scriptFailed({ script, result }));
  }
  return lines.map((entry) => ({ kind: 'write_log', entry }));
}

function processNews(before: ProcessTracker, after: ProcessTracker): readonly TrackerAction[] {
  if (after.verdict === before.verdict || after.count === null) return [];
  const news = { process: after.config.name, count: after.count };
  const entry = after.verdict === 'up' ? trackLog.quorumGained(news) : trackLog.quorumLost(news);
  return [{ kind: 'write_log', entry }];
}
