import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import {
  emptyMessage,
  HEAD_BYTES_MAX,
  type HttpMessage,
  receive,
  requestText,
  statusAccepted,
} from '../../../src/checks/core/http-message.ts';
import { ip } from '../model.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (of: Uint8Array): string => String.fromCharCode(...of);

interface Read {
  readonly message: HttpMessage;
  readonly body: string;
}

function read(...chunks: readonly Uint8Array[]): Read {
  let message = emptyMessage;
  let body = '';
  for (const chunk of chunks) {
    const step = receive(message, chunk);
    message = step.message;
    body += text(step.body);
  }
  return { message, body };
}

describe('an answer (behaviour.md section 16.3)', () => {
  test('is split at the first empty line into head and body', () => {
    const { message, body } = read(bytes('HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\nhello\r\n\r\n'));
    expect(message).toMatchObject({
      kind: 'in_body',
      received: 9,
      head: { status: 404, contentLength: null },
    });
    expect(body).toBe('hello\r\n\r\n');
  });

  test('has no head when its lines end otherwise than with CRLF', () => {
    expect(read(bytes('HTTP/1.0 200 OK\n\r\nhello\n\n')).message).toMatchObject({ kind: 'in_head' });
  });

  test('ends with Content-Length bytes, what comes behind does not count', () => {
    const { message, body } = read(bytes('HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhel'), bytes('lo'));
    expect(message).toMatchObject({ kind: 'complete', received: 3 });
    expect(body).toBe('hel');
  });

  test('with an empty body is complete with its head', () => {
    expect(read(bytes('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n')).message).toMatchObject({
      kind: 'complete',
    });
  });

  test.each([
    ['content-length: 3', null],
    ['X-Content-Length: 3', null],
    ['Content-Length: x', null],
    ['Content-Length:  12 ', 12],
    ['Content-Length: 99999999999999999999', null],
  ])('with the header "%s" promises %s bytes: the name counts only as written', (header, length) => {
    const { message } = read(bytes(`HTTP/1.0 200 OK\r\n${header}\r\n\r\n`));
    expect(message).toMatchObject({ head: { contentLength: length } });
  });

  test.each([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.0 301', 301],
    ['HTTP/1.1  503 busy', 503],
    ['HTTP/1.1 2000 OK', 0],
    ['ICY 200 OK', 0],
  ])('that starts with "%s" has status %i', (line, status) => {
    expect(read(bytes(`${line}\r\n\r\n`)).message).toMatchObject({ head: { status } });
  });

  test('whose head ends within 4095 bytes is taken, one byte more is not', () => {
    const start = 'HTTP/1.0 200 OK\r\nX: ';
    const head = (size: number) => bytes(`${start}${'x'.repeat(size - start.length - 4)}\r\n\r\nbody`);
    expect(read(head(HEAD_BYTES_MAX))).toMatchObject({ message: { kind: 'in_body' }, body: 'body' });
    expect(read(head(HEAD_BYTES_MAX + 1))).toMatchObject({ message: { kind: 'headless' }, body: '' });
  });

  test('without an end of its head holds no more than the limit, however much comes', () => {
    let message = emptyMessage;
    for (let i = 0; i < 1000; i++) {
      message = receive(message, new Uint8Array(100)).message;
      if (message.kind === 'in_head') expect(message.bytes.length).toBeLessThan(HEAD_BYTES_MAX);
    }
    expect(message).toEqual({ kind: 'headless', received: HEAD_BYTES_MAX });
  });
});

const answers = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .record({
      status: fc.integer({ min: 0, max: 999 }),
      filler: fc.nat(4100),
      length: fc.option(fc.nat(40)),
      body: fc.string({ maxLength: 60 }),
    })
    .map(({ status, filler, length, body }) =>
      bytes(
        `HTTP/1.1 ${status} X\r\n${length === null ? '' : `Content-Length: ${length}\r\n`}` +
          `X: ${'\r'.repeat(filler % 3)}${'x'.repeat(filler)}\r\n\r\n${body}`,
      ),
    ),
);

test('however the bytes are cut, head, body and verdict are the same', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(400), { maxLength: 20 }), (whole, cuts) => {
      const edges = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
      const chunks = edges.slice(1).map((edge, i) => whole.slice(edges[i], edge));
      expect(read(...chunks)).toEqual(read(whole));
      expect(read(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(read(whole));
    }),
    { numRuns: 60 },
  );
});

describe('a request', () => {
  const base = { path: '/a', virtualHost: null, address: ip('127.0.0.1'), port: port(8080) } as const;
  // as genhash 2.2.7 was seen to send them
  test.each([
    [{ ...base, protocol: '1.0' }, 'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:8080\r\n\r\n'],
    [{ ...base, protocol: '1.0c' }, 'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:8080\r\n\r\n'],
    [{ ...base, protocol: '1.0C' }, 'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:8080\r\n\r\n'],
    [{ ...base, protocol: '1.1' }, 'GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:8080\r\n\r\n'],
    [{ ...base, protocol: '1.0', virtualHost: 'www.x' }, 'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: www.x\r\n\r\n'],
    [{ ...base, protocol: '1.0', address: ip('::1') }, 'GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [::1]:8080\r\n\r\n'],
  ] as const)('%o is sent byte for byte as keepalived sends it', (request, expected) => {
    expect(requestText(request)).toBe(expected);
  }); // biome-ignore format: a table
});

test('a status is accepted when one of the ranges holds it, both ends included', () => {
  const ranges = [
    { low: 200, high: 204 },
    { low: 301, high: 301 },
  ];
  expect([199, 200, 204, 205, 301, 302, 0].filter((status) => statusAccepted(ranges, status))).toEqual([
    200, 204, 301,
  ]);
});
