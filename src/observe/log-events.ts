/** Log lines of the log itself. */
import { catalogue, row } from '../base/log.ts';

export const observeLog = catalogue({
  suppressed: row(
    'log_suppressed',
    'warning',
    (f: { id: string; lines: number }) => `${f.lines} lines like the next one (${f.id}) were suppressed`,
  ),
  lost: row(
    'log_lost',
    'warning',
    (f: { lines: number }) => `${f.lines} log lines were lost, the log's reader is too slow`,
  ),
});
