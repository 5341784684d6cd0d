import { describe, expect, test } from 'vitest';
import { runSimulation, simulate, verdictText } from '../../src/sim/run.ts';

const SEEDS = 200;
const wanted = process.env['SEED'];
const seeds = wanted === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [Number(wanted)];

describe('the simulator', () => {
  test(`all routers keep the rules and settle on the right master (seeds ${seeds[0]}..${seeds.at(-1)})`, () => {
    const failed = runSimulation({ seeds });
    expect(failed === null ? '' : verdictText(failed)).toBe('');
  }, 60_000);

  test('a seed gives the same run each time', () => {
    expect(simulate(7)).toEqual(simulate(7));
  });
});
