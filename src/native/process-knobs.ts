/** What a process can ask of the kernel about itself and Node does not offer: clocks, death with the parent,
 *  real-time scheduling, memory locks, file locks. All of it acts on the calling process or thread. */
import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { err, mapResult, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import {
  type IfIndex,
  type Instant,
  type InterfaceName,
  ifIndex,
  instant,
  interfaceName,
} from '../base/units.ts';
import { loadAddon } from './addon.ts';
import { CLOCK, MCL, RLIMIT, SCHED } from './constants.ts';
import { fromAnswer, systemError } from './errno.ts';

/** A function that reads CLOCK_BOOTTIME, which goes on while the machine is suspended. */
export function bootTimeReader(): () => Instant {
  const { clockMicros } = loadAddon();
  return () => instant(clockMicros(CLOCK.BOOTTIME));
}

/** Microseconds of CLOCK_MONOTONIC, the scale of systemd's RELOADING messages (sd_notify(3)). */
export const monotonicMicros = (): number => loadAddon().clockMicros(CLOCK.MONOTONIC);

/** Microseconds of CLOCK_REALTIME; only to convert kernel timestamps, never to measure. */
export const realTimeMicros = (): number => loadAddon().clockMicros(CLOCK.REALTIME);

/** Asks for `signal` when the parent dies (prctl(2) PR_SET_PDEATHSIG). ESRCH when `parentPid` is dead
 *  already: the signal will then never come, so the caller has to end by itself. */
export function dieWithParent(signal: number, parentPid: number): Result<void, SystemError> {
  const attempted = 'ask for a signal at the death of the parent';
  const set = fromAnswer(loadAddon().setParentDeathSignal(signal), () => attempted);
  if (!set.ok) return set;
  return process.ppid === parentPid ? ok(undefined) : err(systemError(ESRCH, attempted));
}

/** Moves this thread into the network namespace of an open file (setns(2)): sockets opened and programs
 *  started from now on are in there; sockets that are open stay where they are. */
export const enterNetworkNamespace = (descriptor: number): Result<void, SystemError> =>
  done(loadAddon().enterNetworkNamespace(descriptor), () => 'enter network namespace');

export interface Scheduling {
  readonly policy: 'other' | 'round_robin';
  /** 1..99 for round_robin, 0 for other */
  readonly priority: number;
}

/** Scheduling of this thread (sched_setscheduler(2)). Programs that are started never inherit real time. */
export function setScheduling(scheduling: Scheduling): Result<void, SystemError> {
  const policy = scheduling.policy === 'round_robin' ? SCHED.RR : SCHED.OTHER;
  const answer = loadAddon().setScheduler(policy | SCHED.RESET_ON_FORK, scheduling.priority);
  return done(answer, () => `set scheduling to ${scheduling.policy} ${scheduling.priority}`);
}

export function getScheduling(): Result<Scheduling, SystemError> {
  const addon = loadAddon();
  return mapResult(
    fromAnswer(addon.getScheduler(), () => 'read the scheduling policy'),
    (policy) => ({
      policy: (policy & ~SCHED.RESET_ON_FORK) === SCHED.RR ? 'round_robin' : 'other',
      priority: addon.getSchedulerPriority(),
    }),
  );
}

/** Lets every thread of this process run on these processors only (sched_setaffinity(2)). */
export function setAffinity(cpus: readonly number[]): Result<void, SystemError> {
  const attempted = (): string => `run on processors ${cpus.join(' ')} only`;
  for (const thread of readdirSync('/proc/self/task')) {
    const set = done(loadAddon().setAffinity(Number(thread), cpus), attempted);
    if (!set.ok) return set;
  }
  return ok(undefined);
}

/** Microseconds that a real-time process may run without waiting for anything (getrlimit(2)): at `soft` it gets SIGXCPU each
 *  second, at `hard` the kernel kills it. */
export const setRealTimeLimit = (soft: number, hard: number): Result<void, SystemError> =>
  done(loadAddon().setResourceLimit(RLIMIT.RTTIME, soft, hard), () => `limit real time to ${hard} us`);

/** Core dumps of any size, of this process and of those that it starts. */
export const allowCoreDumps = (): Result<void, SystemError> =>
  done(loadAddon().setResourceLimit(RLIMIT.CORE, -1, -1), () => 'allow core dumps');

/** Nice value of this process, -20..19. */
export function setNice(nice: number): Result<void, SystemError> {
  try {
    setPriority(nice);
    return ok(undefined);
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? Math.abs(Number(error.errno)) : EINVAL;
    return err(systemError(errno, `set nice value ${nice}`));
  }
}
export const getNice = (): number => getPriority();

/** Keeps pages in memory once they were touched (mlockall(2) with MCL_ONFAULT: without it Node's whole
 *  reserve would become resident). V8 aborts if it exits with locked pages, and Workers abort at once: call
 *  `unlockMemory` before the process ends and start no Worker. */
export const lockMemory = (): Result<void, SystemError> =>
  done(loadAddon().lockMemory(MCL.CURRENT | MCL.FUTURE | MCL.ONFAULT), () => 'lock memory');
export const unlockMemory = (): Result<void, SystemError> =>
  done(loadAddon().unlockMemory(), () => 'unlock memory');

/** Locks the whole of an open file for its open file description (fcntl(2) F_OFD_SETLK): the lock lives as
 *  long as the descriptor or a copy of it. EAGAIN when someone else holds one. */
export const lockFile = (descriptor: number): Result<void, SystemError> =>
  done(loadAddon().lockFile(descriptor), () => 'lock file');
/** Whether someone else's lock would refuse ours (F_OFD_GETLK). */
export const isFileLocked = (descriptor: number): Result<boolean, SystemError> =>
  mapResult(
    fromAnswer(loadAddon().isFileLocked(descriptor), () => 'ask for the lock of a file'),
    (locked) => locked === 1,
  );

/** ENODEV when no such interface is there now. */
export const interfaceIndex = (name: InterfaceName): Result<IfIndex, SystemError> =>
  mapResult(
    fromAnswer(loadAddon().interfaceIndex(name), () => `find interface ${name}`),
    ifIndex,
  );

/** ENXIO when no such interface is there now. */
export function interfaceNameOf(index: IfIndex): Result<InterfaceName, SystemError> {
  const name = loadAddon().interfaceName(index);
  return typeof name === 'string'
    ? ok(interfaceName(name))
    : err(systemError(-name, `find interface ${index}`));
}

const ESRCH = 3;
const EINVAL = 22;

function done(answer: number, attempted: () => string): Result<void, SystemError> {
  const result = fromAnswer(answer, attempted);
  return result.ok ? ok(undefined) : result;
}
