/** MYSQL_CHECK and PGSQL_CHECK against scripted servers; the real ones are in the lab. A lying server must never do more harm
 *  than to fail its check: an error that escaped a library would end this process. */
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { SESSION_BYTES_MAX } from '../../../src/checks/probes/library-stream.ts';
import type { MysqlChecker, PgsqlChecker } from '../../../src/config/model/service-checkers.ts';
import { closedPort, type RunningTestProbe, serveRaw, startTestProbe } from '../loopback.ts';
import { mysqlChecker, pgsqlChecker, target } from '../model.ts';
import {
  MYSQL_GREETING,
  MYSQL_OK,
  mysqlRows,
  mysqlServer,
  PG_AUTHENTICATED,
  pgAnswer,
  pgMessage,
  pgServer,
  type Rows,
} from '../scripted-databases.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const passed = { kind: 'passed' };

/** The result, while a second of virtual time goes by now and then. */
async function inTime(probe: RunningTestProbe) {
  const ticking = setInterval(() => probe.pass(seconds(1)), 20);
  const result = await probe.result;
  clearInterval(ticking);
  return result;
}

const mysql = (port: number, more: Partial<MysqlChecker> = {}) =>
  startTestProbe(mysqlChecker(target('127.0.0.1', port), more));
const pgsql = (port: number, more: Partial<PgsqlChecker> = {}) =>
  startTestProbe(pgsqlChecker(target('127.0.0.1', port), more));

describe('MYSQL_CHECK', () => {
  const READ_ONLY = 'SELECT @@global.read_only AS value';

  test('a login is enough where nothing is asked for', async () => {
    const heard: string[] = [];
    expect(await mysql((await mysqlServer({}, heard)).port).result).toEqual(passed);
    expect(heard).toEqual([]);
  });

  test('read_only is asked for and compared', async () => {
    const { port } = await mysqlServer({ [READ_ONLY]: [{ value: '1' }] });
    expect(await mysql(port, { readOnly: true }).result).toEqual(passed);
    expect(await mysql(port, { readOnly: false }).result).toEqual(
      failure('unwanted_value', { what: 'read_only', value: 'on', wanted: 'off' }),
    );
  });

  test('a query gives any row, or the expected value', async () => {
    const { port } = await mysqlServer({ 'SELECT 1': [{ a: 'ready', b: 'x' }], 'SELECT 0': [] });
    const ask = (sql: string, expected: string | null) => mysql(port, { query: { sql, expected } }).result;
    expect(await ask('SELECT 1', null)).toEqual(passed);
    expect(await ask('SELECT 1', 'ready')).toEqual(passed);
    expect(await ask('SELECT 1', 'x')).toMatchObject(failure('unwanted_value', { value: 'ready' }));
    expect(await ask('SELECT 0', null)).toEqual(failure('no_row'));
    expect(await ask('SELEC', null)).toMatchObject(
      failure('refused', { stage: 'query', code: 'ER_PARSE_ERROR' }),
    );
  });

  describe('max_replication_lag', () => {
    const lag = async (answers: Readonly<Record<string, Rows>>, heard: string[] = []) =>
      mysql((await mysqlServer(answers, heard)).port, { maxLag: seconds(30) }).result;

    test('of a MySQL below 8.0.22 comes by the old statement, after the others were refused', async () => {
      const heard: string[] = [];
      expect(await lag({ 'SHOW SLAVE STATUS': [{ Seconds_Behind_Master: '31' }] }, heard)).toEqual(
        failure('replication_late', { lag: 31, limit: 30 }),
      );
      expect(heard).toEqual(['SHOW ALL SLAVES STATUS', 'SHOW REPLICA STATUS', 'SHOW SLAVE STATUS']);
    });

    test('counts over all channels, and one that does not run fails', async () => {
      const channel = (behind: string | null) => ({
        Seconds_Behind_Source: behind,
        Last_SQL_Error: 'duplicate',
      });
      expect(await lag({ 'SHOW REPLICA STATUS': [channel('0'), channel('30')] })).toEqual(passed);
      expect(await lag({ 'SHOW REPLICA STATUS': [channel('0'), channel(null)] })).toEqual(
        failure('replication_broken', { detail: 'duplicate' }),
      );
      expect(await lag({ 'SHOW REPLICA STATUS': [] })).toEqual(passed);
    });
  });
});

