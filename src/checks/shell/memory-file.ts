/** Where the checkers' memory lies. */
import type { Log } from '../../base/log.ts';
import { openStateFile } from '../../net/adapters/state-file.ts';
import type { StateFile } from '../../ports/state-file.ts';
import { checksLog } from '../core/log-events.ts';

/** Characters of a file that is believed: a hundred thousand real servers that are all in trouble. */
const MEMORY_FILE_MAX = 64 * 1024 * 1024;

export const memoryFile = (path: string, log: Log): StateFile =>
  openStateFile({
    path,
    title: 'check results of vipd',
    sizeMax: MEMORY_FILE_MAX,
    onLost: (reason) => log(checksLog.memoryLost({ reason })),
  });
