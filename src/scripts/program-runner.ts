/** Runs the programs that the configuration names, each through `vipd-launch` (native/src/launch.c): in its own process
 *  group, in its own identity, dying with this process. A run ends with exactly one result, also when the program cannot
 *  be killed.
 *
 *      start ── exits ───────────────────────────────▶ exited | killed
 *        └─ timeout: TERM ── grace: KILL ── grace ───▶ timed_out
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { after, seconds } from '../base/units.ts';
import { launcherPath } from '../native/addon.ts';
import { systemError } from '../native/errno.ts';
import type { Alarm, Clock } from '../ports/clock.ts';
import type { ProgramOrder, ProgramResult, ProgramRunner, RunningProgram } from '../ports/programs.ts';
import { type Identity, readAccountFiles, resolveIdentity, SCRIPT_ACCOUNT } from './accounts.ts';
import { findProgram, unsafePart } from './program-file.ts';

/** From SIGTERM to SIGKILL (behaviour.md section 6.1), and from SIGKILL to the moment a program in an uninterruptible wait
 *  is given up: it is reported, and stays counted until it is gone. */
export const END_GRACE = seconds(2);
/** Programs at once; a script that never ends cannot fill the process table. */
export const PROGRAMS_RUNNING_MAX = 512;
/** What vipd-launch says about itself fits. */
const REPORT_BYTES_MAX = 256;
/** What could change how a script is read or linked (behaviour.md section 10.2), and Node's own channel to the parent. */
const NOT_INHERITED = [
  'IFS',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
];

export function createProgramRunner(clock: Clock): ProgramRunner {
  const running = new Set<Run>();
  const run = (order: ProgramOrder, completed: (result: ProgramResult) => void): RunningProgram => {
    const prepared = running.size < PROGRAMS_RUNNING_MAX ? prepare(order) : err(tooMany(order));
    if (!prepared.ok) {
      const { error } = prepared;
      setImmediate(() => completed({ kind: 'not_started', error }));
      return { end: () => {} };
    }
    const started = new Run(order, prepared.value, clock, {
      completed,
      gone: () => running.delete(started),
    });
    running.add(started);
    return started;
  };
  const endAll = (): void => {
    for (const program of running) program.end();
  };
  return { run, endAll };
}

interface Prepared {
  readonly file: string;
  readonly identity: Identity | null;
}

/** Looks at the file and the accounts anew at each run: both may have changed since the configuration was read. */
function prepare({ argv, user, settings }: ProgramOrder): Result<Prepared, SystemError> {
  const refuse = (code: string, detail: string) => err({ code, attempted: `run ${argv[0]}`, detail });
  const wanted = user ?? settings.user;
  const identity = resolveIdentity(wanted, readAccountFiles(), settings);
  if (!identity.ok) return refuse('ENOENT', identity.error);
  if (identity.value === null && settings.security) {
    return refuse('EPERM', `no user is named for it, and there is no user '${SCRIPT_ACCOUNT}'`);
  }
  const file = findProgram(argv[0]);
  if (!file.ok) return refuse(file.error.code, file.error.detail);
  const asRoot = (identity.value?.uid ?? process.geteuid?.() ?? 0) === 0;
  const unsafe = settings.security && asRoot ? unsafePart(file.value) : null;
  if (unsafe !== null) return refuse('EPERM', `unsafe as root: ${unsafe}`);
  return ok({ file: file.value, identity: identity.value });
}

const tooMany = ({ argv }: ProgramOrder): SystemError => ({
  code: 'EAGAIN',
  attempted: `run ${argv[0]}`,
  detail: `${PROGRAMS_RUNNING_MAX} programs are running already`,
});

/** Why a run is being ended; the timeout's reason decides the result, whatever the program then does. */
type Ending = 'not' | 'asked' | 'timeout';

class Run implements RunningProgram {
  readonly #order: ProgramOrder;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #child: ChildProcess;
  readonly #gone: () => void;
  #completed: ((result: ProgramResult) => void) | null;
  #ending: Ending = 'not';
  #killed = false;
  #report = '';

