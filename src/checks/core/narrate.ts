/** What one finished probe is worth in the log: changes always; each failure of a live server only when
 *  `log_all_failures` asks; trouble of this host once, not at every attempt. */

import type { LogEntry } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { Checker } from '../../config/model/lvs.ts';
import { type CheckerState, checkerVerdict, type FinishedRun } from './checker.ts';
import { checksLog } from './log-events.ts';
import { checkerWord } from './names.ts';

export interface CheckerChange {
  readonly config: Checker;
  readonly server: string;
  readonly before: CheckerState;
  readonly after: CheckerState;
  readonly run: FinishedRun;
}

export function narrate(change: CheckerChange): readonly LogEntry[] {
  const { result } = change.run;
  switch (result.kind) {
    case 'passed':
      return checkerVerdict(change.before) === 'up' ? [] : successLines(change);
    case 'no_result': {
      const repeated = change.before.last?.result.kind === 'no_result';
      const { attempted, code } = result;
      return repeated ? [] : [checksLog.noResult({ server: change.server, attempted, code })];
    }
    case 'failed': {
      if (change.config.kind === 'misc') return [];
      const { server, config, before, after } = change;
      const wentDown = !after.passing && checkerVerdict(before) !== 'down';
      const line = checksLog.probeFailed({ server, checker: config.kind, failure: result.failure });
      if (!wentDown) return config.logAllFailures && after.passing ? [line] : [];
      const retries = after.failing - 1;
      return [line, checksLog.checkFailed({ check: checkerWord(config), server, retries })];
    }
    default:
      return exhaustive(result);
  }
}

function successLines({ config, server, before }: CheckerChange): readonly LogEntry[] {
  switch (config.kind) {
    case 'tcp':
      return [checksLog.tcpSucceeded({ server })];
    case 'http': {
      const recovered = checkerVerdict(before) === 'down';
      const pages = recovered ? config.urls : [];
      return [
        ...pages.map(({ path, digest }) =>
          checksLog.pageFine({ server, url: path, digest: digest !== null }),
        ),
        checksLog.httpSucceeded({ server }),
      ];
    }
    case 'misc':
      return [];
    default:
      return exhaustive(config);
  }
}
