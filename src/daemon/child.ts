/** What both children share: they obey the parent's messages, die with it, leave the terminal's signals to it, and end
 *  with a status that tells the parent whether a restart can help. */
import { constants } from 'node:os';
import type { Log } from '../base/log.ts';
import { catalogue, row } from '../base/log.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import type { Config } from '../config/model/config.ts';
import { dieWithParent, unlockMemory } from '../native/process-knobs.ts';
import type { Delivery } from '../notify/core/delivery.ts';
import { createLog } from '../observe/log.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { OrderWish } from '../vrrp/core/orders.ts';
import { identitySuffix } from './core/identity.ts';
import type { ChildMessage, ChildName, ChildOptions, ChildStatus, ParentMessage, Preview } from './ipc.ts';
import { createNewsPost } from './news-post.ts';
import { createAssembly } from './portions.ts';

/** A defect of vipd: not permanent, the parent restarts the child (sysexits EX_SOFTWARE). */
const EXIT_INTERNAL_ERROR = 70;

const childLog = catalogue({
  internalError: row('internal_error', 'alert', (f: { stack: string }) => `Internal error: ${f.stack}`),
  parentGone: row('parent_gone', 'warning', (_: Record<never, never>) => 'The parent is gone: stopping'),
});

/** One half of the daemon, already running. */
export interface Half {
  reload(config: Config): void;
  /** what a reload of `config` would write; nothing changes */
  preview(config: Config): Preview;
  /** synchronous: what must be released is released when it returns */
  stop(): void;
  status(): ChildStatus;
  /** Posts what is so now; how many objects that was. */
  tellAgain(name: string | null): number;
  resetCounters(): void;
  /** null: this half has no real servers */
  drain(order: DrainOrder): DrainReport | null;
  /** null: this half takes no orders and probes nothing */
  readonly operator: Operator | null;
}

/** What an operator may ask of a half. */
export interface Operator {
  order(name: string, wish: OrderWish): OrderReport;
  probe(name: string): Promise<ProbeReport>;
}

/** A half that cannot run at all ends the daemon with this. */
export interface Refusal {
  readonly exitCode: 1 | 2 | 4;
  readonly reason: string;
}

export type StartHalf = (
  config: Config,
  options: ChildOptions,
  log: Log,
  post: (delivery: Delivery) => void,
) => Half | { readonly refusal: Refusal };

/** Runs a child process until the parent or a signal ends it. */
export function runChild(name: ChildName, startHalf: StartHalf): void {
  process.title = `vipd_${name}`;
  let half: Half | null = null;
  let log: Log = () => {};
  const leave = (status: number): never => {
    // V8 aborts when it exits with locked pages.
    unlockMemory();
    process.exit(status);
  };
  const letters = createNewsPost();
  const stop = (): void => {
    half?.stop();
    // the last news are those of the stop
    letters.whenEmpty(() => leave(0));
  };
  process.on('uncaughtException', (error) => {
    log(childLog.internalError({ stack: error.stack ?? String(error) }));
    leave(EXIT_INTERNAL_ERROR);
  });
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => {});
  process.on('SIGTERM', stop);
  process.on('disconnect', () => {
    log(childLog.parentGone({}));
    stop();
  });
  if (!dieWithParent(constants.signals.SIGTERM, Number(process.argv[2])).ok) stop();
  const assembly = createAssembly();
  process.on('message', (raw) => {
    const message = raw as ParentMessage;
    switch (message.kind) {
      case 'services':
        return assembly.services(message.services);
      case 'start': {
        const config = assembly.complete(message.config);
        const { names, ...identity } = config.global.process;
        log = createLog(`vipd_${name}${identitySuffix(identity)}`, message.options.log);
        if (names[name] !== null) process.title = names[name];
        const started = startHalf(config, message.options, log, letters.post);
        if ('refusal' in started) {
          tell({ kind: 'fatal', ...started.refusal }, () => leave(started.refusal.exitCode));
          return;
        }
        half = started;
        tell({ kind: 'ready' });
        return;
      }
      case 'reload':
        half?.reload(assembly.complete(message.config));
        tell({ kind: 'ready' });
        return;
      case 'preview': {
        const config = assembly.complete(message.config);
        if (half !== null)
          tell({ kind: 'previewed', request: message.request, preview: half.preview(config) });
        return;
      }
      case 'get_status':
        if (half !== null) tell({ kind: 'status', request: message.request, status: half.status() });
        return;
      case 'tell_again':
        tell({ kind: 'told_again', request: message.request, objects: half?.tellAgain(message.name) ?? 0 });
        return;
      case 'order_drain': {
        const report = half?.drain(message.order) ?? null;
        if (report !== null) tell({ kind: 'drain_ordered', request: message.request, report });
        return;
      }
      case 'order': {
        const report = half?.operator?.order(message.name, message.wish);
        if (report !== undefined) tell({ kind: 'ordered', request: message.request, report });
        return;
      }
      case 'probe':
        void half?.operator
          ?.probe(message.name)
          .then((report) => tell({ kind: 'probed', request: message.request, report }));
        return;
      case 'reset_counters':
        half?.resetCounters();
        return;
    }
  });
}

function tell(message: ChildMessage, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then);
}
