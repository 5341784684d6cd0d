/** What behaviour.md calls a quirk (Q) of keepalived, and what vipd does about it. */
import { describe, expect, test } from 'vitest';
import { statusOf } from '../../src/vrrp/core/status.ts';
import { Scenario } from './scenario.ts';

function play(...commands: readonly string[]): {
  readonly scenario: Scenario;
  readonly last: readonly string[];
} {
  const scenario = new Scenario();
  const last = commands.map((command) => scenario.run(command)).at(-1) ?? [];
  return { scenario, last };
}
const adverts = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /^\S+ advert /.test(line));

describe('copied', () => {
  test('Q3: the v2 skew does not follow the interval', () => {
    const started = ['instance VI_1 priority=100 interval=10', 'start'];
    expect(play(...started, 'pass 30.609374').last).toEqual([]);
    expect(adverts(play(...started, 'pass 30.609375').last)).toHaveLength(1);
  });

  test('Q14: an instance is known by VRID, family and interface, not by its name', () => {
    const master = ['instance OLD', 'start', 'pass 4', 'forget', 'instance NEW', 'reload'];
    expect(play(...master).last).toEqual([]);
    expect(play(...master, 'status').last[0]).toMatch(/^NEW MASTER/);
  });
});

describe('not copied', () => {
  test('Q4: the interval learned from a v3 master is forgotten on becoming master', () => {
    const learned = ['instance VI_1 version=3', 'start', 'advert priority=200 interval=2', 'pass 7.3'];
    const back = [...learned, 'link eth0 down', 'link eth0 up'];
    expect(play(...back, 'pass 3.609374').last).toEqual([]);
    expect(adverts(play(...back, 'pass 3.609375').last)).toHaveLength(1);
  });

  test('Q6: a fault sends one priority-0 advert, not two', () => {
    const { last } = play('instance VI_1 track=eth1', 'link eth1 up', 'start', 'pass 4', 'link eth1 down');
    expect(adverts(last)).toEqual(['4.000000 advert priority 0 to 224.0.0.18 with 10.0.0.1']);
  });

  test('Q7: a v2 advert with another interval is counted', () => {
    const { scenario } = play('instance VI_1', 'start', 'advert priority=200 interval=3');
    expect(statusOf(scenario.node, (at) => at).instances[0]?.counters).toMatchObject({
      advertIntervalErrors: 1,
      advertsReceived: 0,
    });
  });

  test('Q22: packets that fail a check do not postpone the adverts of a master', () => {
    const scenario = new Scenario();
    for (const command of ['instance VI_1 password=1111', 'start', 'pass 3.609375']) scenario.run(command);
    const sent: string[] = [];
    for (let i = 0; i < 20; i++) {
      sent.push(...adverts(scenario.run('pass 0.25')));
      sent.push(...adverts(scenario.run('advert priority=200 password=wrong')));
    }
    expect(sent).toHaveLength(5);
  });
});
