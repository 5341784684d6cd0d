/** A start without a database's check reads nothing of its client library: it would cost more than all the rest. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { closedPort, startTestProbe } from '../loopback.ts';
import { mysqlChecker, pgsqlChecker, redisChecker, target, tcpChecker } from '../model.ts';

const loaded = (name: string): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes(`/node_modules/${name}/`));

test('mysql2 and pg are loaded by the first check that needs them', async () => {
  const to = target('127.0.0.1', await closedPort());
  await startTestProbe(tcpChecker(to)).result;
  await startTestProbe(redisChecker(to)).result;
  expect([loaded('mysql2'), loaded('pg')]).toEqual([false, false]);
  await startTestProbe(mysqlChecker(to)).result;
  expect([loaded('mysql2'), loaded('pg')]).toEqual([true, false]);
  await startTestProbe(pgsqlChecker(to)).result;
  expect(loaded('pg')).toBe(true);
});
