/** Writes the memory of the checkers down: soon after something worth to remember, again now and then so that its age tells
 *  when the process was last alive, and never so often that the writing itself is felt. */
import { after, elapsed, type Instant, micros, seconds } from '../../base/units.ts';
import type { StateFile } from '../../ports/state-file.ts';

/** From one write to the next at least, so that a storm of changes becomes one write. */
export const WRITE_PAUSE = seconds(1);
/** A write that took long is followed by a pause so many times as long: it costs at most a twentieth of the time. */
const PAUSE_PER_COST = 20;
/** Without a change; well below what `memory.ts` believes. */
export const REFRESH_PERIOD = seconds(60);

export interface MemoryKeeper {
  /** Something changed. */
  request(): void;
  next(): Instant;
  writeDue(now: Instant): void;
  /** Now, for the last time. */
  write(): void;
}

export function createMemoryKeeper(file: StateFile, now: () => Instant, print: () => string): MemoryKeeper {
  let due = after(now(), REFRESH_PERIOD);
  let notBefore = now();
  const write = (): void => {
    const started = now();
    file.store(print());
    const ended = now();
    due = after(ended, REFRESH_PERIOD);
    const pause = Math.max(WRITE_PAUSE, PAUSE_PER_COST * elapsed(started, ended));
    notBefore = after(ended, micros(pause));
  };
  return {
    request() {
      const soon = latest(notBefore, now());
      if (soon < due) due = soon;
    },
    next: () => due,
    writeDue(time) {
      if (due <= time) write();
    },
    write,
  };
}

const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
