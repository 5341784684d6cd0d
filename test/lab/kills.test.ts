import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { KillScenarios } from './scenarios/kills.ts';

const SLACK = 0.5;

describe('kill -9 of each process of a master', () => {
  const played = playInLab<KillScenarios>('kills', 120);

  test('without its checkers process the table stays, and the new process writes nothing to it', () => {
    const { tableBefore, tableAfter, tablesSeen, writes } = played('kills').checkers;
    expect(tableBefore).toHaveLength(3);
    expect(tableAfter).toEqual(tableBefore);
    expect(tablesSeen).toBe(0);
    expect(writes.ipvs).toEqual([]);
  });

  test('the client does not notice the death of the checkers process', () => {
    expect(played('kills').checkers.failures).toBe(0);
  });

  test('the new checkers process goes on checking', () => {
    expect(played('kills').checkers.noticesDeath).toBe(true);
  });

  test('without its vrrp process the parent takes the VIP off at once, and the table stays', () => {
    expect(played('kills').vrrp.released).toBeLessThan(1);
    expect(played('kills').vrrp.tableUntouched).toBe(true);
  });

  test('the death of the vrrp process costs a failover, never a duplicate address', () => {
    expect(played('kills').vrrp.holdersAtEnd).toEqual(['lvs01']);
    expect(played('kills').vrrp.overlap).toBeLessThan(SLACK);
    expect(played('kills').vrrp.outage).toBeLessThan(3.65 + 1);
  });

  test('without the parent its children release the VIP and the table, and end', () => {
    const { released, processesLeft, servicesLeft } = played('kills').parent;
    expect(released).toBeLessThan(2);
    expect({ processesLeft, servicesLeft }).toEqual({ processesLeft: [], servicesLeft: 0 });
  });

  test('the second director takes over from a director whose parent was killed', () => {
    expect(played('kills').parent.takeover).toBeLessThan(3.65 + SLACK);
    expect(played('kills').parent.overlap).toBeLessThan(SLACK);
  });
});
