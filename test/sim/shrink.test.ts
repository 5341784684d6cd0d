import { describe, expect, test } from 'vitest';
import { drawScenario, type Scenario } from '../../src/sim/scenario.ts';
import { shrink } from '../../src/sim/shrink.ts';

const faultsIn = ({ rounds }: Scenario): readonly string[] =>
  rounds.flatMap(({ faults }) => faults.map(({ fault }) => fault.kind));

/** A seed with enough in it to be made smaller. */
const LARGE = ((): Scenario => {
  for (let seed = 1; ; seed++) {
    const scenario = drawScenario(seed);
    const kinds = faultsIn(scenario);
    const isLarge = scenario.cluster.hosts.length > 4 && scenario.cluster.rings.length > 2;
    if (isLarge && kinds.length > 12 && kinds.includes('stall')) return scenario;
  }
})();

describe('the shrinker', () => {
  test('keeps what the failure needs and drops the rest', () => {
    const needs = (scenario: Scenario): boolean =>
      faultsIn(scenario).includes('stall') && scenario.cluster.hosts.some(({ name }) => name === 'r2');
    const { scenario } = shrink(LARGE, needs);
    expect(faultsIn(scenario)).toEqual(['stall']);
    expect(scenario.cluster.hosts.map(({ name }) => name)).toEqual(['r2']);
    expect(scenario.cluster.rings).toHaveLength(1);
    expect(scenario.rounds).toHaveLength(1);
  });

  test('leaves a scenario of which nothing can be spared', () => {
    expect(shrink(LARGE, () => false).scenario).toBe(LARGE);
  });
});
