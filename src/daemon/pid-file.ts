/** Pid files. The parent's is held with an open-file-description lock for its whole life, so a second daemon on the same
 *  file is refused whatever the file says, and a stale file left by a crash is no obstacle. */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { lockFile } from '../native/process-knobs.ts';
import type { ChildPidFile } from './parent.ts';

export interface LockedPidFile {
  release(): void;
}

export type PidFileRefusal =
  | { readonly kind: 'already_running'; readonly pid: number | null }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Creates the directory when it is missing, locks the file and writes this process's pid. */
export function acquirePidFile(path: string, pid: number): Result<LockedPidFile, PidFileRefusal> {
  let fd: number;
  try {
    mkdirSync(dirname(path), { recursive: true });
    fd = openSync(path, 'a+', 0o644);
  } catch (error) {
    return err({ kind: 'unusable', reason: messageOf(error) });
  }
  const locked = lockFile(fd);
  if (!locked.ok) {
    closeSync(fd);
    if (locked.error.code !== 'EAGAIN' && locked.error.code !== 'EACCES') {
      return err({ kind: 'unusable', reason: `${locked.error.attempted}: ${locked.error.detail}` });
    }
    return err({ kind: 'already_running', pid: readPid(path) });
  }
  ftruncateSync(fd, 0);
  writeSync(fd, `${pid}\n`);
  return ok({
    release: () => {
      removeIfPresent(path);
      closeSync(fd);
    },
  });
}

/** A child's pid file: information for people and scripts, not a lock. A failure to write it is not fatal. */
export function childPidFile(path: string, onError: (reason: string) => void): ChildPidFile {
  return {
    write: (pid) => {
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `${pid}\n`, { mode: 0o644 });
      } catch (error) {
        onError(`pid file ${path}: ${messageOf(error)}`);
      }
    },
    remove: () => removeIfPresent(path),
  };
}

function readPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // the holder removed it between our lock attempt and our read: it is on its way out
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // already gone: that is what was wanted
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
