/** What a simulated machine's trackers look at: programs that end after a while with the status the machine is set to,
 *  files, and processes of which there are always enough. */
import type { Prng } from '../base/prng.ts';
import { ok } from '../base/result.ts';
import { type Instant, type Micros, micros, millis } from '../base/units.ts';
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
  /** every file holds this number from now on */
  setContent(value: number): void;
  /** the process that watched is gone */
  dropWatchers(): void;
}

/** A program takes this long at most; on one machine it always takes the same time. */
export const PROGRAM_TIME_MAX = millis(200);

export function newTracked(random: Prng, later: (delay: Micros, task: () => void) => void): SimTracked {
  const programTime = millis(random.between(1, PROGRAM_TIME_MAX / 1_000));
  let status = 0;
  let content = '0\n';
  let failingSince: Instant | null = null;
  const watchers = new Set<(content: string | null) => void>();
  return {
    programs: {
      run(_order, completed) {
        const result = { kind: 'exited', status } as const;
        later(programTime, () => completed(result));
        return { end: () => {} };
      },
      endAll: () => {},
    },
    files: {
      watch(_path, changed) {
        watchers.add(changed);
        changed(content);
        return () => void watchers.delete(changed);
      },
      write: () => ok(undefined),
    },
    processes: {
      watch(wanted, changed) {
        changed(ok(new Map(wanted.map(({ name, quorum }) => [name, quorum]))));
        return () => {};
      },
    },
    setStatus(next, now) {
      status = next;
      failingSince = next === 0 ? null : (failingSince ?? now);
    },
    get failingSince() {
      return failingSince;
    },
    setContent(value) {
      const before = content;
      content = `${value}\n`;
      if (content === before) return;
      // whoever is told late reads what is there then
      for (const changed of watchers) later(micros(0), () => watchers.has(changed) && changed(content));
    },
    dropWatchers: () => watchers.clear(),
  };
}
