/** Writes what the VRRP core sees and orders into a file (`--record`). The process never waits for the disk: what it does not
 *  take in time is counted and left out, and a file that has grown to its limit ends with a note in the log. */
import { createWriteStream } from 'node:fs';
import { hostname } from 'node:os';
import type { Log } from '../../base/log.ts';
import { VERSION } from '../../base/version.ts';
import type { Clock } from '../../ports/clock.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { nextDeadline } from '../core/node.ts';
import { headLine, recording, stepLine } from '../core/recording.ts';
import type { VrrpCore } from './process.ts';

/** Bytes of one recording: some days of a busy director. */
export const RECORDING_BYTES_MAX = 256 * 1024 * 1024;
/** Bytes that wait for the disk. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** The core, with its steps written to `path`, a file that only its owner may read: it holds passwords. A process that is
 *  restarted goes on behind its predecessor. */
export function recordedCore(
  path: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): VrrpCore {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let written = 0;
  let open = true;
  const end = (reason: string): void => {
    if (!open) return;
    open = false;
    log(vrrpShellLog.recordingEnded({ path, reason }));
    file.end();
  };
  file.on('error', (error) => end(error.message));
  const write = (line: string): void => {
    if (!open) return;
    if (file.writableLength > BACKLOG_BYTES_MAX) return end('the disk is too slow');
    written += line.length + 1;
    file.write(`${line}\n`);
    if (written > RECORDING_BYTES_MAX) end('it has grown to its limit');
  };
  write(headLine({ version: VERSION, host: hostname(), startedWall: clock.wall(), startedAt: clock.now() }));
  return { nextDeadline, stepNode: recording((step) => write(stepLine(step))) };
}
