/** Follows the files of FILE_CHECK: tells the number in each at once, and whenever it changes. */
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { FileChecker } from '../../config/model/file-checker.ts';
import type { VirtualServer } from '../../config/model/lvs.ts';
import type { TrackedFiles } from '../../ports/tracked-files.ts';
import { numberIn } from '../../track/core/file.ts';
import { checksLog } from '../core/log-events.ts';

type FollowedFile = FileChecker['file'];

export interface FileWatch {
  /** Follows what these services name from now on; tells of each of their files inside this call. */
  follow(virtualServers: readonly VirtualServer[]): void;
  close(): void;
}

export function createFileWatch(
  ports: { readonly files: TrackedFiles; readonly log: Log },
  tell: (file: string, value: number) => void,
): FileWatch {
  const watched = new Map<string, { readonly path: string; value: number; readonly end: () => void }>();
  let isStart = true;

  const begin = ({ name, path, initial }: FollowedFile): void => {
    // never at a reload (keywords.json, track_file/init_file)
    if (initial !== null && isStart) initialise(ports, path, initial);
    const entry = { path, value: 0, end: () => {} };
    const end = ports.files.watch(path, (content) => {
      entry.value = numberIn(content) ?? entry.value;
      tell(name, entry.value);
    });
    watched.set(name, Object.assign(entry, { end }));
  };
  return {
    follow(virtualServers) {
      const wanted = followedFiles(virtualServers);
      for (const [name, { path, end }] of watched) {
        if (wanted.get(name)?.path === path) continue;
        end();
        watched.delete(name);
      }
      for (const [name, file] of wanted) {
        const known = watched.get(name);
        if (known === undefined) begin(file);
        else tell(name, known.value);
      }
      isStart = false;
    },
    close() {
      for (const { end } of watched.values()) end();
      watched.clear();
    },
  };
}

function followedFiles(virtualServers: readonly VirtualServer[]): ReadonlyMap<string, FollowedFile> {
  const files = new Map<string, FollowedFile>();
  for (const { realServers } of virtualServers) {
    for (const { checkers } of realServers) {
      for (const checker of checkers) if (checker.kind === 'file') files.set(checker.file.name, checker.file);
    }
  }
  return files;
}

function initialise(
  { files, log }: { readonly files: TrackedFiles; readonly log: Log },
  path: string,
  initial: NonNullable<FollowedFile['initial']>,
): void {
  const written = files.write(path, initial.value, initial);
  if (!written.ok) log(checksLog.fileNotWritten({ reason: systemErrorText(written.error) }));
}
