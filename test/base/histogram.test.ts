import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_HISTOGRAM, HISTOGRAM_BOUNDS, observed } from '../../src/base/histogram.ts';
import { micros } from '../../src/base/units.ts';

test('a bound belongs to its own bucket, what is above all bounds to the last', () => {
  const [first = micros(0)] = HISTOGRAM_BOUNDS;
  const last = HISTOGRAM_BOUNDS.at(-1) ?? micros(0);
  const { counts } = [first, micros(first + 1), micros(last + 1)].reduce(observed, EMPTY_HISTOGRAM);
  expect([counts[0], counts[1], counts.at(-1)]).toEqual([1, 1, 1]);
});

test('nothing is lost: the buckets add up, so does the sum, and the longest is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000_000)), (durations) => {
      const { counts, sum, longest } = durations.map(micros).reduce(observed, EMPTY_HISTOGRAM);
      expect(counts.reduce((total, count) => total + count, 0)).toBe(durations.length);
      expect(sum).toBe(durations.reduce((total, duration) => total + duration, 0));
      expect(longest).toBe(Math.max(0, ...durations));
    }),
  );
});
