/** A lab host: network, mount and UTS namespaces of its own, held open by one process. Its /run is
 *  private: two daemons' pid files and two databases' sockets do not meet. Closing it ends whatever runs
 *  in it, so nothing is left behind. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Program, runProgram, startProgram } from './program.ts';

export interface Host {
  readonly name: string;
  readonly address: string;
  /** of the process that holds the namespaces: /proc/PID/net and /proc/PID/root show them to anyone */
  readonly pid: number;
  readonly start: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Program;
  readonly run: (argv: readonly string[], input?: string) => Promise<string>;
  /** a file as this host sees it */
  readonly path: (path: string) => string;
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string | Uint8Array) => void;
  readonly close: () => void;
}

const SET_UP = [
  'mount -t tmpfs -o mode=755 tmpfs /run', // private: pid files, sockets, pages, databases
  'mount -t sysfs sysfs /sys', // so that /sys/class/net shows this host's interfaces
  'hostname "$1"',
  'ip link set lo up',
  'echo ready',
  'read -r _', // until the harness closes the pipe, or ends
].join(' && ');

export async function openHost(name: string, address: string): Promise<Host> {
  const holder = spawn('unshare', ['--net', '--mount', '--uts', 'sh', '-c', SET_UP, 'sh', name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', (status) => reject(new Error(`host ${name} ended with ${status} at its set-up`)));
  });
  const pid = holder.pid ?? 0;
  const enter = ['nsenter', `--target=${pid}`, '--net', '--mount', '--uts', '--'];
  const path = (inside: string) => `/proc/${pid}/root${inside}`;
  return {
    name,
    address,
    pid,
    start: (argv, env) => startProgram([...enter, ...argv], env),
    run: (argv, input) => runProgram([...enter, ...argv], input),
    path,
    read: (inside) => readFileSync(path(inside), 'utf8'),
    write(inside, text) {
      mkdirSync(path(dirname(inside)), { recursive: true });
      writeFileSync(path(inside), text);
    },
    close: () => closeHost(pid),
  };
}

/** Ends every process in the host's network namespace, daemons that left their parents included; the
 *  holder is one of them. */
function closeHost(holder: number): void {
  const namespace = namespaceOf(holder);
  if (namespace === null || namespace === namespaceOf('self')) return;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || namespaceOf(pid) !== namespace) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
  }
}

function namespaceOf(pid: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null; // it has ended meanwhile
  }
}
