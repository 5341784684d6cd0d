/** Dump files: where keepalived's scripts look for them (names kept), private, and never through a link
 *  that somebody laid into /tmp. */
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, parse } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { ProcessSettings } from '../config/model/global.ts';
import { systemErrorOf } from './system-errors.ts';

/** behaviour.md section 1.2 */
export const DUMP_NAMES = {
  vrrp: 'keepalived.data',
  parent: 'keepalived_parent.data',
  checkers: 'keepalived_check.data',
  statistics: 'keepalived.stats',
} as const;

/** What a data dump adds to the name that state_dump_file gives, before its extension. */
const SUFFIXES = { vrrp: '', parent: '_parent', checkers: '_check' } as const;

/** Where a dump goes. `temporary` is $TMPDIR where it is set; a name without a slash lies there, too, and one that ends in a
 *  slash is a directory for the usual names (keywords.json, state_dump_file). `identity` is `_NAMESPACE_INSTANCE`. */
export function dumpPath(
  dump: keyof typeof DUMP_NAMES,
  { data, statistics, useInstance }: ProcessSettings['dumps'],
  identity: string,
  temporary = '/tmp',
): string {
  const given = dump === 'statistics' ? statistics : data;
  const usual = given === null || given.endsWith('/');
  const base = usual ? DUMP_NAMES[dump] : dump === 'statistics' ? given : withSuffix(given, SUFFIXES[dump]);
  const name = useInstance && dump !== 'statistics' ? `${base}${identity.replace(/^_/, '.')}` : base;
  return isAbsolute(name) ? name : join(usual && given !== null ? given : temporary, name);
}

function withSuffix(path: string, suffix: string): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}${suffix}${ext}`);
}

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
