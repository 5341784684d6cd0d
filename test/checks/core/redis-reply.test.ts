/** RESP as REDIS_CHECK reads it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  REDIS_REPLY_BYTES_MAX,
  readRedisReply,
  redisRequest,
  redisSteps,
} from '../../../src/checks/core/redis-reply.ts';

const text = (value: string) => ({ kind: 'text', text: value });

describe('a reply', () => {
  test.each([
    ['+PONG\r\n', text('PONG')],
    ['-ERR no\r\n', { kind: 'error', text: 'ERR no' }],
    [':7\r\n', text('7')],
    ['$5\r\nhello\r\n', text('hello')],
    ['$-1\r\n', { kind: 'nothing' }],
    ['*-1\r\n', { kind: 'nothing' }],
    [
      '*2\r\n$6\r\nmaster\r\n*1\r\n:1\r\n',
      { kind: 'list', items: [text('master'), { kind: 'list', items: [text('1')] }] },
    ],
  ])('%j', (bytes, value) => {
    expect(readRedisReply(bytes)).toEqual({ value, length: bytes.length });
  });

  test.each(['HTTP/1.1 400', '\0', '$x\r\n', '*1\r\nx', '$3\r\nabcde\r\n', '*9999999\r\n'])(
    '%j is none',
    (bytes) => expect(readRedisReply(bytes)).toBe('malformed'),
  );

  test('that nests deeper than any of Redis, or has more elements, is none', () => {
    expect(readRedisReply('*1\r\n'.repeat(100_000))).toBe('malformed');
    expect(readRedisReply(`*99999\r\n${':1\r\n'.repeat(99_999)}`)).toBe('malformed');
  });

  test('that does not end within its limit is none', () => {
    expect(readRedisReply(`+${'x'.repeat(REDIS_REPLY_BYTES_MAX)}`)).toBe('malformed');
  });

  test('is the same however it is cut: every beginning of it is not yet one', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.stringMatching(/^[a-z]{0,9}$/).map((word) => `$${word.length}\r\n${word}\r\n`),
        fc.integer().map((n) => `:${n}\r\n`),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join('')}`),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.nat(), (bytes, at) => {
        const whole = String(bytes);
        expect(readRedisReply(whole)).toMatchObject({ length: whole.length });
        expect(readRedisReply(whole.slice(0, at % whole.length))).toBeNull();
      }),
    );
  });
});

test('a request counts bytes and not characters', () => {
  expect(redisRequest('AUTH', 'k\u00f6nig\u{1f600}')).toBe(
    '*2\r\n$4\r\nAUTH\r\n$10\r\nk\u00f6nig\u{1f600}\r\n',
  );
});

test('a password alone logs the default user in, and what a server says never repeats it', () => {
  const login = { user: '', password: { kind: 'given', secret: 'hunter2' } } as const;
  const [auth] = redisSteps({ login, role: 'any' });
  expect(auth?.request).toBe('*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n');
  const result = auth?.judge({ kind: 'error', text: 'WRONGPASS hunter2 is wrong' });
  expect(JSON.stringify(result)).not.toContain('hunter2');
});
