/** What the checks of vipd's own are worth in the log. */
import { describe, expect, test } from 'vitest';
import { instant, micros, seconds } from '../../../src/base/units.ts';
import { afterRun, newChecker } from '../../../src/checks/core/checker.ts';
import { narrate } from '../../../src/checks/core/narrate.ts';
import { failed, type ProbeResult } from '../../../src/checks/core/probe-result.ts';
import type { Checker } from '../../../src/config/model/lvs.ts';
import { agentChecker, httpChecker, mysqlChecker, target, url } from '../model.ts';

const HOUR = 3_600_000_000;

/** The lines of runs that end an hour after each other. */
function told(checker: Checker, ...results: readonly ProbeResult[]): readonly (readonly string[])[] {
  let before = newChecker(true);
  return results.map((result, i) => {
    const run = { result, at: instant((i + 1) * HOUR), duration: micros(1) };
    const { after } = afterRun(checker, before, run);
    const change = { config: checker, server: 'S', service: 'V', before, after, run };
    before = after;
    return narrate(change).map(({ text }) => text);
  });
}

test('MYSQL_CHECK says why it failed, and when it succeeds again', () => {
  const late = failed({ kind: 'replication_late', lag: 31, limit: 30 });
  const checker = mysqlChecker(target('10.0.0.2', 3306), { retry: 0 });
  expect(told(checker, { kind: 'passed' }, late, late, { kind: 'passed' })).toEqual([
    ['MYSQL_CHECK on service S of V succeeded.'],
    ['Check of S failed: replication is 31 s behind, 30 s are allowed.', 'MYSQL_CHECK on service S failed.'],
    [],
    ['MYSQL_CHECK on service S of V succeeded.'],
  ]);
});

test('an agent that is not heard is told once, until it was heard', () => {
  const unheard = { kind: 'unheard', why: 'no connection within the timeout' } as const;
  const line = `AGENT_CHECK of S: the agent was not heard, what it said before stays: ${unheard.why}`;
  const passed = { kind: 'passed' } as const;
  const lines = told(agentChecker(target('10.0.0.2', 7777)), unheard, unheard, passed, unheard);
  expect(lines).toEqual([[line], [], ['AGENT_CHECK on service S of V succeeded.'], [line]]);
});

describe('a certificate that ends is told', () => {
  const checker = httpChecker(target('10.0.0.2', 443), {
    urls: [url('/', { tls: { sni: null, fullClose: false } })],
    expiryWarning: seconds(14 * 86_400),
  });
  const left = (days: number) => ({ kind: 'passed', certificateLeft: seconds(days * 86_400) }) as const;
  const warnings = (...results: readonly ProbeResult[]) =>
    told(checker, ...results).map((lines) => lines.filter((text) => text.includes('certificate')));
  const ends = (when: string) =>
    `SSL_GET [10.0.0.2]:443/: the certificate of S ${when}. The server stays up.`;

  test('once a day, and the server stays up', () => {
    const runs = warnings(left(20), ...Array.from({ length: 30 }, (_, i) => left(3.5 - i / 24)));
    expect(runs.flatMap((lines, i) => (lines.length > 0 ? [i] : []))).toEqual([1, 25]);
    expect([runs[1], runs[25]]).toEqual([[ends('ends in 3 days')], [ends('ends in 2 days')]]);
  });

  test('in words that fit', () => {
    expect(warnings(left(0.5))).toEqual([[ends('ends within a day')]]);
    expect(warnings(left(-1))).toEqual([[ends('has ended')]]);
  });
});
