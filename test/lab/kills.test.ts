import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { KillScenarios } from './scenarios/kills.ts';

const SLACK = 0.5;

describe('kill -9 of each process of a master', () => {
  const played = playInLab<KillScenarios>('kills', 150);

  test('without its checkers process the table stays, and the new process writes nothing to it', () => {
    const { tableBefore, tableAfter, changes, writes } = played('kills', 'checkersKilled');
    expect(tableBefore).toHaveLength(3);
    expect(tableAfter).toEqual(tableBefore);
    expect({ changes, ipvs: writes.ipvs }).toEqual({ changes: 0, ipvs: [] });
  });

  test('the client does not notice the death of the checkers process', () => {
    expect(played('kills', 'checkersKilled').failures).toBe(0);
  });

  test('the new checkers process goes on checking: a dead server is removed within delay_loop + one retry', () => {
    expect(played('kills', 'checkersWork').removed).toBeLessThan(1 + 1 + SLACK);
  });

  test('without its vrrp process the parent takes the VIP off at once, and the table stays', () => {
    expect(played('kills', 'vrrpKilled').released).toBeLessThan(1);
    expect(played('kills', 'vrrpKilled').tableUntouched).toBe(true);
  });

  test('the death of the vrrp process costs a failover, never a duplicate address', () => {
    expect(played('kills', 'vrrpBack').holders).toEqual(['lvs01']);
    expect(played('kills', 'vrrpBack').overlap).toBeLessThan(SLACK);
    expect(played('kills', 'vrrpBack').outage).toBeLessThan(PROMISES.takeoverByLvs02 + SLACK);
  });

  test('without the parent its children release the VIP and the table, and end', () => {
    expect(played('kills', 'parentKilled').released).toBeLessThan(1);
    const { processesLeft, servicesLeft } = played('kills', 'parentGone');
    expect({ processesLeft, servicesLeft }).toEqual({ processesLeft: 0, servicesLeft: 0 });
  });

  test('a director whose parent was killed says so with priority 0: the second takes over within the skew time', () => {
    expect(played('kills', 'parentKilled').takeover).toBeLessThan(PROMISES.takeoverAfterStop + SLACK);
    expect(played('kills', 'parentGone').overlap).toBeLessThan(SLACK);
  });
});
