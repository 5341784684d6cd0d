/** What a probe is: one run of one checker against its server, started now, answering once. */
import { exhaustive } from '../../base/never.ts';
import type { HttpChecker, TcpChecker } from '../../config/model/lvs.ts';
import type { ProbeResult } from '../core/probe-result.ts';
import type { Deadlines } from './deadlines.ts';
import type { Dial } from './dial.ts';
import { probeHttp } from './http.ts';
import { probeTcp } from './tcp.ts';

export interface ProbePorts {
  readonly deadlines: Deadlines;
  readonly dial: Dial;
}

export interface RunningProbe {
  /** Ends it without an answer. */
  abort(): void;
}

/** `done` is called exactly once, never before this returns, and not at all after `abort`. */
export type StartProbe<C> = (
  checker: C,
  ports: ProbePorts,
  done: (result: ProbeResult) => void,
) => RunningProbe;

export const startProbe: StartProbe<TcpChecker | HttpChecker> = (checker, ports, done) => {
  switch (checker.kind) {
    case 'tcp':
      return probeTcp(checker, ports, done);
    case 'http':
      return probeHttp(checker, ports, done);
    default:
      return exhaustive(checker);
  }
};
