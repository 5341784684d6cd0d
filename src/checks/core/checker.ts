/** One checker: from the result of a probe to its verdict and the time of the next probe. behaviour.md section 16.1.
 *
 *      unknown ──pass──▶ up ──fail──▶ up, failing 1..retry ──fail──▶ down
 *         └────fail────────────────────────────────────────────────▶ down ──pass──▶ up
 *
 *  The very first probe has no retries (Q19): a server that is dead at start is out at once. */
import { exhaustive } from '../../base/never.ts';
import type { Instant, Micros } from '../../base/units.ts';
import { micros } from '../../base/units.ts';
import type { Checker } from '../../config/model/lvs.ts';
import type { AgentState } from './agent-words.ts';
import { type CertificateState, certificateSeen } from './certificate.ts';
import type { Passed, ProbeResult } from './probe-result.ts';
import type { WeightEffect } from './weight.ts';

export interface CheckerState {
  /** what the real server counts; before the first run it is a presumption */
  readonly passing: boolean;
  /** a probe has given a verdict */
  readonly hasRun: boolean;
  /** consecutive failures, against `retry` */
  readonly failing: number;
  readonly last: { readonly result: ProbeResult; readonly at: Instant; readonly duration: Micros } | null;
  readonly runs: number;
  readonly failures: number;
  readonly transitions: number;
  /** null until a run has said something of the weight */
  readonly weight: WeightEffect | null;
  /** of AGENT_CHECK, once it has been heard */
  readonly agent: AgentState | null;
  /** of SSL_GET with tls_expiry_warn, once one was seen */
  readonly certificate: CertificateState | null;
}

export const newChecker = (presumedPassing: boolean, weight: WeightEffect | null = null): CheckerState => ({
  passing: presumedPassing,
  hasRun: false,
  failing: 0,
  last: null,
  runs: 0,
  failures: 0,
  transitions: 0,
  weight,
  agent: null,
  certificate: null,
});

export const checkerVerdict = (state: CheckerState): 'unknown' | 'up' | 'down' => {
  if (!state.hasRun) return 'unknown';
  return state.passing ? 'up' : 'down';
};

export interface FinishedRun {
  readonly result: ProbeResult;
  readonly at: Instant;
  readonly duration: Micros;
}

/** The state after a run, and how long to wait until the next: from its end, for a program from its start. */
export function afterRun(
  checker: Checker,
  before: CheckerState,
  run: FinishedRun,
): { readonly after: CheckerState; readonly wait: Micros } {
  const counted = { ...before, last: run, runs: before.runs + 1 };
  switch (run.result.kind) {
    case 'no_result':
    case 'unheard':
      return { after: counted, wait: checker.delayLoop };
    case 'passed': {
      const transitions = before.transitions + (before.passing ? 0 : 1);
      const weight = run.result.weight ?? before.weight;
      const certificate = certificateAfter(checker, before, run.result, run.at);
      return {
        after: { ...counted, passing: true, hasRun: true, failing: 0, transitions, weight, certificate },
        wait: checker.delayLoop,
      };
    }
    case 'failed': {
      const failing = before.failing + 1;
      const passing = before.hasRun && before.passing && failing <= checker.retry;
      const transitions = before.transitions + (before.passing && !passing ? 1 : 0);
      const after = {
        ...counted,
        passing,
        hasRun: true,
        failing,
        transitions,
        failures: before.failures + 1,
      };
      return { after, wait: passing ? checker.delayBeforeRetry : waitWhileDown(checker) };
    }
    default:
      return exhaustive(run.result);
  }
}

/** HTTP never asks a dead server more often than `delay_before_retry`. */
const waitWhileDown = (checker: Checker): Micros =>
  checker.kind === 'http' ? micros(Math.max(checker.delayBeforeRetry, checker.delayLoop)) : checker.delayLoop;

function certificateAfter(
  checker: Checker,
  { certificate }: CheckerState,
  { certificateLeft }: Passed,
  now: Instant,
): CertificateState | null {
  if (checker.kind !== 'http' || checker.expiryWarning === null || certificateLeft === undefined) {
    return certificate;
  }
  return certificateSeen(certificate, certificateLeft, checker.expiryWarning, now);
}
