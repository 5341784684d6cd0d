/** Where log lines leave the process: standard error, without ever blocking and without ever throwing. A
 *  line that cannot be written now is dropped and counted; the daemon's work is worth more than its log. */
import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

const STDERR = 2;

export interface LineSink {
  /** false: the line is lost */
  write(line: string): boolean;
}

/** Standard error, made non-blocking. O_NONBLOCK belongs to the open file description, which we share with
 *  whoever started us; so a pipe or terminal is opened anew. A socket cannot be: there the shared
 *  description changes, which vipd's processes all want and journald, the usual reader, does not see. A
 *  file never blocks, and stays as it is because its writers share the position too. */
export function stderrSink(): LineSink {
  const own = isFile(STDERR) ? STDERR : reopenNonBlocking(STDERR);
  if (own === null) makeNonBlocking(STDERR);
  return descriptorSink(own ?? STDERR);
}

export function descriptorSink(fd: number): LineSink {
  let cut = false;
  return {
    write: (line) => {
      const bytes = Buffer.from(cut ? `\n${line}` : line);
      const written = writeSome(fd, bytes);
      // a full pipe may take half a line: the next one starts afresh
      if (written > 0) cut = written < bytes.length;
      return written === bytes.length;
    },
  };
}

/** Bytes taken; 0 when the reader is slow (EAGAIN) or gone (EPIPE, EIO, EBADF): in no case a reason to
 *  stop. */
function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch {
    return 0;
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

function reopenNonBlocking(fd: number): number | null {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return null;
  }
}

/** libuv sets O_NONBLOCK when it takes a descriptor over; the handle is never used and never closed. */
function makeNonBlocking(fd: number): void {
  try {
    new Socket({ fd, readable: false, writable: true }).unref();
  } catch {
    // neither pipe nor socket, or not open at all: it either never blocks or takes nothing
  }
}

/** Whether standard error is the journal's stream: `JOURNAL_STREAM` names it as `device:inode`
 *  (systemd.exec(5)). The variable alone proves nothing, children inherit it. */
export function isJournalStream(journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(STDERR, { bigint: true });
    return journalStream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
