/** Which file a program's name means, whether it can be executed, and whether anybody but root could change it. */
import { accessSync, constants, lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';

/** Directories and symlinks that a path may lead through; the kernel stops at 40 symlinks (path_resolution(7)). */
const STEPS_MAX = 200;
const SYMLINKS_MAX = 40;

export interface ProgramProblem {
  readonly code: 'ENOENT' | 'EACCES' | 'EPERM' | 'ELOOP';
  /** a phrase: `/opt/x.sh is not executable` */
  readonly detail: string;
}

/** The path of the file. A bare name is searched in PATH; a relative path is refused, since a daemon's working directory
 *  means nothing to the writer of a configuration. */
export function findProgram(
  name: string,
  searchPath: string = process.env['PATH'] ?? '',
): Result<string, ProgramProblem> {
  if (name.startsWith('/')) return executable(name);
  if (name.includes('/')) return err({ code: 'ENOENT', detail: `${name} is not an absolute path` });
  let denied: ProgramProblem | null = null;
  for (const folder of searchPath.split(':')) {
    if (!folder.startsWith('/')) continue;
    const found = executable(join(folder, name));
    if (found.ok) return found;
    if (found.error.code !== 'ENOENT') denied = found.error;
  }
  return err(denied ?? { code: 'ENOENT', detail: `no program '${name}' in PATH` });
}

function executable(path: string): Result<string, ProgramProblem> {
  try {
    if (!statSync(path).isFile()) return err({ code: 'EACCES', detail: `${path} is not a file` });
    accessSync(path, constants.X_OK);
    return ok(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EACCES') return err({ code: 'EACCES', detail: `${path} is not executable` });
    return err({ code: 'ENOENT', detail: `${path} does not exist` });
  }
}

/** The first part of an absolute path that somebody other than root could change, as a phrase; null when the whole path is
 *  safe. Every directory on the way counts, those behind symlinks too (keepalived refuses such paths altogether, Q10);
 *  a sticky directory such as /tmp is safe, since others cannot replace what is not theirs. */
export function unsafePart(path: string): string | null {
  const pending = path.split('/').filter((part) => part !== '');
  let at = '/';
  let symlinks = 0;
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const stats = lstatOf(at);
    if (stats === null) return `${at} cannot be looked at`;
    const weakness = weaknessOf(stats);
    if (weakness !== null) return `${at} ${weakness}`;
    if (stats.isSymbolicLink()) {
      if (++symlinks > SYMLINKS_MAX) return `${path} has too many symlinks`;
      const target = readlinkSync(at);
      pending.unshift(...target.split('/').filter((part) => part !== ''));
      at = target.startsWith('/') ? '/' : join(at, '..');
      continue;
    }
    const next = pending.shift();
    if (next === undefined) return null;
    at = join(at, next);
  }
  return `${path} has too many parts`;
}

/** S_ISVTX, S_IWGRP, S_IWOTH of inode(7). The permissions of a symlink mean nothing. */
function weaknessOf(stats: Stats): string | null {
  if (stats.uid !== 0) return `belongs to user ${stats.uid}`;
  if (stats.isSymbolicLink() || (stats.isDirectory() && (stats.mode & 0o1000) !== 0)) return null;
  if ((stats.mode & 0o002) !== 0) return 'is writable by everybody';
  return (stats.mode & 0o020) !== 0 && stats.gid !== 0 ? `is writable by group ${stats.gid}` : null;
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
