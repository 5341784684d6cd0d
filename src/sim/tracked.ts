/** What a simulated machine's trackers look at: programs that end after a while with the status the machine is set to, no
 *  files, no processes. */
import type { Prng } from '../base/prng.ts';
import { type Instant, type Micros, millis } from '../base/units.ts';
import type { ProcessTable } from '../ports/process-table.ts';
import type { ProgramRunner } from '../ports/programs.ts';
import type { TrackedFiles } from '../ports/tracked-files.ts';

export interface SimTracked {
  readonly programs: ProgramRunner;
  readonly files: TrackedFiles;
  readonly processes: ProcessTable;
  /** every program ends with this status from now on */
  setStatus(status: number, now: Instant): void;
  /** since when programs fail; null = they succeed */
  readonly failingSince: Instant | null;
}

/** A program takes this long at most. */
export const PROGRAM_TIME_MAX = millis(200);

export function newTracked(random: Prng, later: (delay: Micros, task: () => void) => void): SimTracked {
  let status = 0;
  let failingSince: Instant | null = null;
  return {
    programs: {
      run(_order, completed) {
        const result = { kind: 'exited', status } as const;
        later(millis(random.between(1, PROGRAM_TIME_MAX / 1_000)), () => completed(result));
        return { end: () => {} };
      },
      endAll: () => {},
    },
    files: {
      watch(_path, changed) {
        changed(null);
        return () => {};
      },
      write: () => ({ ok: true, value: undefined }),
    },
    processes: { watch: () => () => {} },
    setStatus(next, now) {
      status = next;
      failingSince = next === 0 ? null : (failingSince ?? now);
    },
    get failingSince() {
      return failingSince;
    },
  };
}
