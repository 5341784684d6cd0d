import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { ReplaceScenarios } from './scenarios/replace.ts';

const SLACK = 0.5;
const played = playInLab<ReplaceScenarios>('replace', 180);

for (const seed of ['web', 'mysql'] as const) {
  describe(`vipd in keepalived's place, same flags, same file: the seed's ${seed} configuration`, () =>
    judge(seed));
}

function judge(seed: keyof ReplaceScenarios): void {
  test('the table is the same', () => {
    expect(played(seed, 'before').table).toHaveLength(3);
    expect(played(seed, 'after').table).toEqual(played(seed, 'before').table);
  });

  test('the first director is master in the end, alone', () => {
    expect(played(seed, 'after').holders).toEqual(['lvs01']);
  });

  test('the client loses the service no longer than a stop costs', () => {
    expect(played(seed, 'after').outage).toBeLessThan(PROMISES.takeoverAfterStop + SLACK);
    expect(played(seed, 'after').answered).toBeGreaterThan(0);
  });
}