  constructor(
    order: ProgramOrder,
    { file, identity }: Prepared,
    clock: Clock,
    { completed, gone }: { readonly completed: (result: ProgramResult) => void; readonly gone: () => void },
  ) {
    this.#order = order;
    this.#clock = clock;
    this.#completed = completed;
    this.#gone = gone;
    this.#alarm = clock.alarm(() => this.#due());
    this.#child = spawn(launcherPath(), launchArguments(order, file, identity), {
      cwd: '/',
      detached: true,
      env: environmentFor(order),
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    this.#watch();
    if (order.timeout !== null) this.#alarm.set(after(clock.now(), order.timeout));
  }

  end(): void {
    if (this.#ending === 'not') this.#endBecause('asked');
  }

  #watch(): void {
    const report = this.#child.stdio[3];
    if (report !== null && report !== undefined && 'setEncoding' in report) {
      report.setEncoding('utf8');
      report.on('data', (text: string) => {
        if (this.#report.length < REPORT_BYTES_MAX) this.#report += text;
      });
      report.on('error', () => {});
    }
    // 'error' without a pid: there was no process, and no other event will come
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) this.#finished(this.#notStarted(errnoOf(error), 'start a process'));
    });
    this.#child.on('close', (status, signal) => this.#finished(this.#resultOf(status, signal)));
  }

  #due(): void {
    if (this.#ending === 'not') this.#endBecause('timeout');
    else if (!this.#killed) {
      this.#signal('SIGKILL');
      this.#killed = true;
      this.#alarm.set(after(this.#clock.now(), END_GRACE));
    } else
      this.#complete(
        this.#ending === 'timeout' ? { kind: 'timed_out' } : { kind: 'killed', signal: 'SIGKILL' },
      );
  }

  #endBecause(reason: Ending): void {
    this.#ending = reason;
    this.#signal('SIGTERM');
    this.#alarm.set(after(this.#clock.now(), END_GRACE));
  }

  /** To the whole group. ESRCH: nobody is left. Right after the start the launcher may not lead its group yet. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      this.#child.kill(signal);
    }
  }

  #resultOf(status: number | null, signal: NodeJS.Signals | null): ProgramResult {
    const [, errno, what] = /^(\d+) (.*)$/s.exec(this.#report) ?? [];
    if (errno !== undefined) return this.#notStarted(Number(errno), what ?? 'start');
    if (this.#ending === 'timeout') return { kind: 'timed_out' };
    return signal === null ? { kind: 'exited', status: status ?? 0 } : { kind: 'killed', signal };
  }

  #notStarted(errno: number, what: string): ProgramResult {
    const error = systemError(errno, `run ${this.#order.argv[0]}: ${what}`);
    return { kind: 'not_started', error };
  }

  /** What the leader leaves behind when it was told to end has no reason to live either. A program that ended by itself may
   *  leave others behind on purpose. */
  #finished(result: ProgramResult): void {
    if (this.#ending !== 'not') this.#signal('SIGKILL');
    this.#alarm.set(null);
    this.#gone();
    this.#complete(result);
  }

  #complete(result: ProgramResult): void {
    const completed = this.#completed;
    this.#completed = null;
    completed?.(result);
  }
}

function launchArguments({ argv }: ProgramOrder, file: string, identity: Identity | null): readonly string[] {
  const ids = identity === null ? ['-', '-'] : [String(identity.uid), String(identity.gid)];
  const supplementary = identity?.supplementary.join(',') ?? '';
  return [String(process.pid), ...ids, supplementary === '' ? '-' : supplementary, file, ...argv];
}

function environmentFor({ environment }: ProgramOrder): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name));
  return { ...Object.fromEntries(inherited), ...environment };
}

const errnoOf = (error: Error): number =>
  'errno' in error && typeof error.errno === 'number' ? Math.abs(error.errno) : 0;
