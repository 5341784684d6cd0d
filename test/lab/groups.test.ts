import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { GroupsScenarios } from './scenarios/groups.ts';

/** As the scenario takes them: a check each second for so long. */
const CHECKED_SECONDS = 5;

describe('virtual_server_group, by vipd and by keepalived on the same file', () => {
  const played = playInLab<GroupsScenarios>('groups', 180);

  test.each([
    [0, 'at first'],
    [1, 'with an entry less and two more, which vipd gets by a reload'],
    [2, 'with a real server dead'],
  ])('table %i, %s, is the same', (which) => {
    const [ours, theirs] = [
      played('groups', 'vipd').tables[which],
      played('groups', 'keepalived').tables[which],
    ];
    expect(ours).toEqual(theirs);
    expect(ours?.filter((line) => /^(TCP|UDP|FWM)/.test(line))).toHaveLength(which === 0 ? 11 : 12);
  });

  test('a real server is checked once, not once for each of the five services it is in', () => {
    const { checks } = played('groups', 'vipd');
    expect(checks).toBeGreaterThanOrEqual(CHECKED_SECONDS - 2);
    expect(checks).toBeLessThanOrEqual(CHECKED_SECONDS + 2);
  });

  test('the FIFO names services of a group and their servers with the same words', () => {
    const told = new Set(played('groups', 'keepalived').fifo);
    expect(new Set(played('groups', 'vipd').fifo)).toEqual(told);
    expect(told).toContain('RS [192.168.100.8]:tcp:80 [WEB]:0 DOWN');
  });

  test('a stop takes all of them away', () => {
    expect(played('groups', 'vipd').left).toEqual([]);
  });

  test('the dump has the groups in the same lines; vipd adds the family of a mark', () => {
    const ours = played('groups', 'vipd').dump.map((line) => line.replace(/(FWMARK = \d+), inet6?$/, '$1'));
    expect(ours).toEqual(played('groups', 'keepalived').dump);
  });

  test('the plan of a reload names what comes and what goes', () => {
    const lines = played('groups', 'plan').reload.filter((line) => /^[-+~]|to add/.test(line));
    expect(lines.filter((line) => line.includes('virtual server'))).toEqual([
      '+ virtual server [192.168.100.248]:tcp:80 wrr',
      '+ virtual server [192.168.100.249]:tcp:80 wrr',
      '- virtual server [192.168.100.244]:tcp:8080',
    ]);
    expect(lines.at(-1)).toBe('6 to add, 0 to change, 1 to remove.');
  });
});
