/** A running child: the process, its IPC channel and the questions that wait for an answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { exhaustive } from '../base/never.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import type { Config } from '../config/model/config.ts';
import type { Delivery } from '../notify/core/delivery.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { OrderWish } from '../vrrp/core/orders.ts';
import type { ChildMessage, ChildName, ChildStatus, ConfigMessage, ParentMessage, Preview } from './ipc.ts';
import { OPTIMIZE_LATER } from './optimizer.ts';
import { inPortions } from './portions.ts';
import { createQuestions } from './questions.ts';

/** How long a child may take to answer `get_status` before it counts as not answering. */
const STATUS_ANSWER_LIMIT_MS = 2_000;
/** The same for `preview`: a table of tens of thousands is read and compared. */
const PREVIEW_ANSWER_LIMIT_MS = 10_000;

/** No helper threads in either child: they bring nothing to heaps of this size, and a vrrp process under SCHED_RR that waits
 *  for V8's helpers, which run at normal priority, keeps them from the only CPU of a small director for seconds (seen in
 *  the lab). The checkers' small young generation is reused while it is still in the cache and touches few pages, which is
 *  most of the cost of a start (measured in bench/); bin/vipd has the same. */
export const CHILD_NODE_FLAGS: Readonly<Record<ChildName, readonly string[]>> = {
  checkers: ['--single-threaded', '--max-semi-space-size=1', OPTIMIZE_LATER],
  vrrp: ['--single-threaded'],
};

export interface ChildCallbacks {
  readonly onReady: () => void;
  readonly onNews: (delivery: Delivery) => void;
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
  /** how many objects were told again; null as above */
  tellAgain(name: string | null): Promise<number | null>;
  /** null as with `status` */
  orderDrain(order: DrainOrder): Promise<DrainReport | null>;
  /** what an operator orders of an instance or a group; null as above */
  order(name: string, wish: OrderWish): Promise<OrderReport | null>;
  /** who else answers for the addresses of an instance; null as above */
  probe(name: string): Promise<ProbeReport | null>;
  /** what a reload of `config` would write; null as with `status` */
  preview(config: Config): Promise<Preview | null>;
}

/** Starts the child program at `path`; it inherits stdout and stderr, and dies when this process dies. */
export function startChild(name: ChildName, path: string, callbacks: ChildCallbacks): Child {
  const process_ = fork(path, [String(process.pid)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'json',
    execArgv: [...CHILD_NODE_FLAGS[name]],
  });
  const statuses = createQuestions<ChildStatus>();
  const previews = createQuestions<Preview>();
  const repeats = createQuestions<number>();
  const drains = createQuestions<DrainReport>();
  const orders = createQuestions<OrderReport>();
  const probes = createQuestions<ProbeReport>();
  process_.on('message', (raw) => {
    const message = raw as ChildMessage;
    switch (message.kind) {
      case 'ready':
        return callbacks.onReady();
      case 'status':
        return statuses.answer(message.request, message.status);
      case 'previewed':
        return previews.answer(message.request, message.preview);
      case 'told_again':
        return repeats.answer(message.request, message.objects);
      case 'drain_ordered':
        return drains.answer(message.request, message.report);
      case 'ordered':
        return orders.answer(message.request, message.report);
      case 'probed':
        return probes.answer(message.request, message.report);
      case 'notify':
        return callbacks.onNews(message.delivery);
      case 'fatal':
        return callbacks.onFatal(message.exitCode, message.reason);
      default:
        return exhaustive(message);
    }
  });
  onceGone(process_, (status, signal) => {
    statuses.abandon();
    previews.abandon();
    repeats.abandon();
    orders.abandon();
    probes.abandon();
    drains.abandon();
    callbacks.onExit(status, signal);
  });
  // A child that is on its way out has closed its channel; its exit is reported separately.
  const send = (message: ParentMessage): Promise<void> =>
    new Promise((sent) => (process_.connected ? process_.send(message, () => sent()) : sent()));
  let configured: Promise<void> = Promise.resolve();
  const sendInPortions = async (message: ConfigMessage): Promise<void> => {
    for (const portion of inPortions(name, message)) await send(portion);
  };
  const configure = (message: ConfigMessage): void => {
    configured = configured.then(() => sendInPortions(message));
  };
  return {
    name,
    pid: process_.pid ?? null,
    configure,
    resetCounters: () => void send({ kind: 'reset_counters' }),
    signal: (signal) => void process_.kill(signal),
    status: () =>
      statuses.ask((request) => void send({ kind: 'get_status', request }), STATUS_ANSWER_LIMIT_MS),
    preview: (config) =>
      previews.ask((request) => configure({ kind: 'preview', request, config }), PREVIEW_ANSWER_LIMIT_MS),
    orderDrain: (order) =>
      drains.ask((request) => void send({ kind: 'order_drain', request, order }), STATUS_ANSWER_LIMIT_MS),
    order: (objectName, wish) =>
      orders.ask(
        (request) => void send({ kind: 'order', request, name: objectName, wish }),
        STATUS_ANSWER_LIMIT_MS,
      ),
    probe: (objectName) =>
      probes.ask(
        (request) => void send({ kind: 'probe', request, name: objectName }),
        STATUS_ANSWER_LIMIT_MS,
      ),
    tellAgain: (objectName) =>
      repeats.ask(
        (request) => void send({ kind: 'tell_again', request, name: objectName }),
        STATUS_ANSWER_LIMIT_MS,
      ),
  };
}

/** `close`, or `error` when the process could not even be started: exactly one of them, once. `exit` would be too early: what
 *  the child said last may still be in the channel then, and it is about its stop. */
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
  child.on('close', report);
  child.on('error', () => {
    if (child.pid === undefined) report(null, null);
  });
}
