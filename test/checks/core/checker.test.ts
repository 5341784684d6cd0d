import { describe, expect, test } from 'vitest';
import { instant, micros, seconds, toSeconds } from '../../../src/base/units.ts';
import { afterRun, type CheckerState, checkerVerdict, newChecker } from '../../../src/checks/core/checker.ts';
import type { ProbeResult } from '../../../src/checks/core/probe-result.ts';
import type { Checker } from '../../../src/config/model/lvs.ts';
import { httpChecker, target, tcpChecker } from '../model.ts';

const RESULTS: Readonly<Record<string, ProbeResult>> = {
  pass: { kind: 'passed' },
  fail: { kind: 'failed', failure: { kind: 'connect_timeout' } },
  none: { kind: 'no_result', code: 'EMFILE', attempted: 'connect' },
};

/** `pass fail fail` → `up+6 up+1 down+6`: verdict after each run and seconds to the next. */
function play(checker: Checker, words: string, from: CheckerState = newChecker(true)): string {
  let state = from;
  return words
    .split(' ')
    .map((word) => {
      const result = RESULTS[word];
      if (result === undefined) throw new Error(word);
      const { after, wait } = afterRun(checker, state, { result, at: instant(0), duration: micros(1) });
      state = after;
      return `${checkerVerdict(after)}+${toSeconds(wait)}`;
    })
    .join(' ');
}

const to = target('192.168.100.8', 80);
const tcp = (retry: number) => tcpChecker(to, { retry, delayBeforeRetry: seconds(1) });

describe('a checker (behaviour.md section 16.1)', () => {
  test.each([
    ['the first failure counts at once (Q19)', tcp(3), 'fail', 'down+6'],
    ['a live server has `retry` more attempts, delay_before_retry apart', tcp(2), 'pass fail fail fail', 'up+6 up+1 up+1 down+6'],
    ['without retries one failure is enough', tcp(0), 'pass fail', 'up+6 down+6'],
    ['a success in between starts the count anew', tcp(1), 'pass fail pass fail fail', 'up+6 up+1 up+6 up+1 down+6'],
    ['one success brings it up, while down it is asked each delay_loop', tcp(1), 'fail fail pass', 'down+6 down+6 up+6'],
    ['trouble of this host changes nothing', tcp(1), 'none pass fail none fail', 'unknown+6 up+6 up+1 up+6 down+6'],
  ])('%s', (_, checker, runs, expected) => {
    expect(play(checker, runs)).toBe(expected);
  }); // biome-ignore format: a table

  test('a dead web server is asked no more often than delay_before_retry', () => {
    const http = httpChecker(to, { delayLoop: seconds(2), delayBeforeRetry: seconds(5) });
    expect(play(http, 'fail fail pass')).toBe('down+5 down+5 up+2');
  });

  test('runs, failures and transitions are counted; a presumption that comes true is no transition', () => {
    const runs = (from: CheckerState, word: 'pass' | 'fail'): CheckerState => {
      const result = RESULTS[word] ?? { kind: 'passed' };
      return afterRun(tcp(0), from, { result, at: instant(7), duration: micros(5) }).after;
    };
    const first = runs(newChecker(true), 'pass');
    expect(first).toMatchObject({ runs: 1, failures: 0, transitions: 0, failing: 0 });
    const second = runs(runs(first, 'fail'), 'fail');
    expect(second).toMatchObject({ runs: 3, failures: 2, transitions: 1, failing: 2 });
    expect(runs(newChecker(false), 'pass')).toMatchObject({ transitions: 1, passing: true });
    expect(second.last).toEqual({ result: RESULTS['fail'], at: 7, duration: 5 });
  });
});
