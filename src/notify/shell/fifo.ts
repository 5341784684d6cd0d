/** One notify FIFO: made if absent, written without ever blocking. It is opened for reading too, so that it stays open
 *  while nobody reads; then the pipe fills, and lines wait here, the oldest giving way. It outlives a reload that names
 *  it again: keepalived's readers see an end of file there (Q23). */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, lchownSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Log } from '../../base/log.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { after, millis } from '../../base/units.ts';
import type { FifoPlace } from '../../config/model/global.ts';
import { systemErrorOf } from '../../observe/system-errors.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import { readAccountFiles, resolveIdentity } from '../../scripts/accounts.ts';
import { notifyLog } from '../core/log-events.ts';
import type { FifoStatus } from '../core/status.ts';

/** Lines that wait for a reader behind a full pipe, which holds some thousand more. */
export const LINES_WAITING_MAX = 1024;
/** A full pipe is tried again this often. */
const RETRY = millis(200);
const MKFIFO_LIMIT_MS = 5_000;
const FIFO_MODE = '0644';

export interface Fifo {
  readonly place: FifoPlace;
  write(line: string): void;
  status(): Omit<FifoStatus, 'reader'>;
  /** Readers see the end of file; a FIFO that was made here is removed. */
  close(): void;
}

/** One that cannot be used is told once and takes every line in vain. */
export function openFifo(place: FifoPlace, clock: Clock, log: Log): Fifo {
  const opened = open(place);
  if (opened.ok) log(notifyLog.fifoOpened({ path: place.path }));
  else log(notifyLog.fifoUnusable({ path: place.path, reason: opened.error }));
  return new OpenFifo(place, opened, clock, log);
}

interface Opened {
  readonly descriptor: number;
  readonly isOurs: boolean;
}

class OpenFifo implements Fifo {
  readonly place: FifoPlace;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #waiting: string[] = [];
  #opened: Opened | null;
  readonly #problem: string | null;
  #written = 0;
  #dropped = 0;
  /** a drop has been told, and no recovery since */
  #complained = false;

  constructor(place: FifoPlace, opened: Result<Opened, string>, clock: Clock, log: Log) {
    this.place = place;
    this.#log = log;
    this.#clock = clock;
    this.#opened = opened.ok ? opened.value : null;
    this.#problem = opened.ok ? null : opened.error;
    this.#alarm = clock.alarm(() => this.#flush());
  }

  write(line: string): void {
    if (this.#opened === null) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length > LINES_WAITING_MAX) this.#drop();
    this.#flush();
  }

  status(): Omit<FifoStatus, 'reader'> {
    return {
      path: this.place.path,
      problem: this.#problem,
      written: this.#written,
      waiting: this.#waiting.length,
      dropped: this.#dropped,
    };
  }

  close(): void {
    this.#alarm.set(null);
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    closeSync(opened.descriptor);
    if (opened.isOurs) rmSync(this.place.path, { force: true });
  }

  #drop(): void {
    this.#waiting.shift();
    this.#dropped++;
    if (this.#complained) return;
    this.#complained = true;
    this.#log(notifyLog.fifoFull({ path: this.place.path, dropped: this.#dropped }));
  }

  /** A line is shorter than PIPE_BUF, so it is written whole or not at all (pipe(7)). */
  #flush(): void {
    if (this.#opened === null) return;
    for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
      try {
        writeSync(this.#opened.descriptor, line);
      } catch {
        // EAGAIN: the pipe is full
        this.#alarm.set(after(this.#clock.now(), RETRY));
        return;
      }
      this.#waiting.shift();
      this.#written++;
    }
    if (!this.#complained) return;
    this.#complained = false;
    this.#log(notifyLog.fifoReads({ path: this.place.path, dropped: this.#dropped }));
  }
}

/** The error is a phrase. */
function open(place: FifoPlace): Result<Opened, string> {
  const owner = place.user === null ? ok(null) : resolveIdentity(place.user, readAccountFiles());
  if (!owner.ok) return owner;
  try {
    const isOurs = lstatSync(place.path, { throwIfNoEntry: false }) === undefined;
    const unmade = isOurs ? make(place.path) : null;
    if (unmade !== null) return err(unmade);
    if (isOurs && owner.value !== null) lchownSync(place.path, owner.value.uid, owner.value.gid);
    const { O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
    // looked at before it is opened: to open a device can do things
    if (!lstatSync(place.path).isFIFO()) return err('it exists and is not a FIFO');
    const descriptor = openSync(place.path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    const { uid } = fstatSync(descriptor);
    if (uid === process.geteuid?.() || uid === owner.value?.uid) return ok({ descriptor, isOurs });
    closeSync(descriptor);
    return err(`it belongs to user ${uid}`);
  } catch (cause) {
    return err(systemErrorOf(cause, `open ${place.path}`).detail);
  }
}

/** Node has no mkfifo(3); the command is part of every system. null = made. */
function make(path: string): string | null {
  const run = spawnSync('mkfifo', ['-m', FIFO_MODE, '--', path], {
    encoding: 'utf8',
    timeout: MKFIFO_LIMIT_MS,
  });
  return run.status === 0 ? null : run.stderr?.trim() || 'mkfifo failed';
}
