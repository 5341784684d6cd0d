/** The simulator must notice what is broken: each canary breaks one thing, and a few seeds must find it. */
import { describe, expect, test } from 'vitest';
import type { StartRouter } from '../../src/sim/host.ts';
import { simulate } from '../../src/sim/run.ts';
import { CANARIES } from './canaries.ts';

/** Each defect must be found in one of the first of these. */
const SEEDS_MAX = 150;

/** The rules that the first seeds break which break any, and how many seeds it took. */
function hunt(
  start: StartRouter,
  rule: string,
): { readonly seeds: number; readonly broken: readonly string[] } {
  const broken = new Set<string>();
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    for (const violation of simulate(seed, { start }).violations) broken.add(violation.rule);
    if (broken.has(rule)) return { seeds: seed, broken: [...broken] };
  }
  return { seeds: SEEDS_MAX, broken: [...broken] };
}

describe.each(CANARIES)('when $what', ({ start, rule }) => {
  test(`the rule finds it: ${rule}`, () => {
    expect(hunt(start, rule).broken).toContain(rule);
  }, 60_000);
});
