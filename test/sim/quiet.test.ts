/** Jumping over what repeats is an economy and nothing else: a run that steps through every advert is the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, instant, micros, seconds } from '../../src/base/units.ts';
import { isShifted, periodOf } from '../../src/sim/quiet.ts';
import { play } from '../../src/sim/run.ts';
import { drawScenario, type Scenario } from '../../src/sim/scenario.ts';

/** Long enough for the switch to forget who is silent, and for the clocks of the machines to run on. */
const QUIET = seconds(400);

const shortened = (scenario: Scenario): Scenario => ({
  ...scenario,
  rounds: scenario.rounds.slice(0, 2).map((round) => ({ ...round, quiet: QUIET })),
});

/** A refresh of announcements is a line each time; in what is jumped over it is not written. */
const lines = (trace: readonly string[]): readonly string[] =>
  trace.filter((line) => !line.includes('Sending/queueing'));

describe('a run that jumps', () => {
  test('has the trace of one that steps, to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (seed) => {
        const scenario = shortened(drawScenario(seed));
        const [jumping, stepping] = [true, false].map((jumps) => play(scenario, { jumps }));
        expect(lines(jumping?.trace ?? [])).toEqual(lines(stepping?.trace ?? []));
        expect(jumping?.violations).toEqual(stepping?.violations);
        expect(jumping?.routerTime).toBe(stepping?.routerTime);
        expect(jumping?.steppedTime ?? 0).toBeLessThan((stepping?.steppedTime ?? 0) / 2);
      }),
      { numRuns: 4 },
    );
  }, 180_000);

  test('jumps by a period in which every beat has a whole number of times', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { cluster } = drawScenario(seed);
      const period = periodOf(cluster);
      for (const { members } of cluster.rings) {
        for (const { advertInterval } of members.values()) expect(period % advertInterval).toBe(0);
      }
    }
  });
});

describe('a state is the one of a period ago', () => {
  const now = instant(5_000_000);
  const by = micros(1_000_000);
  const compare = (before: unknown, after: unknown): number => isShifted(before, after, { now, by });
  const at = (n: number): Instant => instant(n);

  test('when its instants are later by the period and all else is equal', () => {
    const state = (t: number): unknown => ({
      phase: { kind: 'backup', downAt: at(t) },
      names: new Set(['a']),
    });
    expect(compare(state(5_500_000), state(6_500_000))).toBe(Infinity);
    expect(compare(state(5_500_000), state(6_500_001))).toBe(0);
    expect(compare(state(5_500_000), { phase: { kind: 'master', downAt: at(6_500_000) } })).toBe(0);
  });

  test('until an instant that does not move along', () => {
    const state = (t: number): unknown => new Map([['r1', { refreshAt: at(9_000_000), downAt: at(t) }]]);
    expect(compare(state(5_500_000), state(6_500_000))).toBe(4_000_000);
  });

  test('whatever was counted in it, and whatever is past', () => {
    const state = (n: number): unknown => [{ counters: { advertsSent: n }, changedAt: at(4_000_000) }];
    expect(compare(state(1), state(2))).toBe(Infinity);
  });

  test('but not when something came or went', () => {
    expect(compare([at(1)], [at(1), at(2)])).toBe(0);
    expect(compare({ a: 1 }, { b: 1 })).toBe(0);
    expect(compare({ a: null }, { a: at(1) })).toBe(0);
  });
});
