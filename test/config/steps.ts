/** How much work a call does, counted and not timed: how often V8 enters a block of our code, by its precise coverage. The
 *  count is the same on every machine and in every run. What a built-in does inside itself is not in it. */
import { Session } from 'node:inspector';

export interface StepCounter {
  /** blocks of src/config and src/base that were entered while `act` ran */
  readonly count: (act: () => void) => number;
  readonly stop: () => void;
}

export function startStepCounter(): StepCounter {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const take = (): number => {
    let steps = 0;
    // the session runs in this thread: the answer is there when post returns
    session.post('Profiler.takePreciseCoverage', (error, coverage) => {
      if (error !== null) throw error;
      for (const { url, functions } of coverage.result) {
        if (!/\/src\/(config|base)\//.test(url)) continue;
        for (const { ranges } of functions) for (const range of ranges) steps += range.count;
      }
    });
    return steps;
  };
  return {
    count: (act) => {
      take(); // taking sets the counts back
      act();
      return take();
    },
    stop: () => session.disconnect(),
  };
}
