import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quorumAfter, quorumRule } from '../../../src/checks/core/quorum.ts';

test.each([
  [{ quorum: 1, hysteresis: 0 }, 4, { quorum: 1, hysteresis: 0 }],
  [{ quorum: 9, hysteresis: 2 }, 4, { quorum: 4, hysteresis: 2 }],
  [{ quorum: 3, hysteresis: 7 }, 4, { quorum: 3, hysteresis: 2 }],
  [{ quorum: 1, hysteresis: 1 }, 4, { quorum: 1, hysteresis: 0 }],
  [{ quorum: 1, hysteresis: 0 }, 0, { quorum: 0, hysteresis: 0 }],
])(
  'a quorum of %o with %i configured weight means %o (behaviour.md section 15.2)',
  (wanted, weight, rule) => {
    expect(quorumRule(wanted, weight)).toEqual(rule);
  },
);

test.each([
  [false, 3, false],
  [false, 4, true],
  [true, 3, true],
  [true, 2, true],
  [true, 1, false],
  [true, 0, false],
])('with quorum 3 hysteresis 1, a quorum that was up=%s at weight %i is up=%s', (wasUp, alive, up) => {
  expect(quorumAfter({ quorum: 3, hysteresis: 1 }, wasUp, alive)).toBe(up);
});

test('no alive weight never makes a quorum, even when every configured weight is 0', () => {
  expect(quorumAfter(quorumRule({ quorum: 1, hysteresis: 0 }, 0), true, 0)).toBe(false);
});

test('deciding twice on the same weight decides the same, and all servers alive always make a quorum without hysteresis', () => {
  const rule = fc.record({
    quorum: fc.integer({ min: 1, max: 50 }),
    hysteresis: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(rule, fc.nat(60), fc.nat(60), fc.boolean(), (wanted, total, part, wasUp) => {
      const alive = Math.min(total, part);
      const effective = quorumRule(wanted, total);
      const up = quorumAfter(effective, wasUp, alive);
      expect(quorumAfter(effective, up, alive)).toBe(up);
      if (total > 0)
        expect(quorumAfter(quorumRule({ ...wanted, hysteresis: 0 }, total), wasUp, total)).toBe(true);
    }),
  );
});