describe('PGSQL_CHECK', () => {
  test('a login is enough where nothing is asked for', async () => {
    expect(await pgsql((await pgServer()).port).result).toEqual(passed);
  });

  test('in_recovery, then the lag of a standby, then the query', async () => {
    const asked = {
      inRecovery: true,
      maxLag: seconds(30),
      query: { sql: 'SELECT 1', expected: 'ready' },
    };
    expect(await pgsql((await pgServer('t', '30', 'ready')).port, asked).result).toEqual(passed);
    expect(await pgsql((await pgServer('f')).port, asked).result).toMatchObject(
      failure('unwanted_value', { what: 'in_recovery' }),
    );
    expect(await pgsql((await pgServer('t', '31')).port, asked).result).toEqual(
      failure('replication_late', { lag: 31, limit: 30 }),
    );
    expect(await pgsql((await pgServer('t', null)).port, asked).result).toMatchObject(
      failure('replication_broken'),
    );
    expect(await pgsql((await pgServer('t', '0', 'x')).port, asked).result).toMatchObject(
      failure('unwanted_value'),
    );
  });

  test('a primary has no lag', async () => {
    expect(await pgsql((await pgServer('f')).port, { maxLag: seconds(0) }).result).toEqual(passed);
  });

  test('an error of the server is told with its SQLSTATE and without the password', async () => {
    const server = await serveRaw((socket) => {
      socket.once('data', () =>
        socket.end(pgMessage('E', Buffer.from('SFATAL\0C28P01\0Mnot open sesame\0\0'))),
      );
    });
    expect(await pgsql(server.port).result).toEqual(
      failure('refused', { stage: 'login', code: '28P01', detail: 'not ***' }),
    );
  });
});

describe.each([
  ['MYSQL_CHECK', mysql],
  ['PGSQL_CHECK', pgsql],
] as const)('%s: a server fails that', (_, check) => {
  test('does not listen', async () => {
    expect(await check(await closedPort()).result).toEqual(
      failure('connect_failed', { code: 'ECONNREFUSED' }),
    );
  });

  test('closes or resets at once', async () => {
    const closing = await serveRaw((socket) => socket.end());
    expect(await check(closing.port).result).toMatchObject(failure('session_broken', { code: 'closed' }));
    const resetting = await serveRaw((socket) => socket.resetAndDestroy());
    expect(['connect_failed', 'session_broken']).toContain(
      Object(Object(await check(resetting.port).result).failure).kind,
    );
  });

  test('says nothing, when the timeout is over', async () => {
    let connected: (socket: Socket) => void = () => {};
    const connection = new Promise<Socket>((resolve) => {
      connected = resolve;
    });
    const server = await serveRaw((socket) => connected(socket));
    const probe = check(server.port);
    await connection;
    expect(await inTime(probe)).toMatchObject({ kind: 'failed' });
  });

  test('sends without end, in little memory', async () => {
    const server = await serveRaw((socket) => {
      // a greeting, or message, of sixteen million bytes, again and again
      const chunk = Buffer.alloc(65_536, 0x41);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      socket.write(Buffer.from([0x52, 0xff, 0xff, 0x00, 0x00]));
      more();
    });
    expect(SESSION_BYTES_MAX).toBe(1_048_576);
    expect(await check(server.port).result).toMatchObject({ kind: 'failed' });
  });

  test('speaks no TLS where it is wanted', async () => {
    const server = await serveRaw((socket) => {
      socket.write('N');
      socket.once('data', () => socket.write('N'));
    });
    const probe = check(server.port, { tls: { verify: true, serverName: 'db.example' } });
    expect(await inTime(probe)).toMatchObject({ kind: 'failed' });
  });
});

const pieces = fc.record({
  cut: fc.option(fc.nat(120), { nil: null }),
  flips: fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
});

const broken = (bytes: Buffer, { cut, flips }: { cut: number | null; flips: [number, number][] }): Buffer => {
  const copy = Buffer.from(bytes.subarray(0, cut ?? bytes.length));
  for (const [at, value] of flips) if (at < copy.length) copy[at] = value;
  return copy;
};

describe('bytes that are broken at random end in a result', () => {
  const plays = async (
    check: (port: number) => ReturnType<typeof mysql>,
    greeting: Buffer,
    answers: readonly Buffer[],
  ) => {
    const server = await serveRaw((socket) => {
      const queue = [...answers];
      if (greeting.length > 0) socket.write(greeting);
      socket.on('data', () => {
        const next = queue.shift();
        if (next === undefined) socket.end();
        else socket.write(next);
      });
    });
    const probe = check(server.port);
    const result = await inTime(probe);
    expect(['passed', 'failed']).toContain(result.kind);
  };

  test('of MySQL', async () => {
    const ask = (port: number) => mysql(port, { query: { sql: 'SELECT 1', expected: null } });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, pieces, (a, b, c) =>
        plays(ask, broken(MYSQL_GREETING, a), [broken(MYSQL_OK, b), broken(mysqlRows([{ a: '1' }]), c)]),
      ),
      { numRuns: 60 },
    );
  });

  test('of PostgreSQL', async () => {
    const ask = (port: number) => pgsql(port, { query: { sql: 'SELECT 1', expected: null } });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, (a, b) =>
        plays(ask, Buffer.alloc(0), [broken(PG_AUTHENTICATED, a), broken(pgAnswer('1'), b)]),
      ),
      { numRuns: 60 },
    );
  });
});
