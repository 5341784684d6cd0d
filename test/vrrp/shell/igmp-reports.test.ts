import { expect, test } from 'vitest';
import { vrrpGlobals, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import type { VrrpPart } from '../../../src/vrrp/shell/process.ts';
import { newBench } from './bench.ts';

const PATH = 'net/ipv4/igmp_link_local_mcast_reports';
const withReports = (localIgmp: boolean): VrrpPart => {
  const part = vrrpPart([vrrpInstance()]);
  return { ...part, global: { ...part.global, vrrp: vrrpGlobals({ localIgmp }) } };
};

test('with disable_local_igmp no reports of local groups are sent while vipd runs', () => {
  const bench = newBench();
  bench.settings.set(PATH, '1');
  const process = bench.start(withReports(false));
  expect(bench.settings.get(PATH)).toBe('0');
  process.stop();
  expect(bench.settings.get(PATH)).toBe('1');
});

test('a reload may want them again, and what the administrator has set is left alone', () => {
  const bench = newBench();
  bench.settings.set(PATH, '1');
  const process = bench.start(withReports(false));
  process.reload(withReports(true));
  expect(bench.settings.get(PATH)).toBe('1');
  bench.settings.set(PATH, '0');
  process.reload(withReports(false));
  process.stop();
  expect(bench.settings.get(PATH)).toBe('0');
});
