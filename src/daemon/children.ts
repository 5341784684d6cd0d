/** A running child: the process, its IPC channel and the questions that wait for an answer. */
import { type ChildProcess, fork } from 'node:child_process';
import type { ChildMessage, ChildName, ChildStatus, ConfigMessage, ParentMessage } from './ipc.ts';
import { inPortions } from './portions.ts';

/** How long a child may take to answer `get_status` before it counts as not answering. */
const STATUS_ANSWER_LIMIT_MS = 2_000;
/** Questions that may wait at once; more are answered with null. */
const QUESTIONS_MAX = 64;

/** No helper threads in either child: they bring nothing to heaps of this size, and a vrrp process under SCHED_RR that waits
 *  for V8's helpers, which run at normal priority, keeps them from the only CPU of a small director for seconds (seen in
 *  the lab). The checkers' small young generation is reused while it is still in the cache and touches few pages, which is
 *  most of the cost of a start (measured in bench/); bin/vipd has the same. Without helpers V8 optimizes in the middle of the
 *  work: a larger budget moves that behind the first write of a large table, which then takes half the time. */
export const CHILD_NODE_FLAGS: Readonly<Record<ChildName, readonly string[]>> = {
  checkers: ['--single-threaded', '--max-semi-space-size=1', '--interrupt-budget=1000000'],
  vrrp: ['--single-threaded'],
};

export interface ChildCallbacks {
  readonly onReady: () => void;
  readonly onFatal: (exitCode: number, reason: string) => void;
  readonly onExit: (status: number | null, signal: NodeJS.Signals | null) => void;
}

export interface Child {
  readonly name: ChildName;
  readonly pid: number | null;
  /** A model goes out piece by piece; one that is sent before the last has left waits for it. */
  configure(message: ConfigMessage): void;
  resetCounters(): void;
  signal(signal: NodeJS.Signals): void;
  /** null when the child is busy, gone or silent for too long */
  status(): Promise<ChildStatus | null>;
}

/** Starts the child program at `path`; it inherits stdout and stderr, and dies when this process dies. */
export function startChild(name: ChildName, path: string, callbacks: ChildCallbacks): Child {
  const process_ = fork(path, [String(process.pid)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'json',
    execArgv: [...CHILD_NODE_FLAGS[name]],
  });
  const questions = new Map<number, (status: ChildStatus | null) => void>();
  let lastRequest = 0;
  const answer = (request: number, status: ChildStatus | null): void => {
    questions.get(request)?.(status);
    questions.delete(request);
  };
  process_.on('message', (raw) => {
    const message = raw as ChildMessage;
    if (message.kind === 'ready') callbacks.onReady();
    else if (message.kind === 'status') answer(message.request, message.status);
    else callbacks.onFatal(message.exitCode, message.reason);
  });
  onceGone(process_, (status, signal) => {
    for (const request of [...questions.keys()]) answer(request, null);
    callbacks.onExit(status, signal);
  });
  // A child that is on its way out has closed its channel; its exit is reported separately.
  const send = (message: ParentMessage): Promise<void> =>
    new Promise((sent) => (process_.connected ? process_.send(message, () => sent()) : sent()));
  let configured: Promise<void> = Promise.resolve();
  const sendInPortions = async (message: ConfigMessage): Promise<void> => {
    for (const portion of inPortions(name, message)) await send(portion);
  };
  return {
    name,
    pid: process_.pid ?? null,
    configure: (message) => {
      configured = configured.then(() => sendInPortions(message));
    },
    resetCounters: () => void send({ kind: 'reset_counters' }),
    signal: (signal) => void process_.kill(signal),
    status: () =>
      new Promise((resolve) => {
        if (!process_.connected || questions.size >= QUESTIONS_MAX) return resolve(null);
        const request = ++lastRequest;
        questions.set(request, resolve);
        void send({ kind: 'get_status', request });
        setTimeout(() => answer(request, null), STATUS_ANSWER_LIMIT_MS).unref();
      }),
  };
}

/** `exit`, or `error` when the process could not even be started: exactly one of them, once. */
function onceGone(
  child: ChildProcess,
  gone: (status: number | null, signal: NodeJS.Signals | null) => void,
): void {
  let reported = false;
  const report = (status: number | null, signal: NodeJS.Signals | null): void => {
    if (reported) return;
    reported = true;
    gone(status, signal);
  };
  child.on('exit', report);
  child.on('error', () => {
    if (child.pid === undefined) report(null, null);
  });
}
