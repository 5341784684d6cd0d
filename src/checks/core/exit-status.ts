/** What the exit status of a MISC_CHECK's program says. behaviour.md section 16.8. */
import { failed, PASSED, type ProbeResult } from './probe-result.ts';

const SUCCESS = 0;
const FAILURE = 1;
/** With misc_dynamic a status from here on names a weight: 2 is weight 0, 255 is 253. */
const WEIGHT_ZERO = 2;

/** `status` is 0..255. With misc_dynamic status 0 means the configured weight again (seen of keepalived 2.2.7). */
export function judgeStatus(status: number, dynamic: boolean): ProbeResult {
  if (status === SUCCESS) return dynamic ? { kind: 'passed', weight: { kind: 'added', by: 0 } } : PASSED;
  if (!dynamic || status === FAILURE) return failed({ kind: 'exit_status', status });
  return { kind: 'passed', weight: { kind: 'set', to: status - WEIGHT_ZERO } };
}
