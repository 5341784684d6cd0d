import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { WithoutIpVsScenarios } from './scenarios/without-ip-vs.ts';

describe('a virtual_server on a kernel without ip_vs', () => {
  const played = playInLab<WithoutIpVsScenarios>('without-ip-vs', 90);

  test('that nobody can load: the daemon ends with status 4', () => {
    expect(played('withoutIpVs', 'missing').status).toBe(4);
  });

  test('that nobody can load: one line of the log says what is missing and what to do', () => {
    const about = played('withoutIpVs', 'missing').lines.filter((line) => line.includes('ip_vs'));
    expect(about).toEqual([
      expect.stringMatching(/cannot go on: .*the kernel has no ip_vs: run modprobe ip_vs/),
    ]);
  });

  test('that modprobe finds: a start loads it', () => {
    const { loadedBefore, loaded, status } = played('withoutIpVs', 'loadable');
    expect({ loadedBefore, loaded, status }).toEqual({ loadedBefore: false, loaded: true, status: 0 });
  });
});
