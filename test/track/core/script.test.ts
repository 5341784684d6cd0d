/** vrrp_script: what a row of results means (behaviour.md section 6.1), for every rise and fall. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after, instant, seconds } from '../../../src/base/units.ts';
import type { VrrpScript } from '../../../src/config/model/vrrp.ts';
import type { ProgramResult } from '../../../src/ports/programs.ts';
import { judged, newScript, nextRun, rescheduled, scriptText } from '../../../src/track/core/script.ts';

const START = instant(1_000_000);

const script = (changes: Partial<VrrpScript> = {}): VrrpScript => ({
  name: 'chk',
  command: { argv: ['/bin/chk'], user: null },
  interval: seconds(1),
  timeout: seconds(1),
  weight: 0,
  reverse: false,
  rise: 1,
  fall: 1,
  initFail: false,
  ...changes,
});
const GOOD: ProgramResult = { kind: 'exited', status: 0 };
const BAD: ProgramResult = { kind: 'exited', status: 1 };

const known = (config: VrrpScript, results: readonly boolean[]) =>
  results.reduce((tracker, good) => judged(tracker, good ? GOOD : BAD), newScript(config, START));

const row = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
const limits = { rise: fc.integer({ min: 1, max: 5 }), fall: fc.integer({ min: 1, max: 5 }) };

describe('results', () => {
  test('the first alone decides, whatever rise and fall are', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.record(limits), (good, counts) => {
        expect(known(script(counts), [good]).verdict).toBe(good ? 'up' : 'down');
      }),
    );
  });

  test('after it, up turns down by `fall` failures in a row and down turns up by `rise` successes in a row', () => {
    fc.assert(
      fc.property(row, fc.record(limits), (results, counts) => {
        // a reference that remembers rows instead of levels
        let up = results[0] === true;
        let against = 0;
        for (const good of results.slice(1)) {
          against = good === up ? 0 : against + 1;
          if (against < (up ? counts.fall : counts.rise)) continue;
          up = !up;
          against = 0;
        }
        expect(known(script(counts), results).verdict).toBe(up ? 'up' : 'down');
      }),
    );
  });

  test('the level stays within 0 and rise + fall - 1, and is at least `rise` exactly while up', () => {
    fc.assert(
      fc.property(row, fc.record(limits), (results, { rise, fall }) => {
        const { level, verdict } = known(script({ rise, fall }), results);
        expect(level >= rise).toBe(verdict === 'up');
        expect(level).toBeGreaterThanOrEqual(0);
        expect(level).toBeLessThan(rise + fall);
      }),
    );
  });

  test('with init_fail `rise` successes in a row are needed from the start', () => {
    const config = script({ rise: 3, initFail: true });
    expect(known(config, []).verdict).toBe('down');
    expect(known(config, [true, true]).verdict).toBe('down');
    expect(known(config, [true, true, false, true, true]).verdict).toBe('down');
    expect(known(config, [true, true, true]).verdict).toBe('up');
  });

  test('a reload scales what is known, and turns no verdict', () => {
    fc.assert(
      fc.property(row, fc.record(limits), fc.record(limits), (results, before, after) => {
        const reached = known(script(before), results);
        const kept = rescheduled(reached, script(after), START);
        expect(kept.verdict).toBe(reached.verdict);
        expect(kept.level >= after.rise).toBe(kept.verdict === 'up');
      }),
    );
  });
});

describe('runs', () => {
  test('are counted from the start of the last, and beats that a stall missed are left out', () => {
    const tracker = newScript(script({ interval: seconds(2) }), START);
    expect(tracker.nextRunAt).toBe(START);
    expect(nextRun(tracker, after(START, seconds(0.5)))).toBe(after(START, seconds(2)));
    expect(nextRun(tracker, after(START, seconds(7)))).toBe(after(START, seconds(9)));
  });

  test('come sooner when a reload shortens the interval, and not later when it makes it longer', () => {
    const waiting = { ...newScript(script(), START), nextRunAt: after(START, seconds(10)) };
    expect(rescheduled(waiting, script({ interval: seconds(2) }), START).nextRunAt).toBe(
      after(START, seconds(2)),
    );
    expect(rescheduled(waiting, script({ interval: seconds(60) }), START).nextRunAt).toBe(waiting.nextRunAt);
  });
});

test.each<[string, ProgramResult]>([
  ['script chk fails (exit status 1)', BAD],
  ['script chk fails (killed by SIGSEGV)', { kind: 'killed', signal: 'SIGSEGV' }],
  ['script chk fails (timed out)', { kind: 'timed_out' }],
  [
    'script chk fails (cannot be run: /opt/chk does not exist)',
    {
      kind: 'not_started',
      error: { code: 'ENOENT', attempted: 'run /opt/chk', detail: '/opt/chk does not exist' },
    },
  ],
  ['script chk succeeds', GOOD],
])('%s is what it says of such a result', (text, result) => {
  expect(scriptText(judged(newScript(script(), START), result))).toBe(text);
});
