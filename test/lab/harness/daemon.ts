/** The daemon under test on a director: vipd or keepalived, started with the same flags and the same file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Ms, until } from './clock.ts';
import type { Host } from './host.ts';
import type { Line } from './program.ts';

export type DaemonKind = 'vipd' | 'keepalived';

export type Role = 'parent' | 'vrrp' | 'checkers' | 'bfd';

export interface Daemon {
  readonly kind: DaemonKind;
  readonly host: Host;
  readonly lines: readonly Line[];
  readonly line: (pattern: RegExp, withinMs: Ms, after?: Ms) => Promise<Line>;
  readonly onLine: (listener: (line: Line) => void) => void;
  readonly isRunning: () => boolean;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** from the pid file, once it is there; waits for another pid than `not` */
  readonly pidOf: (role: Role, not?: number) => Promise<number>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly reload: (config: string) => void;
  readonly stop: () => Promise<number | NodeJS.Signals>;
}

const CONFIG = '/run/lab/daemon.conf';
const PID_FILES = {
  parent: '/run/lab/parent.pid',
  vrrp: '/run/lab/vrrp.pid',
  checkers: '/run/lab/checkers.pid',
  bfd: '/run/lab/bfd.pid',
};
const START_MS_MAX = 15_000;

/** Where the checkout is: told by run.sh, since this program runs bundled, elsewhere. */
export const checkout = (): string => process.env['LAB_ROOT'] ?? process.cwd();

/** What a host runs: a program of the checkout, or the installed keepalived. */
export const programOf = (name: DaemonKind | 'vipctl'): string =>
  name === 'keepalived' ? name : join(checkout(), 'bin', name);

/** The daemon that the lab tries: vipd, unless LAB_DAEMON says keepalived, for comparison. */
export const daemonUnderTest = (): DaemonKind =>
  process.env['LAB_DAEMON'] === 'keepalived' ? 'keepalived' : 'vipd';

export function startDaemon(
  kind: DaemonKind,
  host: Host,
  config: string,
  flags: readonly string[] = [],
): Daemon {
  host.write(CONFIG, config);
  const { parent, vrrp, checkers, bfd } = PID_FILES;
  const pidFlags = ['-p', parent, '-r', vrrp, '-c', checkers, '-b', bfd];
  const program = host.start([programOf(kind), '-n', '-l', '-D', '-f', CONFIG, ...pidFlags, ...flags]);
  return {
    kind,
    host,
    lines: program.lines,
    line: program.line,
    onLine: program.onLine,
    isRunning: program.isRunning,
    ended: program.ended,
    pidOf: (role, not = 0) =>
      until(`the pid of the ${role} process of ${kind} on ${host.name}`, START_MS_MAX, () => {
        const file = host.path(PID_FILES[role]);
        const pid = existsSync(file) ? Number.parseInt(host.read(PID_FILES[role]), 10) : Number.NaN;
        return pid > 0 && pid !== not && isAlive(pid) ? pid : undefined;
      }),
    signal: program.signal,
    reload(text) {
      host.write(CONFIG, text);
      program.signal('SIGHUP');
    },
    stop: () => program.stop('SIGTERM'),
  };
}

/** Gives the daemon on `host` another file to read at its next reload. */
export const editConfig = (host: Host, text: string): void => host.write(CONFIG, text);

/** A command of the operator's tool: its exit status and all that it said. */
export async function vipctl(host: Host, ...argv: readonly string[]): Promise<ToolRun> {
  const { lines, ended } = host.start([programOf('vipctl'), ...argv]);
  return { status: await ended, lines: lines.map(({ text }) => text) };
}

export interface ToolRun {
  readonly status: number | NodeJS.Signals;
  readonly lines: readonly string[];
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
