/** The simulator must notice what is broken: each canary breaks one thing, and a few seeds must find it. */
import { describe, expect, test } from 'vitest';
import { millis, priority, seconds } from '../../src/base/units.ts';
import { drawCluster } from '../../src/sim/draw-cluster.ts';
import type { PlannedFault } from '../../src/sim/faults.ts';
import type { StartRouter } from '../../src/sim/host.ts';
import { prngFor } from '../../src/sim/naming.ts';
import { play, simulate } from '../../src/sim/run.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { vrrpInstance } from '../../src/sim/topology.ts';
import { brokenPorts, undrained } from './broken.ts';
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
  }, 180_000);
});

/** Two routers with short adverts, of which many are lost, and a backup that stalls a little again and again: too short for
 *  the extra skew that a long stall is followed by. */
function shortStalls(seed: number): Scenario {
  const [first, second] = drawCluster(prngFor(1, 'hosts')).hosts;
  if (first === undefined || second === undefined) throw new Error('a cluster of less than two');
  const member = vrrpInstance({ version: 3, advertInterval: seconds(0.1) });
  const ring = {
    vrid: member.vrid,
    members: new Map([
      [first.name, { ...member, priority: priority(200) }],
      [second.name, member],
    ]),
    absent: new Set<string>(),
  };
  const stalls = Array.from({ length: 60 }, (_, i): PlannedFault => {
    return { at: millis(500 * (i + 1)), fault: { kind: 'stall', host: second.name, for: millis(95) } };
  });
  const loss: PlannedFault = { at: millis(0), fault: { kind: 'lossy', loss: 0.7, for: seconds(31) } };
  return {
    seed,
    cluster: { hosts: [first, second], rings: [ring], groups: [], script: null, pace: millis(0) },
    rounds: [{ trouble: seconds(31), faults: [loss, ...stalls], quiet: seconds(1) }],
  };
}

test('sockets that are not read before a takeover are found in a world of short stalls', () => {
  const rulesOf = (seed: number, start?: StartRouter): readonly string[] =>
    play(shortStalls(seed), start === undefined ? {} : { start }).violations.map(({ rule }) => rule);
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
  const found = seeds.find((seed) => rulesOf(seed, brokenPorts(undrained)).includes('read before takeover'));
  expect(found).toBeDefined();
  expect(rulesOf(found ?? 1)).toEqual([]);
}, 180_000);
