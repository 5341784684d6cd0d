/** The log lines of trackers, worded as keepalived words them: operators search for these sentences. */
import { catalogue, row } from '../../base/log.ts';
import { bfdEventText } from '../../bfd/core/event-text.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import type { ProgramResult } from '../../ports/programs.ts';

interface Quorum {
  readonly [field: string]: unknown;
  readonly process: string;
  readonly count: number;
}

export const trackLog = catalogue({
  scriptSucceeded: row(
    'script_succeeded',
    'info',
    (f: { script: string }) => `VRRP_Script(${f.script}) succeeded`,
  ),
  scriptFailed: row('script_failed', 'info', (f: { script: string; result: ProgramResult }) =>
    f.result.kind === 'timed_out'
      ? `VRRP_Script(${f.script}) timed out`
      : `VRRP_Script(${f.script}) failed (${failure(f.result)})`,
  ),
  scriptReturns: row(
    'script_returns',
    'info',
    (f: { script: string; status: number }) => `Script \`${f.script}\` now returning ${f.status}`,
  ),
  scriptStillRunning: row(
    'script_still_running',
    'info',
    (f: { script: string }) => `Track script ${f.script} is already running, expect idle - skipping run`,
  ),
  bfdEvent: row('bfd_event', 'info', (f: { session: string; verdict: BfdVerdict }) => bfdEventText(f)),
  quorumGained: row(
    'process_quorum_gained',
    'info',
    (f: Quorum) => `Quorum gained for tracked process ${f.process} (${f.count} running)`,
  ),
  quorumLost: row(
    'process_quorum_lost',
    'info',
    (f: Quorum) => `Quorum lost for tracked process ${f.process} (${f.count} running)`,
  ),
});

/** For the shell: what cannot be watched or written. */
export const trackShellLog = catalogue({
  initFileFailed: row(
    'track_file_init_failed',
    'error',
    (f: { file: string; detail: string }) => `track_file ${f.file} cannot be initialised: ${f.detail}`,
  ),
  processesUnreadable: row(
    'processes_unreadable',
    'error',
    (f: { detail: string }) => `processes cannot be counted: ${f.detail}`,
  ),
});

function failure(result: ProgramResult): string {
  switch (result.kind) {
    case 'exited':
      return `exited with status ${result.status}`;
    case 'killed':
      return `killed by ${result.signal}`;
    case 'timed_out':
      return 'timed out';
    case 'not_started':
      return `could not be run: ${result.error.code}, ${result.error.detail}`;
  }
}
