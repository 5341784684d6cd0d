import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { MysqlScenarios } from './scenarios/mysql.ts';

const SLACK = 0.5;

describe("the seed's MySQL pair: LVS-DR, wlc, weight 3, two MariaDB servers", () => {
  const played = playInLab<MysqlScenarios>('mysql', 120);

  test('the table is what the configuration says', () => {
    expect(played('mysql').table).toEqual([
      '-A -t 192.168.100.240:3306 -s wlc',
      '-a -t 192.168.100.240:3306 -r 192.168.100.8:3306 -g -w 3',
      '-a -t 192.168.100.240:3306 -r 192.168.100.9:3306 -g -w 3',
    ]);
  });

  test('the MySQL client logs in through the VIP', () => {
    expect(played('mysql').databases.split('\n')).toContain('information_schema');
  });

  test('both databases answer', () => {
    expect(played('mysql').answered).toEqual(['rs01', 'rs02']);
  });

  test('a database that stops is removed within delay_loop + one retry, and the other one answers all', () => {
    const { removed, answeredAfter, failedAfter } = played('mysql').stopped;
    expect(removed).toBeLessThan(PROMISES.tcpRemoval + SLACK);
    expect({ answeredAfter, failedAfter }).toEqual({ answeredAfter: ['rs01'], failedAfter: 0 });
  });

  test('a database that works again returns within one delay_loop and answers', () => {
    expect(played('mysql').back.returned).toBeLessThan(PROMISES.tcpReturn + SLACK);
  });
});
