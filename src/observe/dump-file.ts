/** Dump files: where keepalived's scripts look for them (names kept), private, and never through a link
 *  that somebody laid into /tmp. */
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { systemErrorOf } from './system-errors.ts';

/** behaviour.md section 1.2 */
export const DUMP_NAMES = {
  vrrp: 'keepalived.data',
  parent: 'keepalived_parent.data',
  checkers: 'keepalived_check.data',
  bfd: 'keepalived_bfd.data',
  statistics: 'keepalived.stats',
} as const;

/** `temporary` is $TMPDIR where it is set. */
export const dumpPath = (dump: keyof typeof DUMP_NAMES, temporary = '/tmp'): string =>
  join(temporary, DUMP_NAMES[dump]);

/** Replaces the file, mode 0600. Errors: ELOOP for a link, EPERM for a file that is not ours or has other
 *  names, else what the operating system says. */
export function writeDump(path: string, text: string): Result<void, SystemError> {
  const attempted = `write ${path}`;
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  let fd: number | null = null;
  try {
    // truncated only after the look at it; not blocking, in case it is a FIFO
    fd = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const found = fstatSync(fd);
    if (!found.isFile() || found.nlink > 1 || found.uid !== process.geteuid?.()) {
      return err({ code: 'EPERM', attempted, detail: 'the file there is not a private one of ours' });
    }
    fchmodSync(fd, 0o600);
    ftruncateSync(fd);
    writeFileSync(fd, text);
    return ok(undefined);
  } catch (cause) {
    return err(systemErrorOf(cause, attempted));
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
