/** A reload is as good as a restart: whatever ran before, what there is in the end is what the new file says. Random pairs of
 *  files go through the whole of it: text, model, the checkers' core, IPVS plan, the vrrp core. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/model/config.ts';
import { applyOperations } from '../../src/ipvs/core/apply.ts';
import { planIpvs } from '../../src/ipvs/core/plan.ts';
import { parseText } from '../config/case-files.ts';
import { damagedSample, grammarMade } from '../config/soundness.ts';
import { quickened, settledChecks, settledVrrp } from './lives.ts';
import { livingConfig } from './living-configs.ts';

const runs = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 80),
  seed: Number(process.env['FUZZ_SEED'] ?? 1),
};

function modelOf(text: string): Config {
  const { config } = parseText(text);
  if (config === null) throw new Error('the text was not read');
  return quickened(config);
}

function expectSameChecks(a: string, b: string): void {
  const [old, wanted] = [modelOf(a), modelOf(b)];
  const [before, reloaded, started] = [
    settledChecks([old]),
    settledChecks([old, wanted]),
    settledChecks([wanted]),
  ];
  expect(reloaded).toEqual(started);
  // the kernel's table is brought from one to the other, and then nothing is left to do
  const kernel = applyOperations(
    new Map(),
    planIpvs(before.table, new Map(), () => true),
  );
  const moved = applyOperations(
    kernel.table,
    planIpvs(reloaded.table, kernel.table, () => true),
  );
  expect(moved.refusals.filter((refusal) => refusal !== null)).toEqual([]);
  expect(planIpvs(started.table, moved.table, () => true)).toEqual([]);
}

function expectSameRouters(a: string, b: string): void {
  const [old, wanted] = [modelOf(a), modelOf(b)];
  expect(settledVrrp([old, wanted])).toEqual(settledVrrp([wanted]));
}

describe('"run A, reload B" ends as "start B"', () => {
  test('for the checkers and the IPVS table', () => {
    fc.assert(fc.property(livingConfig, livingConfig, expectSameChecks), runs);
  });

  test('for instances, addresses, routes, groups and trackers', () => {
    fc.assert(fc.property(livingConfig, livingConfig, expectSameRouters), runs);
  });

  test('for files that the grammar made, and damaged ones', () => {
    const text = fc.oneof(grammarMade, damagedSample);
    fc.assert(fc.property(text, text, expectSameChecks), runs);
    fc.assert(fc.property(text, text, expectSameRouters), runs);
  });
});

test('these configurations run: most have a master, a service that is up and a checker that fails', () => {
  const share = (holds: (config: Config) => boolean): number => {
    const configs = fc.sample(livingConfig, { seed: 1, numRuns: 100 }).map(modelOf);
    return configs.filter(holds).length;
  };
  expect(
    share((one) => [...settledVrrp([one]).instances.values()].some(({ phase }) => phase === 'master')),
  ).toBeGreaterThan(30);
  expect(share((one) => settledChecks([one]).seen.some(({ quorumUp }) => quorumUp))).toBeGreaterThan(30);
  expect(
    share((one) => settledChecks([one]).seen.some(({ servers }) => servers.some(({ alive }) => !alive))),
  ).toBeGreaterThan(30);
});
