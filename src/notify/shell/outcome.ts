/** How a program's end looks to the queues: the same without what only the system knows. */
import { exhaustive } from '../../base/never.ts';
import type { ProgramResult } from '../../ports/programs.ts';
import type { Outcome } from '../core/script-queue.ts';

export function outcomeOf(result: ProgramResult): Outcome {
  switch (result.kind) {
    case 'exited':
    case 'killed':
    case 'timed_out':
      return result;
    case 'not_started':
      return { kind: 'not_started', why: result.error.detail };
    default:
      return exhaustive(result);
  }
}
