/** What the answers of databases, gRPC services and JSON pages mean, and when a certificate is warned of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, seconds } from '../../../src/base/units.ts';
import { certificateSeen, isWarnedAt } from '../../../src/checks/core/certificate.ts';
import { judgeReplicas, judgeRow, replicaState } from '../../../src/checks/core/database-answers.ts';
import { healthRequest, judgeHealth } from '../../../src/checks/core/grpc-health.ts';
import { judgeJson } from '../../../src/checks/core/json-value.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const passed = { kind: 'passed' };

describe('a replica', () => {
  const state = (lag: number | null, error = '') => ({ lag, error });

  test('may be behind as far as is allowed, and the worst of its sources counts', () => {
    expect(judgeReplicas(seconds(30), [state(30), state(0)])).toEqual(passed);
    expect(judgeReplicas(seconds(30), [state(0), state(31)])).toEqual(
      failure('replication_late', { lag: 31, limit: 30 }),
    );
  });

  test('whose replication does not run fails, however it got there', () => {
    expect(judgeReplicas(seconds(30), [state(0), state(null, 'duplicate key')])).toEqual(
      failure('replication_broken', { detail: 'duplicate key' }),
    );
  });

  test('a server that replicates nobody is late in nothing', () => {
    expect(judgeReplicas(seconds(0), [])).toEqual(passed);
  });

  test('is read by either name of the column, MySQL’s and MariaDB’s', () => {
    expect(replicaState({ Seconds_Behind_Master: '4' })).toEqual({ lag: 4, error: '' });
    expect(replicaState({ Seconds_Behind_Source: '5' })).toEqual({ lag: 5, error: '' });
    expect(replicaState({ Seconds_Behind_Source: null, Last_IO_Error: 'no route' })).toEqual({
      lag: null,
      error: 'no route',
    });
  });
});

test('the value of a query is compared as text, and NULL is none', () => {
  expect(judgeRow({ sql: '', expected: null }, [null])).toEqual(passed);
  expect(judgeRow({ sql: '', expected: null }, null)).toEqual(failure('no_row'));
  expect(judgeRow({ sql: '', expected: '1' }, ['1', 'x'])).toEqual(passed);
  expect(judgeRow({ sql: '', expected: '1' }, [null])).toMatchObject(
    failure('unwanted_value', { value: null }),
  );
});

describe('grpc.health.v1', () => {
  const answer = (body: readonly number[], grpcStatus: string | null = '0', status = 200) =>
    judgeHealth({ status, grpcStatus, grpcMessage: 'unknown service', body: Uint8Array.from(body) });

  test('a request names the service in field 1, with gRPC’s five bytes in front', () => {
    expect([...healthRequest(Buffer.from('ab'))]).toEqual([0, 0, 0, 0, 4, 0x0a, 2, 97, 98]);
    expect([...healthRequest(Buffer.alloc(0))]).toEqual([0, 0, 0, 0, 0]);
    expect([...healthRequest(Buffer.alloc(200, 97)).subarray(4, 8)]).toEqual([203, 0x0a, 0xc8, 0x01]);
  });

  test('SERVING passes, everything else does not', () => {
    expect(answer([0, 0, 0, 0, 2, 8, 1])).toEqual(passed);
    expect(answer([0, 0, 0, 0, 2, 8, 2])).toEqual(failure('not_serving', { status: 'NOT_SERVING' }));
    expect(answer([0, 0, 0, 0, 0])).toEqual(failure('not_serving', { status: 'UNKNOWN' }));
    expect(answer([], '5')).toMatchObject(failure('refused', { code: 'grpc-status 5' }));
    expect(answer([0, 0, 0, 0, 2, 8, 1], null)).toMatchObject(failure('malformed'));
    expect(answer([], '0', 404)).toMatchObject(failure('unwanted_value', { value: '404' }));
  });

  test('no bytes break the reader, and only the one message of two bytes passes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 12 }), (bytes) => {
        const isServing = `${bytes}` === '0,0,0,0,2,8,1' || /^0,0,0,0,\d+,8,1,/.test(`${bytes},`);
        if (!isServing) expect(answer(bytes).kind).toBe('failed');
      }),
    );
  });
});

describe('JSON in a body', () => {
  const body = '{"status":{"nodes":[{"state":"up"}],"count":2,"ok":true,"note":null}}';
  const judge = (path: string, value: string | null) => judgeJson([{ path, value }], body, '/');

  test.each([
    ['status.nodes.0.state', 'up'],
    ['status.count', '2'],
    ['status.ok', 'true'],
    ['status.note', 'null'],
    ['status.nodes', null],
    ['status.nodes.length', '1'],
    ['status.nodes.0', '{"state":"up"}'],
  ])('%s is %s', (path, value) => expect(judge(path, value)).toEqual(passed));

  test.each([
    ['status.nodes.1.state', 'up'],
    ['status.count', '3'],
    ['status.missing', null],
    ['constructor', null],
  ])('%s is not %s', (path, value) => expect(judge(path, value)).toMatchObject(failure('unwanted_value')));

  test('that is none, or longer than is kept, fails', () => {
    expect(judgeJson([], '<html>', '/')).toEqual(failure('not_json', { url: '/' }));
    expect(judgeJson([], null, '/')).toEqual(failure('not_json', { url: '/' }));
    expect(judgeJson([], '['.repeat(200_000), '/')).toEqual(failure('not_json', { url: '/' }));
  });
});

describe('the end of a certificate', () => {
  const DAY = 86_400;
  const at = (days: number) => instant(days * DAY * 1_000_000);
  const seen = (days: number[], left: number) =>
    days.reduce<{ state: ReturnType<typeof certificateSeen> | null; warned: number[] }>(
      ({ state, warned }, day) => {
        const after = certificateSeen(state, seconds((left - day) * DAY), seconds(14 * DAY), at(day));
        return { state: after, warned: isWarnedAt(after, at(day)) ? [...warned, day] : warned };
      },
      { state: null, warned: [] },
    ).warned;

  test('is told from the configured time on, once a day however often it is looked at', () => {
    expect(seen([1, 2.5, 3, 3.2, 3.6, 4, 4.2, 4.3, 20], 16.5)).toEqual([3, 4, 20]);
  });

  test('of a new one is told anew', () => {
    const first = certificateSeen(null, seconds(DAY), seconds(14 * DAY), at(1));
    const renewed = certificateSeen(first, seconds(90 * DAY), seconds(14 * DAY), at(1.1));
    const again = certificateSeen(renewed, seconds(DAY), seconds(14 * DAY), at(1.2));
    expect([first, renewed, again].map((state) => state.warnedAt)).toEqual([at(1), null, at(1.2)]);
  });
});
