/** Where log lines leave the process: standard error, without ever blocking and without ever throwing. What a
 *  slow reader does not take now waits, up to a limit; beyond it lines are lost and counted: the daemon's work is
 *  worth more than its log. */
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

const STDERR = 2;
/** Octets that may wait for the reader: some 10,000 lines, a burst of a director with thousands of addresses. */
const WAITING_MAX = 1 << 20;
/** How often a reader that fell behind is offered what waits. */
const RETRY_MS = 20;

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
  const { offer, ...sink } = descriptorSink(own ?? STDERR);
  process.once('exit', offer); // the last lines of a process are those that say why it ended
  return sink;
}

/** A file that lines are appended to, mode 0600. Null when it cannot be opened, is a link, or belongs to somebody else, who
 *  may have laid it into a common directory. */
export function fileSink(path: string): LineSink | null {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const found = fstatSync(fd);
    if (found.isFile() && found.nlink === 1 && found.uid === process.geteuid?.()) return descriptorSink(fd);
    closeSync(fd);
  } catch {
    // whoever asked for the file sees that it is not there
  }
  return null;
}

export interface DescriptorSink extends LineSink {
  /** Writes what waits, as far as the reader takes it. */
  offer(): void;
}

/** Keeps the process alive for nothing that waits. */
export function descriptorSink(fd: number): DescriptorSink {
  let waiting: Buffer[] = [];
  let octets = 0;
  let retry: NodeJS.Timeout | null = null;
  const offer = (): void => {
    retry = null;
    waiting = writeAll(fd, waiting);
    octets = waiting.reduce((sum, { length }) => sum + length, 0);
    if (octets > 0) retry = setTimeout(offer, RETRY_MS).unref();
  };
  return {
    offer,
    write: (line) => {
      const bytes = Buffer.from(line);
      if (octets === 0) {
        const written = writeSome(fd, bytes);
        if (written === 'gone') return false;
        if (written === bytes.length) return true;
        waiting = [bytes.subarray(written)];
        octets = bytes.length - written;
      } else {
        if (octets + bytes.length > WAITING_MAX) return false;
        waiting.push(bytes);
        octets += bytes.length;
      }
      if (retry === null) retry = setTimeout(offer, RETRY_MS).unref();
      return true;
    },
  };
}

/** What the reader did not take; nothing when there is none. */
function writeAll(fd: number, lines: readonly Buffer[]): Buffer[] {
  const bytes = Buffer.concat(lines);
  const written = writeSome(fd, bytes);
  return written === 'gone' || written === bytes.length ? [] : [bytes.subarray(written)];
}

/** Octets taken, 0 when the reader is slow; `gone` when there is none (EPIPE, EIO, EBADF): in no case a reason to
 *  stop. */
function writeSome(fd: number, bytes: Uint8Array): number | 'gone' {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : 'gone';
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
