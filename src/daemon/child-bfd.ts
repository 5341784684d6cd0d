/** Composition root of the BFD child: the only place that gives the sessions their real sockets. */
import { randomInt } from 'node:crypto';
import { EMPTY_HISTOGRAM, observed } from '../base/histogram.ts';
import { startBfd } from '../bfd/shell/process.ts';
import { createBfdPort } from '../net/adapters/bfd-sockets.ts';
import { createClock } from '../net/adapters/clock.ts';
import { runChild, type StartHalf } from './child.ts';
import { applyScheduling, withRealtime } from './scheduling.ts';

export const runBfdChild = (): void => runChild('bfd', startHalf);

const startHalf: StartHalf = (config, _options, log, _post, tellVerdicts) => {
  applyScheduling(withRealtime(config.global.process.bfd), log);
  let wakeUps = EMPTY_HISTOGRAM;
  const clock = createClock((late) => {
    wakeUps = observed(wakeUps, late);
  });
  const ports = { clock, sockets: createBfdPort(clock), log, seed: randomInt(2 ** 32) };
  const bfd = startBfd(ports, config.bfdInstances, tellVerdicts);
  return {
    reload: (next) => bfd.reload(next.bfdInstances),
    tellSessions: () => {},
    preview: () => ({ kind: 'planned', lines: [] }),
    stop: () => bfd.stop(),
    operator: null,
    drain: () => null,
    status: () => ({ process: 'bfd', wakeUps, ...bfd.status() }),
    // its followers tell the world
    tellAgain: () => 0,
    resetCounters: () => {},
  };
};
