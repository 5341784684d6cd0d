import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { DatabaseScenarios } from './scenarios/databases.ts';

/** delay_loop 1 s, one retry after 1 s, connect_timeout 2 s */
const REFUSED_MAX = 1 + 1;
const SILENT_MAX = 1 + 2 + 1 + 2;
const RETURN_MAX = 1;
/** of the lab's one CPU, on which the servers run as well: a login alone takes most of a second of it */
const SLACK = 3;
/** a database that listens is not yet one that lets anybody in, nor a replica one that has caught up */
const STARTING = 10;

describe('checks of databases against MariaDB, PostgreSQL, Redis and an agent', () => {
  const played = playInLab<DatabaseScenarios>('databases', 500);
  const step = <Step extends keyof DatabaseScenarios['databases']>(name: Step) => played('databases', name);

  test('all servers are in, writers only where they take writes', () => {
    expect(step('started').table.filter((line) => line.startsWith('-a'))).toEqual([
      '-a -t 192.168.100.240:3306 -r 192.168.100.8:3306 -g -w 4',
      '-a -t 192.168.100.240:3306 -r 192.168.100.9:3306 -g -w 4',
      '-a -t 192.168.100.240:3307 -r 192.168.100.8:3307 -g -w 4',
      '-a -t 192.168.100.240:5432 -r 192.168.100.8:5432 -g -w 4',
      '-a -t 192.168.100.240:6379 -r 192.168.100.8:6379 -g -w 4',
      '-a -t 192.168.100.240:6379 -r 192.168.100.9:6379 -g -w 4',
      '-a -t 192.168.100.240:6380 -r 192.168.100.8:6380 -g -w 4',
      '-a -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w 4',
    ]);
  });

  test.each(['mysqlStopped', 'pgsqlStopped', 'redisStopped'] as const)(
    '%s: a server that stops is out within delay_loop and one retry, and back when it works again',
    (name) => {
      const { removed, returned } = step(name);
      expect(removed).toBeLessThan(REFUSED_MAX + SLACK);
      expect(returned).toBeLessThan(RETURN_MAX + SLACK + STARTING);
    },
  );

  test.each(['mysqlFrozen', 'pgsqlFrozen', 'redisFrozen'] as const)(
    '%s: a server whose port is open and that answers nothing is out within delay_loop, one retry and two timeouts',
    (name) => {
      const { removed, returned } = step(name);
      expect(removed).toBeLessThan(SILENT_MAX + SLACK);
      // a check that waits when the server comes back has its timeout first
      expect(returned).toBeLessThan(RETURN_MAX + 2 + SLACK);
    },
  );

  test.each(['mysqlRefuses', 'mysqlReplicationStopped', 'pgsqlAnswersWrongly', 'redisRefuses'] as const)(
    '%s: a server that answers wrongly is out within delay_loop and one retry, and back within a delay_loop',
    (name) => {
      const { removed, returned } = step(name);
      expect(removed).toBeLessThan(REFUSED_MAX + SLACK);
      expect(returned).toBeLessThan(RETURN_MAX + SLACK);
    },
  );

  test('a replica is out when it is later than it may be, and back when it has caught up', () => {
    const { removed, returned } = step('mysqlReplicationLate');
    expect(removed).toBeGreaterThan(2); // the lag is told in whole seconds, and counts from before the end of the deed
    expect(removed).toBeLessThan(4 + REFUSED_MAX + SLACK);
    expect(returned).toBeLessThan(RETURN_MAX + SLACK + STARTING);
  });

  test('the service for writers follows read_only, and Redis’ role', () => {
    expect(step('mysqlWriters')).toEqual([['rs01'], ['rs02']]);
    expect(step('redisMasters')).toEqual([['rs01'], ['rs02']]);
  });

  test('the words of an agent are its server’s weight, and hold until it says otherwise', () => {
    expect(step('agentSaid').map(({ line, weight }) => `${line}: ${weight}`)).toEqual([
      ...['50%: 2', 'drain: 0', 'ready 75%: 3', 'maint: null', 'ready: 3'],
      ...['down # disk full: null', 'up 100%: 4', '25%: 1'],
    ]);
  });

  test('an agent that is gone changes nothing', () => {
    expect(step('agentGone')).toEqual({ weight: 1 });
  });

  test('each failure says what was wrong', () => {
    const words = step('failures').join('\n');
    expect(words).toContain('replication does not run');
    expect(words).toMatch(/replication is \d+ s behind, 4 s are allowed/);
    expect(words).toContain("Access denied for user 'root'@");
    expect(words).toContain("read_only is 'on', wanted 'off'");
    expect(words).toContain("the query's value is 'broken', wanted 'ready'");
    expect(words).toContain('NOAUTH: Authentication required.');
    expect(words).toContain('the agent says down: disk full');
  });

  test('no line tells a password', () => {
    expect(step('leaked')).toEqual([]);
  });
});
