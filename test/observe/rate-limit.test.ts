import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, MICROS_PER_SECOND } from '../../src/base/units.ts';
import { admit, type Bucket } from '../../src/observe/rate-limit.ts';

const LIMIT = { burst: 3, perSecond: 2 };

function offer(times: readonly number[]) {
  let bucket: Bucket | null = null;
  return times.map((seconds) => {
    const admission = admit(bucket, LIMIT, instant(seconds * MICROS_PER_SECOND));
    bucket = admission.bucket;
    return admission;
  });
}

describe('rate limit', () => {
  test('a burst passes, what exceeds it is refused', () => {
    expect(offer([0, 0, 0, 0, 0]).map(({ admitted }) => admitted)).toEqual([true, true, true, false, false]);
  });

  test('tokens come back with time and never exceed the burst', () => {
    const admitted = offer([0, 0, 0, 0.4, 0.5, 0.5, 100, 100, 100, 100]).map((a) => a.admitted);
    expect(admitted).toEqual([true, true, true, false, true, false, true, true, true, false]);
  });

  test('the first admitted line behind refused ones tells how many, once', () => {
    expect(offer([0, 0, 0, 0, 0, 0.5, 1]).map((a) => a.suppressedBefore)).toEqual([0, 0, 0, 0, 0, 2, 0]);
  });

  test('a clock that stands still or goes back gives no tokens', () => {
    expect(offer([5, 5, 5, 4, 3]).map(({ admitted }) => admitted)).toEqual([true, true, true, false, false]);
  });

  test('lines admitted stay within burst + rate × time, and every line is admitted or told', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 }), (gaps) => {
        let time = 0;
        const times = gaps.map((gap) => {
          time += gap / 1000;
          return time;
        });
        const answers = offer(times);
        const admitted = answers.filter((a) => a.admitted).length;
        expect(admitted).toBeLessThanOrEqual(LIMIT.burst + LIMIT.perSecond * (times.at(-1) ?? 0) + 1e-6);
        const told = answers.reduce((sum, a) => sum + a.suppressedBefore, 0);
        expect(admitted + told + (answers.at(-1)?.bucket.suppressed ?? 0)).toBe(gaps.length);
      }),
    );
  });
});
