/** What node throws when the operating system says no, as a SystemError. */
import { getSystemErrorMap } from 'node:util';
import type { SystemError } from '../base/system-error.ts';

export function systemErrorOf(cause: unknown, attempted: string): SystemError {
  if (!(cause instanceof Error)) return { code: 'EGARBLED', attempted, detail: String(cause) };
  const { code, errno } = cause as NodeJS.ErrnoException;
  const detail = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return { code: code ?? 'EGARBLED', attempted, detail: detail ?? cause.message };
}
