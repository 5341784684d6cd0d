/** One readable line per event: virtual time, who, what. Kept bounded, printed when a run fails. */
import type { Instant } from '../base/units.ts';

export interface Trace {
  readonly lines: readonly string[];
  line(who: string, what: string): void;
}

/** Enough for the whole of an ordinary run; of a longer one the end is kept. */
const TRACE_LINES_MAX = 5_000;

export function newTrace(now: () => Instant): Trace {
  const lines: string[] = [];
  return {
    lines,
    line(who, what) {
      const time = (now() / 1_000_000).toFixed(6).padStart(12);
      lines.push(`${time}  ${who.padEnd(9)} ${what}`);
      if (lines.length > TRACE_LINES_MAX) lines.shift();
    },
  };
}
