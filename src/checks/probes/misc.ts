/** MISC_CHECK: runs a program and judges its exit status. behaviour.md section 16.8. */
import { exhaustive } from '../../base/never.ts';
import type { MiscChecker } from '../../config/model/lvs.ts';
import type { ProgramResult } from '../../ports/programs.ts';
import { judgeStatus } from '../core/exit-status.ts';
import { failed, type ProbeResult } from '../core/probe-result.ts';
import type { StartProbe } from './probe.ts';

export const probeMisc: StartProbe<MiscChecker> = (checker, { runProgram }, done) => {
  let aborted = false;
  const program = runProgram(checker, (result) => {
    if (!aborted) done(judge(result, checker.dynamic));
  });
  return {
    abort() {
      aborted = true;
      program.end();
    },
  };
};

function judge(result: ProgramResult, dynamic: boolean): ProbeResult {
  switch (result.kind) {
    case 'exited':
      return judgeStatus(result.status, dynamic);
    case 'killed':
      return failed({ kind: 'program_killed', signal: result.signal });
    case 'timed_out':
      return failed({ kind: 'program_timeout' });
    case 'not_started': {
      const { code, attempted, detail } = result.error;
      return { kind: 'no_result', code, attempted: `${attempted} (${detail})` };
    }
    default:
      return exhaustive(result);
  }
}
