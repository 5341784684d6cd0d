/** How often a duration was how long, in few numbers: counts per bucket, the sum and the longest. It can be added to for years
 *  and read at any time. */
import { type Micros, micros, millis } from './units.ts';

export interface Histogram {
  /** observations up to each of HISTOGRAM_BOUNDS, not those of the bounds before; one more for all above */
  readonly counts: readonly number[];
  readonly sum: Micros;
  readonly longest: Micros;
}

/** Upper bounds, from what a timer is late at rest to a machine that was suspended. */
export const HISTOGRAM_BOUNDS: readonly Micros[] = [
  0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 250, 1_000, 5_000,
].map(millis);

export const EMPTY_HISTOGRAM: Histogram = {
  counts: [...HISTOGRAM_BOUNDS.map(() => 0), 0],
  sum: micros(0),
  longest: micros(0),
};

export function observed({ counts, sum, longest }: Histogram, duration: Micros): Histogram {
  const found = HISTOGRAM_BOUNDS.findIndex((bound) => duration <= bound);
  const bucket = found === -1 ? HISTOGRAM_BOUNDS.length : found;
  return {
    counts: counts.map((count, i) => (i === bucket ? count + 1 : count)),
    sum: micros(sum + duration),
    longest: micros(Math.max(longest, duration)),
  };
}
