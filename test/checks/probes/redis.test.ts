/** REDIS_CHECK against scripted servers; the real one is in the lab. */
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { REDIS_REPLY_BYTES_MAX } from '../../../src/checks/core/redis-reply.ts';
import type { RedisChecker } from '../../../src/config/model/service-checkers.ts';
import { closedPort, serveRaw, startTestProbe } from '../loopback.ts';
import { redisChecker, target } from '../model.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const PONG = { PING: '+PONG\r\n' };
const SECRET = { user: '', password: { kind: 'given', secret: 'hunter2' } } as const;

/** Answers by the first word of a request, a byte at a time; null resets. */
const redis = (answers: Readonly<Record<string, string | null>>, heard: string[] = []) =>
  serveRaw((socket) => {
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      const [, , word = '', , argument] = data.toString().split('\r\n');
      heard.push(argument === undefined || argument === '' ? word : `${word} ${argument}`);
      const reply = answers[word];
      if (reply === null) socket.resetAndDestroy();
      for (const byte of reply ?? '') socket.write(byte);
    });
  });

const check = (port: number, more: Partial<RedisChecker> = {}) =>
  startTestProbe(redisChecker(target('127.0.0.1', port), more));

test('PING alone where nothing else is asked for', async () => {
  const heard: string[] = [];
  const server = await redis(PONG, heard);
  expect(await check(server.port).result).toEqual({ kind: 'passed' });
  expect(heard).toEqual(['PING']);
});

test('AUTH, PING and ROLE, each when the one before was answered', async () => {
  const heard: string[] = [];
  const role = '*3\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n';
  const server = await redis({ ...PONG, AUTH: '+OK\r\n', ROLE: role }, heard);
  expect(await check(server.port, { login: SECRET, role: 'replica' }).result).toEqual({ kind: 'passed' });
  expect(heard).toEqual(['AUTH hunter2', 'PING', 'ROLE']);
});

describe('a server fails that', () => {
  test.each([
    [
      'wants a password',
      { PING: '-NOAUTH Authentication required.\r\n' },
      failure('refused', { stage: 'reply', code: 'NOAUTH', detail: 'Authentication required.' }),
    ],
    [
      'still loads',
      { PING: '-LOADING Redis is loading\r\n' },
      failure('refused', { stage: 'reply', code: 'LOADING', detail: 'Redis is loading' }),
    ],
    [
      'answers with something else',
      { PING: ':1\r\n' },
      failure('malformed', { stage: 'reply', detail: 'not the reply that was asked for' }),
    ],
    [
      'speaks another protocol',
      { PING: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
      failure('malformed', { stage: 'reply', detail: 'no RESP' }),
    ],
    ['resets', { PING: null }, failure('session_broken', { stage: 'reply', code: 'ECONNRESET' })],
  ] as const)('%s', async (_, answers, result) => {
    const server = await redis(answers);
    expect(await check(server.port).result).toEqual(result);
  });

  test('has another role', async () => {
    const server = await redis({ ...PONG, ROLE: '*1\r\n$6\r\nmaster\r\n' });
    expect(await check(server.port, { role: 'replica' }).result).toEqual(
      failure('unwanted_value', { what: 'the role', value: 'master', wanted: 'replica' }),
    );
  });

  test('says nothing, when the timeout is over', async () => {
    let asked = (): void => {};
    const request = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await serveRaw((socket) => socket.once('data', () => asked()));
    const probe = check(server.port);
    await request;
    probe.pass(seconds(1));
    expect(await probe.result).toEqual(failure('session_silent', { stage: 'reply' }));
  });

  test('sends without end, in little memory', async () => {
    const server = await serveRaw((socket) => {
      const chunk = Buffer.alloc(65_536, 0x2b);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    });
    expect(await check(server.port).result).toEqual(
      failure('session_too_long', { limit: REDIS_REPLY_BYTES_MAX }),
    );
  });

  test('does not listen, or speaks no TLS', async () => {
    expect(await check(await closedPort()).result).toEqual(
      failure('connect_failed', { code: 'ECONNREFUSED' }),
    );
    const plain = await serveRaw((socket) => socket.end('-ERR no\r\n'));
    const tls = { verify: false, serverName: null };
    expect(await check(plain.port, { tls }).result).toMatchObject(failure('tls_failed'));
  });
});
