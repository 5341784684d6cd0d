import { describe, expect, test } from 'vitest';
import { micros, priority, seconds } from '../../../src/base/units.ts';
import { masterDownInterval, skewTime } from '../../../src/vrrp/core/timers.ts';

describe('Skew_Time', () => {
  test.each([
    { version: 2 as const, prio: 100, interval: 1, skew: 609_375 },
    // v2 does not scale with the interval (RFC 3768 §6.1, Q3)
    { version: 2 as const, prio: 100, interval: 2, skew: 609_375 },
    { version: 2 as const, prio: 254, interval: 1, skew: 7_813 },
    { version: 2 as const, prio: 255, interval: 1, skew: 3_906 },
    { version: 2 as const, prio: 1, interval: 1, skew: 996_094 },
    { version: 3 as const, prio: 100, interval: 1, skew: 609_375 },
    { version: 3 as const, prio: 100, interval: 3, skew: 1_828_125 },
    { version: 3 as const, prio: 100, interval: 0.01, skew: 6_094 },
    { version: 3 as const, prio: 255, interval: 1, skew: 3_906 },
  ])('v$version priority $prio interval $interval s: $skew us', ({ version, prio, interval, skew }) => {
    expect(skewTime({ version, priority: priority(prio), masterInterval: seconds(interval) })).toBe(skew);
  });
});

describe('Active_Down_Interval (RFC 9568 §6.1)', () => {
  test.each([
    // measured on keepalived: 3.6 s, 6.6 s, and 10.84 s for a learned interval of 3 s
    { version: 2 as const, prio: 100, interval: 1, adverts: 3, down: 3_609_375 },
    { version: 2 as const, prio: 100, interval: 2, adverts: 3, down: 6_609_375 },
    { version: 3 as const, prio: 100, interval: 3, adverts: 3, down: 10_828_125 },
    { version: 3 as const, prio: 200, interval: 1, adverts: 3, down: 3_218_750 },
    { version: 3 as const, prio: 100, interval: 1, adverts: 1, down: 1_609_375 },
    { version: 3 as const, prio: 100, interval: 0.01, adverts: 3, down: 36_094 },
  ])('v$version priority $prio interval $interval s, $adverts adverts: $down us', (row) => {
    const inputs = {
      version: row.version,
      priority: priority(row.prio),
      masterInterval: seconds(row.interval),
    };
    expect(masterDownInterval(inputs, row.adverts)).toBe(row.down);
  });

  test('a higher priority is never slower, whatever the version and the interval', () => {
    for (const version of [2, 3] as const) {
      for (const interval of [10_000, 333_330, 1_000_000, 40_950_000]) {
        for (let prio = 2; prio <= 255; prio++) {
          const inputs = { version, masterInterval: micros(interval) };
          const higher = masterDownInterval({ ...inputs, priority: priority(prio) }, 3);
          expect(higher).toBeLessThanOrEqual(
            masterDownInterval({ ...inputs, priority: priority(prio - 1) }, 3),
          );
        }
      }
    }
  });
});
