/** What the notifications tell about themselves: JSON-safe, read by `vipctl status` and the metrics. */
import type { Instant } from '../../base/units.ts';
import type { Half } from './delivery.ts';
import type { MailQueue } from './mail-queue.ts';
import { type LastRun, type ObjectQueue, outcomeText, type ScriptQueues } from './script-queue.ts';

export interface NotifyStatus {
  /** every object that a script was run for, or waits for */
  readonly objects: readonly NotifiedObjectStatus[];
  readonly fifos: readonly FifoStatus[];
  readonly mail: MailStatus;
}

export interface NotifiedObjectStatus {
  /** `instance VI_1`, `service [10.0.0.1]:tcp:80` */
  readonly object: string;
  readonly half: Half;
  /** the event whose scripts run now, and those that wait for their end */
  readonly running: string | null;
  readonly waiting: readonly string[];
  readonly runs: number;
  readonly failures: number;
  /** states that no script was run for, because a newer one came before their turn */
  readonly superseded: number;
  readonly last: {
    readonly event: string;
    readonly program: string;
    /** `exited with status 3` */
    readonly outcome: string;
    readonly failed: boolean;
    /** null when it did not exit by itself */
    readonly exitStatus: number | null;
    readonly endedWall: number;
  } | null;
}

export interface FifoStatus {
  readonly path: string;
  /** one sentence; null = it is open */
  readonly problem: string | null;
  readonly written: number;
  /** lines that wait because nobody reads */
  readonly waiting: number;
  readonly dropped: number;
  readonly reader: { readonly program: string; readonly running: boolean; readonly restarts: number } | null;
}

export interface MailStatus {
  readonly waiting: number;
  readonly sent: number;
  readonly failures: number;
  readonly dropped: number;
  readonly lastFailure: { readonly reason: string; readonly wall: number } | null;
}

type WallOf = (at: Instant) => number;

export const objectStatuses = (queues: ScriptQueues, wallOf: WallOf): readonly NotifiedObjectStatus[] =>
  [...queues.objects].map(([object, queue]) => ({
    object,
    half: queue.half,
    running: runningEvent(queues, queue),
    waiting: queue.waiting.map(({ event }) => event),
    runs: queue.runs,
    failures: queue.failures,
    superseded: queue.superseded,
    last: queue.last === null ? null : lastRun(queue.last, wallOf),
  }));

const runningEvent = ({ runs }: ScriptQueues, { running }: ObjectQueue): string | null => {
  const [first] = running;
  return first === undefined ? null : (runs.get(first)?.event ?? null);
};

const lastRun = ({ event, program, outcome, endedAt }: LastRun, wallOf: WallOf) => ({
  event,
  program,
  outcome: outcomeText(outcome),
  failed: !(outcome.kind === 'exited' && outcome.status === 0),
  exitStatus: outcome.kind === 'exited' ? outcome.status : null,
  endedWall: wallOf(endedAt),
});

export const mailStatus = (
  { waiting, sent, failures, dropped, lastFailure }: MailQueue,
  wallOf: WallOf,
): MailStatus => ({
  waiting: waiting.length,
  sent,
  failures,
  dropped,
  lastFailure: lastFailure === null ? null : { reason: lastFailure.reason, wall: wallOf(lastFailure.at) },
});
