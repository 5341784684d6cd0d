/** A kernel's sync daemons in memory: at most one of each role, refusing what the kernel refuses. */
import { err, ok } from '../../src/base/result.ts';
import type { SyncDaemon } from '../../src/ipvs/core/daemon.ts';
import type { SyncDaemonKernel } from '../../src/ports/sync-daemons.ts';

export interface FakeSyncDaemons extends SyncDaemonKernel {
  readonly running: readonly SyncDaemon[];
  /** every order, refused ones included: `start master`, `stop backup` */
  readonly orders: string[];
  /** interfaces that there are not */
  readonly missing: Set<string>;
}

export function fakeSyncDaemons(initial: readonly SyncDaemon[] = []): FakeSyncDaemons {
  let running = initial;
  const orders: string[] = [];
  const missing = new Set<string>();
  const refusal = (attempted: string, code: string) => err({ attempted, code, detail: code });
  return {
    orders,
    missing,
    get running() {
      return running;
    },
    daemons: () => ok(running),
    startDaemon(daemon) {
      const order = `start ${daemon.role}`;
      orders.push(order);
      if (missing.has(daemon.interface)) return refusal(order, 'ENODEV');
      if (running.some(({ role }) => role === daemon.role)) return refusal(order, 'EEXIST');
      // what was not asked for is the kernel's choice
      running = [...running, { ...daemon, maxLength: daemon.maxLength ?? 1472, ttl: daemon.ttl ?? 1 }];
      return ok(undefined);
    },
    stopDaemon(role) {
      const order = `stop ${role}`;
      orders.push(order);
      if (!running.some((one) => one.role === role)) return refusal(order, 'ESRCH');
      running = running.filter((one) => one.role !== role);
      return ok(undefined);
    },
  };
}
