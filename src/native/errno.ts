/** From the negative errno of a system call to a SystemError with the errno's name. */
import { constants } from 'node:os';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { loadAddon } from './addon.ts';

/** Two names share a number on Linux (EAGAIN and EWOULDBLOCK, EOPNOTSUPP and ENOTSUP): the first of a pair is
 *  used. The kernel's names for what glibc calls EOPNOTSUPP are the same. */
const SECOND_NAMES: readonly string[] = ['EWOULDBLOCK', 'ENOTSUP'];

/** `ENODEV` for 19; `E?123` for a number without a name. */
export function errnoName(errno: number): string {
  for (const [name, value] of Object.entries(constants.errno)) {
    if (value === errno && !SECOND_NAMES.includes(name)) return name;
  }
  return `E?${errno}`;
}

/** `errno` is positive; `detail` replaces strerror where the kernel gave a better reason. */
export const systemError = (errno: number, attempted: string, detail?: string): SystemError => ({
  code: errnoName(errno),
  attempted,
  detail: detail ?? loadAddon().errorText(errno),
});

/** `answer` is what an addon function gave: a count or a negative errno. */
export const fromAnswer = (answer: number, attempted: () => string): Result<number, SystemError> =>
  answer < 0 ? err(systemError(-answer, attempted())) : ok(answer);
