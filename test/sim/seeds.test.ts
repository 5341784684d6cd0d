import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/sim/run.ts';

/** A few; `npm run sim` plays thousands. */
const SEEDS = 25;
const wanted = process.env['SEED'];
const seeds = wanted === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [Number(wanted)];

describe('the simulator', () => {
  test(`all routers keep the rules and settle on the right master (seeds ${seeds[0]}..${seeds.at(-1)})`, () => {
    const broken = seeds.flatMap((seed) =>
      simulate(seed).violations.map(({ rule, text }) => `seed ${seed}: ${rule}: ${text}`),
    );
    expect(broken).toEqual([]);
  }, 180_000);

  test('a seed gives the same run each time', () => {
    expect(simulate(7)).toEqual(simulate(7));
  });
});
