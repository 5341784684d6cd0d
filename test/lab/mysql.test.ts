import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { MysqlScenarios } from './scenarios/mysql.ts';

const SLACK = 0.5;

describe("the seed's MySQL pair: LVS-DR, wlc, weight 3, two MariaDB servers", () => {
  const played = playInLab<MysqlScenarios>('mysql', 150);

  test('the table is what the configuration says', () => {
    expect(played('mysql', 'started').table).toEqual([
      '-A -t 192.168.100.240:3306 -s wlc',
      '-a -t 192.168.100.240:3306 -r 192.168.100.8:3306 -g -w 3',
      '-a -t 192.168.100.240:3306 -r 192.168.100.9:3306 -g -w 3',
    ]);
  });

  test('the MySQL client logs in through the VIP', () => {
    expect(played('mysql', 'loggedIn').databases).toContain('information_schema');
  });

  test('both databases answer', () => {
    expect(played('mysql', 'answered').by).toEqual(['rs01', 'rs02']);
  });

  test('a database that stops is removed within delay_loop + one retry', () => {
    expect(played('mysql', 'stopped').removed).toBeLessThan(PROMISES.tcpRemoval + SLACK);
  });

  test('then the other database answers, and no request fails', () => {
    expect(played('mysql', 'without')).toEqual({ answeredBy: ['rs01'], failures: 0 });
  });

  test('a database that works again returns within one delay_loop and answers', () => {
    expect(played('mysql', 'back').returned).toBeLessThan(PROMISES.tcpReturn + SLACK);
  });
});
