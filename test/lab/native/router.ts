/** A VRRP router of a pair under test, and the two daemons that take keepalived's configuration as one. */
import { hasAddress } from '../harness/address.ts';
import type { Ms } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import type { Line } from '../harness/program.ts';
import { configOf, type Variant, VIP } from './variants.ts';
import type { Side } from './wire.ts';

export type RouterKind = DaemonKind | 'frr';

export interface Router {
  readonly side: Side;
  readonly host: Host;
  /** Resolves when it takes part: it says that it listens. */
  readonly start: () => Promise<void>;
  /** Ends it in peace. */
  readonly stop: () => Promise<void>;
  /** Kills the process that speaks VRRP. Its parent learns of that only when the answer is called, so that the other router has
   *  time to act. */
  readonly kill: () => Promise<() => void>;
  /** as its log last said: MASTER, BACKUP, FAULT; `stopped` when it does not run */
  readonly state: () => string;
  /** whether it would answer for the virtual address */
  readonly holdsVip: () => boolean;
  readonly lines: () => readonly Line[];
}

/** Several times the longest way of the protocol at one second, from start to master. */
export const PATIENCE_MS: Ms = 30_000;

export function daemonRouter(kind: DaemonKind, host: Host, side: Side, variant: Variant): Router {
  let daemon: Daemon | null = null;
  const running = (): Daemon => {
    if (daemon === null) throw new Error(`${kind} was not started`);
    return daemon;
  };
  return {
    side,
    host,
    async start() {
      daemon = startDaemon(kind, host, configOf(variant, side), ['-P']);
      await daemon.line(/Entering BACKUP STATE/, PATIENCE_MS);
    },
    stop: async () => void (await running().stop()),
    async kill() {
      const parent = await running().pidOf('parent');
      const child = await running().pidOf('vrrp');
      process.kill(parent, 'SIGSTOP');
      process.kill(child, 'SIGKILL');
      return () => process.kill(parent, 'SIGCONT');
    },
    state: () => (daemon?.isRunning() ? stateIn(daemon.lines) : 'stopped'),
    holdsVip: () => hasAddress(host, VIP[variant.family]),
    lines: () => daemon?.lines ?? [],
  };
}

/** Both daemons word it alike: `(VI_1) Entering MASTER STATE`. */
const stateIn = (lines: readonly Line[]): string =>
  lines.reduce((state, { text }) => /Entering (\w+) STATE/.exec(text)?.[1] ?? state, 'INIT');
