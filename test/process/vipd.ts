/** Runs the built daemon in a folder of its own: pid files, socket and configuration lie there, nothing is shared. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
export const VIPD = join(ROOT, 'bin', 'vipd');
export const VIPCTL = join(ROOT, 'bin', 'vipctl');

/** An instance that waits for its interface: it opens no socket and touches nothing. */
export const WAITING_CONFIG = `
vrrp_instance VI_1 {
    interface vipdtest9
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.240
    }
}
`;

export interface Place {
  readonly folder: string;
  readonly config: string;
  readonly pidFile: string;
  readonly socket: string;
  /** arguments that keep the daemon inside the folder */
  readonly arguments: readonly string[];
  writeConfig(text: string): void;
  remove(): void;
}

export function makePlace(config: string): Place {
  const folder = mkdtempSync(join(tmpdir(), 'vipd-process-'));
  const path = (name: string): string => join(folder, name);
  const writeConfig = (text: string): void => writeFileSync(path('vipd.conf'), text);
  writeConfig(config);
  return {
    folder,
    config: path('vipd.conf'),
    pidFile: path('vipd.pid'),
    socket: path('vipd.sock'),
    arguments: [
      ...[
        '-f',
        path('vipd.conf'),
        '-p',
        path('vipd.pid'),
        '-r',
        path('vrrp.pid'),
        '-c',
        path('checkers.pid'),
      ],
      ...['--control-socket', path('vipd.sock')],
    ],
    writeConfig,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A run that ends by itself. */
export function runToEnd(...argv: string[]): { readonly status: number | null; readonly output: string } {
  const run = spawnSync(VIPD, argv, { encoding: 'utf8', timeout: 20_000 });
  return { status: run.status, output: run.stdout + run.stderr };
}

export interface RunningDaemon {
  readonly process: ChildProcess;
  /** everything it said so far */
  output(): string;
  /** resolves when the output has matched; rejects when the daemon ends before */
  said(pattern: RegExp): Promise<void>;
  /** exit status, or the signal's name */
  readonly ended: Promise<number | string>;
}

export function startDaemon(
  place: Place,
  extra: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): RunningDaemon {
  const child = spawn(VIPD, ['-n', '-l', '-D', ...place.arguments, ...extra], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const watchers = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of [...watchers]) look();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  return {
    process: child,
    output: () => output,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(output)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        void ended.then((how) => reject(new Error(`ended (${how}) before it said ${pattern}:\n${output}`)));
        look();
      }),
  };
}
