import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after, instant, seconds } from '../../../src/base/units.ts';
import { fightsOf, mayRepair, type Repairs, takenOff } from '../../../src/vrrp/core/repairs.ts';

const START = instant(1_000_000_000);
const NONE: Repairs = new Map();

describe('what somebody takes off', () => {
  test('is put back at once five times; the fifth makes it a fight, told once', () => {
    let repairs = NONE;
    const fights: string[] = [];
    for (let times = 1; times <= 5; times++) {
      const note = takenOff(repairs, ['a'], START);
      expect(note.now).toEqual(['a']);
      fights.push(...note.fights);
      repairs = note.repairs;
    }
    expect(fights).toEqual(['a']);
    expect(mayRepair(repairs, 'a', START)).toBe(false);
    expect(fightsOf(repairs).map(([key]) => key)).toEqual(['a']);
  });

  test('all at once is no fight: each entry has its own count', () => {
    const keys = Array.from({ length: 20 }, (_, i) => `10.0.0.${i}/32 dev eth0`);
    const { now, fights } = takenOff(NONE, keys, START);
    expect({ now, fights }).toEqual({ now: keys, fights: [] });
  });

  test('is put back at least every 30 s, however long it goes on, and never more than once in its pause', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 10, maxLength: 60 }), (gaps) => {
        let repairs = NONE;
        let at = START;
        for (const gap of gaps) {
          at = after(at, seconds(gap));
          const before = repairs.get('a')?.notBefore ?? at;
          const note = takenOff(repairs, ['a'], at);
          expect(note.now.length).toBe(before <= at ? 1 : 0);
          repairs = note.repairs;
          expect((repairs.get('a')?.notBefore ?? at) - at).toBeLessThanOrEqual(seconds(30));
        }
      }),
    );
  });

  test('after a minute of peace counts as if for the first time', () => {
    let repairs = NONE;
    for (let times = 1; times <= 5; times++) repairs = takenOff(repairs, ['a'], START).repairs;
    const { now, repairs: later } = takenOff(repairs, ['a'], after(START, seconds(61)));
    expect(now).toEqual(['a']);
    expect(later.get('a')?.times).toBe(1);
  });
});
