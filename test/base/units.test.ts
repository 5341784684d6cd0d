import { expect, test } from 'vitest';
import { ceilMillis, earliest, elapsed, instant, micros, millis, seconds } from '../../src/base/units.ts';

test('durations are whole microseconds', () => {
  expect([seconds(1.5), millis(0.25), micros(0.4)]).toEqual([1_500_000, 250, 0]);
});

test('a Node timer is rounded up, so that it is never early', () => {
  expect([0, 1, 999, 1000, 1001].map((us) => ceilMillis(micros(us)))).toEqual([0, 1, 1, 1, 2]);
});

test('elapsed time is never negative', () => {
  expect(elapsed(instant(10), instant(25))).toBe(15);
  expect(elapsed(instant(25), instant(10))).toBe(0);
});

test('the earliest of deadlines passes over those that are not set', () => {
  expect(earliest(null, instant(9), instant(4), null)).toBe(4);
  expect(earliest(null, null)).toBeNull();
  expect(earliest()).toBeNull();
});
