/** Measures time as the lab lived it. A busy machine stops the lab's one CPU for tenths of a second,
 *  daemons, servers and clients all at once; a timer that then fires late says how long. That time counts
 *  for nobody. */
import { type Ms, now } from './clock.ts';

export interface Stopwatch {
  /** between two times, less the stalls between them */
  readonly seconds: (from: Ms, to: Ms) => number;
  /** seconds of stalls between two times */
  readonly stalled: (from: Ms, to: Ms) => number;
  readonly close: () => void;
}

const TICK_MS = 20;
/** Lateness that any timer may have on one CPU with a dozen processes. */
const LATENESS_MS = 50;

export function openStopwatch(): Stopwatch {
  const stalls: { readonly from: Ms; readonly to: Ms }[] = [];
  let expected = now() + TICK_MS;
  const timer = setInterval(() => {
    const at = now();
    if (at > expected + LATENESS_MS) stalls.push({ from: expected, to: at });
    expected = at + TICK_MS;
  }, TICK_MS);
  const stalled = (from: Ms, to: Ms) =>
    stalls.reduce((sum, stall) => sum + Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)), 0) /
    1000;
  return {
    seconds: (from, to) => Math.max(0, (to - from) / 1000 - stalled(from, to)),
    stalled,
    close: () => clearInterval(timer),
  };
}
