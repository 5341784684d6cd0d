/** Watches files by watching their folders (inotify, by fs.watch): so a file may be missing, and may be replaced. Where a
 *  folder cannot be watched, the file is looked at now and then. */
import { closeSync, constants, type FSWatcher, openSync, readSync, watch, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { err, ok } from '../../base/result.ts';
import { after, millis, seconds } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TrackedFiles } from '../../ports/tracked-files.ts';

/** keepalived looks at no more (behaviour.md section 6). */
const CONTENT_BYTES = 127;
/** A file is emptied before it is written anew; only one that stays empty is believed to be. */
const EMPTY_FOR = millis(50);
/** How long a change may stay unnoticed where the folder cannot be watched, and when an event was lost. */
const LOOK_EVERY = seconds(1);

export function createTrackedFiles(clock: Clock): TrackedFiles {
  return {
    watch(path, changed) {
      let last: string | null | undefined;
      let watcher: FSWatcher | null = null;
      const tell = (content: string | null): void => {
        if (content !== last) changed(content);
        last = content;
      };
      let doubted = false;
      const look = (sure: boolean): void => {
        watcher ??= watchFolder(
          path,
          () => look(false),
          () => {
            watcher = null;
          },
        );
        const content = beginningOf(path);
        doubted = content === '' && !sure;
        if (!doubted) tell(content);
        alarm.set(after(clock.now(), doubted ? EMPTY_FOR : LOOK_EVERY));
      };
      const alarm = clock.alarm(() => look(doubted));
      look(true);
      return () => {
        alarm.set(null);
        watcher?.close();
      };
    },
    write(path, value, { overwrite }) {
      const { O_CREAT, O_EXCL, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;
      try {
        // O_EXCL refuses a symlink to nowhere as well
        const how = O_WRONLY | O_CREAT | O_NONBLOCK | (overwrite ? O_TRUNC : O_EXCL);
        const file = openSync(path, how, 0o644);
        try {
          writeSync(file, `${value}\n`);
        } finally {
          closeSync(file);
        }
        return ok(undefined);
      } catch (error) {
        const code = codeOf(error);
        if (code === 'EEXIST' && !overwrite) return ok(undefined);
        return err({
          code,
          attempted: `write ${path}`,
          detail: error instanceof Error ? error.message : code,
        });
      }
    },
  };
}

/** Null when the folder is not there or cannot be watched now. */
function watchFolder(path: string, look: () => void, lost: () => void): FSWatcher | null {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === name) look();
    });
    watcher.on('error', () => {
      watcher.close();
      lost();
    });
    return watcher;
  } catch {
    return null;
  }
}

/** Null when there is no such file, or what is there is no file. Never waits: a FIFO has no content. */
function beginningOf(path: string): string | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(CONTENT_BYTES);
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, CONTENT_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
