import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { DriftScenarios } from './scenarios/drift.ts';

const played = playInLab<DriftScenarios>('drift', 180);

describe('what somebody changes with ipvsadm in a service of vipd', () => {
  test.each([
    ['weight', '(weight 77 → 1)'],
    ['server', 'adding service [192.168.100.9]:tcp:80'],
    ['service', 'adding virtual service [192.168.100.240]:tcp:80'],
    ['scheduler', '(scheduler sed → wrr)'],
    ['stranger', 'removing service [192.168.100.77]:tcp:80'],
  ] as const)('(%s) is put right and told', (change, words) => {
    const { before, after, told } = played('repair', change);
    expect([...after].sort()).toEqual([...before].sort());
    expect(told).toContain(words);
  });

  test('stays with lvs_drift warn, and is told', () => {
    const { before, after, told } = played('warn', 'weight');
    const changed = before.map((line) =>
      line.replace('192.168.100.8:80 -g -w 1', '192.168.100.8:80 -g -w 77'),
    );
    expect(changed).not.toEqual(before);
    expect(after).toEqual(changed);
    expect(told).toContain('(weight 77 → 1)');
  });
});
