/** What one finished probe is worth in the log: changes always; each failure of a live server only when
 *  `log_all_failures` asks; trouble of this host once, not at every attempt. */

import type { LogEntry } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { Checker } from '../../config/model/lvs.ts';
import { isWarnedAt } from './certificate.ts';
import { type CheckerState, checkerVerdict, type FinishedRun } from './checker.ts';
import { checksLog } from './log-events.ts';
import { checkerName, checkerWord, targetText } from './names.ts';
import type { ProbeFailure } from './probe-result.ts';

export interface CheckerChange {
  readonly config: Checker;
  readonly server: string;
  readonly service: string;
  readonly before: CheckerState;
  readonly after: CheckerState;
  readonly run: FinishedRun;
}

export function narrate(change: CheckerChange): readonly LogEntry[] {
  const { result } = change.run;
  switch (result.kind) {
    case 'passed':
      return [
        ...(checkerVerdict(change.before) === 'up' ? [] : successLines(change)),
        ...expiryLines(change),
      ];
    case 'no_result': {
      const repeated = change.before.last?.result.kind === 'no_result';
      const { attempted, code } = result;
      return repeated ? [] : [checksLog.noResult({ server: change.server, attempted, code })];
    }
    case 'unheard': {
      const repeated = change.before.last?.result.kind === 'unheard';
      return repeated ? [] : [checksLog.agentUnheard({ server: change.server, why: result.why })];
    }
    case 'failed': {
      const { config, before, after } = change;
      const wentDown = !after.passing && checkerVerdict(before) !== 'down';
      if (!wentDown && !(config.logAllFailures && after.passing)) return [];
      return failureLines(change, result.failure, wentDown);
    }
    default:
      return exhaustive(result);
  }
}

function failureLines(
  { config, server, service, after }: CheckerChange,
  failure: ProbeFailure,
  wentDown: boolean,
): readonly LogEntry[] {
  const retries = after.failing - 1;
  if (config.kind === 'misc') {
    const program = config.command.argv[0];
    const left = wentDown ? 0 : config.retry - retries;
    return [checksLog.programFailed({ server, service, program, failure, retries, left })];
  }
  if (config.kind === 'dns')
    return [checksLog.dnsFailed({ server, failure, retries: wentDown ? retries : 0 })];
  const place = config.kind === 'smtp' ? targetText(config.target) : server;
  const line = checksLog.probeFailed({ server: place, checker: config.kind, failure });
  if (!wentDown) return [line];
  const failed = { check: checkerWord(config), server, service, retries };
  return [line, config.kind === 'ping' ? checksLog.pingFailed(failed) : checksLog.checkFailed(failed)];
}

function successLines({ config, server, service, before }: CheckerChange): readonly LogEntry[] {
  switch (config.kind) {
    case 'tcp':
      return [checksLog.tcpSucceeded({ server })];
    case 'http': {
      const recovered = checkerVerdict(before) === 'down';
      const pages = recovered ? config.urls : [];
      return [
        ...pages.map(({ path, digest, regex }) =>
          checksLog.pageFine({
            server,
            url: path,
            what: regex !== null ? 'Regex match' : digest !== null ? 'MD5 digest' : 'HTTP status code',
          }),
        ),
        checksLog.httpSucceeded({ server }),
      ];
    }
    case 'smtp':
      return [checksLog.smtpSucceeded({ server })];
    case 'udp':
      return [checksLog.udpSucceeded({ server })];
    case 'dns':
      return [checksLog.dnsSucceeded({ server })];
    case 'ping':
      return [checksLog.pingSucceeded({ server })];
    case 'file':
      return [];
    case 'misc':
      return [checksLog.programSucceeded({ server, service, program: config.command.argv[0] })];
    case 'mysql':
    case 'pgsql':
    case 'redis':
    case 'grpc':
    case 'agent':
      return [checksLog.serviceSucceeded({ check: checkerWord(config), server, service })];
    default:
      return exhaustive(config);
  }
}

/** Once a day, however often the server is asked. */
function expiryLines({ config, server, after, run }: CheckerChange): readonly LogEntry[] {
  if (!isWarnedAt(after.certificate, run.at)) return [];
  return [checksLog.certificateEnds({ server, check: checkerName(config), left: after.certificate.left })];
}
