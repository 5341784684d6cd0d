import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { TEXT_BYTES_MAX } from '../../../src/checks/probes/body-text.ts';
import { createDial, type Dialled } from '../../../src/checks/probes/dial.ts';
import { BODY_BYTES_MAX } from '../../../src/checks/probes/http-exchange.ts';
import { EXCHANGE_TIMEOUTS } from '../../../src/checks/probes/patience.ts';
import type { BodyRegex, HttpChecker } from '../../../src/config/model/lvs.ts';
import { closedPort, serve, serveRaw, serveTls, startTestProbe } from '../loopback.ts';
import { httpChecker, target, url } from '../model.ts';

const answer = (body: string, { status = '200 OK', length = body.length } = {}): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n\r\n${body}`;
const md5 = (body: string): string => createHash('md5').update(body).digest('hex');
const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });

const check = (port: number, more: Partial<HttpChecker> = {}) =>
  startTestProbe(httpChecker(target('127.0.0.1', port), more));

describe('HTTP_GET (behaviour.md section 16.3)', () => {
  test('passes on an accepted status and the right digest', async () => {
    const server = await serve((socket) => socket.end(answer('hello')));
    const probe = check(server.port, { urls: [url('/a', { digest: md5('hello') })] });
    expect(await probe.result).toEqual({ kind: 'passed' });
    expect(server.requests).toEqual([
      `GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`,
    ]);
  });

  test('fails on another page, and says both digests', async () => {
    const server = await serve((socket) => socket.end(answer('hellp')));
    const probe = check(server.port, { urls: [url('/', { digest: md5('hello') })] });
    const digests = { url: '/', digest: md5('hellp'), expected: md5('hello') };
    expect(await probe.result).toEqual(failure('bad_digest', digests));
  });

  test('looks at the status before the digest', async () => {
    const server = await serve((socket) => socket.end(answer('x', { status: '503 busy' })));
    const probe = check(server.port, { urls: [url('/', { digest: md5('hello') })] });
    expect(await probe.result).toEqual(failure('bad_status', { url: '/', status: 503 }));
  });

  test('asks all urls in order, each on its own connection, and stops at the first that fails', async () => {
    const server = await serve((socket, request) =>
      socket.end(answer('x', { status: request.startsWith('GET /b ') ? '500 no' : '200 OK' })),
    );
    const probe = check(server.port, { urls: [url('/a', { virtualHost: 'www.a' }), url('/b'), url('/c')] });
    expect(await probe.result).toMatchObject(failure('bad_status', { url: '/b' }));
    expect(server.requests.map((request) => request.split(' ')[1])).toEqual(['/a', '/b']);
    expect(server.requests[0]).toContain('\r\nHost: www.a\r\n');
  });

  test('does not wait for a keep-alive server to close: Content-Length bytes are the end', async () => {
    const server = await serve((socket) => socket.write(answer('hello')));
    const probe = check(server.port, { urls: [url('/', { digest: md5('hello') })] });
    expect(await probe.result).toEqual({ kind: 'passed' });
  });

  test('takes a body shorter than promised as it is when the server closes', async () => {
    const server = await serve((socket) => socket.end(answer('hel', { length: 99 })));
    const probe = check(server.port, { urls: [url('/', { digest: md5('hel') })] });
    expect(await probe.result).toEqual({ kind: 'passed' });
  });

  test.each([
    ['nothing', '', 0],
    ['no header', 'garbage', 7],
    ['lines that end without CR', 'HTTP/1.0 200 OK\n\nhello', 22],
  ])('fails when the server sends %s and closes', async (_, text, received) => {
    const server = await serve((socket) => socket.end(text));
    expect(await check(server.port).result).toEqual(failure('no_header', { url: '/', received }));
  });

  test('fails on a head that does not end within 4095 bytes, without waiting for more', async () => {
    const server = await serve((socket) => socket.write(`HTTP/1.0 200 OK\r\nX: ${'x'.repeat(5000)}`));
    expect(await check(server.port).result).toEqual(failure('no_header', { url: '/', received: 4095 }));
  });

  test('fails when nobody listens', async () => {
    const probe = check(await closedPort());
    expect(await probe.result).toEqual(failure('connect_failed', { code: 'ECONNREFUSED' }));
  });

  test('fails when the connection is reset within the body', async () => {
    const server = await serve((socket) => socket.write(answer('hel', { length: 99 })));
    const to = target('127.0.0.1', server.port);
    // libuv calls a reset that comes together with data an end, so it has to come later
    const dial = (): Dialled => {
      const dialled = createDial(null)(to, null);
      dialled.socket.once('data', () => server.sockets[0]?.resetAndDestroy());
      return dialled;
    };
    const probe = startTestProbe(httpChecker(to), { dial });
    expect(await probe.result).toEqual(failure('read_failed', { url: '/', code: 'ECONNRESET' }));
  });
});

describe('a server that never ends', () => {
  test('hangs: the check fails after one timeout of silence', async () => {
    let asked = (): void => {};
    const request = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await serve(() => asked());
    const probe = check(server.port);
    await request;
    probe.pass(seconds(1));
    expect(await probe.result).toEqual(failure('read_timeout', { url: '/' }));
  });

  test('drips: bytes put the silence off, but the whole exchange has its own end', async () => {
    const server = await serve((socket) => {
      socket.write('HTTP/1.0 200 OK\r\n\r\n');
      const drip = (): void => {
        if (!socket.destroyed) socket.write('x', () => setImmediate(drip));
      };
      drip();
    });
    // each chunk takes 0.4 s of virtual time, so silence never lasts for the timeout of 1 s
    const probe = startTestProbe(httpChecker(target('127.0.0.1', server.port)), { pace: seconds(0.4) });
    expect(EXCHANGE_TIMEOUTS).toBe(4);
    expect(await probe.result).toEqual(failure('exchange_timeout', { url: '/' }));
  });

  test('pours: the check fails at the limit of the body, whatever length was promised', async () => {
    const chunk = Buffer.alloc(1 << 20);
    const server = await serve((socket) => {
      socket.write('HTTP/1.0 200 OK\r\nContent-Length: 1073741824\r\n\r\n');
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });
    const probe = check(server.port, { urls: [url('/', { digest: md5('') })] });
    expect(await probe.result).toEqual(failure('body_too_long', { url: '/', limit: BODY_BYTES_MAX }));
  });
});

describe('SSL_GET', () => {
  const PAGE = answer('hello');
  const TLS = { sni: null, fullClose: false };

  test('takes any certificate and sends no server name unless one is configured', async () => {
    const server = await serveTls(PAGE);
    const digest = md5('hello');
    const named = { sni: 'www.example.com', fullClose: false };
    expect(await check(server.port, { urls: [url('/', { digest, tls: TLS })] }).result).toEqual({
      kind: 'passed',
    });
    expect(await check(server.port, { urls: [url('/', { digest, tls: named })] }).result).toEqual({
      kind: 'passed',
    });
    expect(server.names).toEqual([false, 'www.example.com']);
  });

  test('fails when the server speaks no TLS', async () => {
    const server = await serveRaw((socket) => socket.end('not tls at all\r\n'));
    expect(await check(server.port, { urls: [url('/', { tls: TLS })] }).result).toMatchObject(
      failure('tls_failed'),
    );
  });

  test('fails when the handshake hangs', async () => {
    let connected = (): void => {};
    const hello = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const server = await serve(() => connected());
    const probe = check(server.port, { urls: [url('/', { tls: TLS })] });
    await hello;
    probe.pass(seconds(1));
    expect(await probe.result).toEqual(failure('tls_failed', { code: 'timeout' }));
  });

  test('fails when the server closes during the handshake', async () => {
    const server = await serve((socket) => socket.destroy());
    const result = await check(server.port, { urls: [url('/', { tls: TLS })] }).result;
    expect(result).toMatchObject(failure('tls_failed'));
  });
});

describe('the end of a TLS connection', () => {
  /** bytes that the client has sent in all, counted on the way */
  const sent = async (fullClose: boolean): Promise<number> => {
    const server = await serveTls(answer('hello'), false);
    let bytes = 0;
    let over: Promise<unknown> = Promise.resolve();
    const between = await serveRaw((client) => {
      const onwards = connect(server.port, '127.0.0.1');
      over = once(client, 'close');
      client.on('data', (data) => {
        bytes += data.length;
      });
      client.pipe(onwards).pipe(client);
    });
    const tls = { sni: null, fullClose };
    expect(await check(between.port, { urls: [url('/', { tls })] }).result).toEqual({ kind: 'passed' });
    await over;
    return bytes;
  };

  test('tls_compliant tells the server: one record more, close_notify (RFC 8446 section 6.1)', async () => {
    expect(await sent(true)).toBeGreaterThan(await sent(false));
  });
});

describe('a regular expression', () => {
  const regex = (pattern: string, more: Partial<BodyRegex> = {}): BodyRegex => ({
    ...{ pattern, options: [], source: pattern, flags: '', negated: false, minOffset: 0, maxOffset: null },
    ...more,
  });
  const body = async (text: string, wanted: BodyRegex) => {
    const bytes = Buffer.from(text);
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      for (let at = 0; at < bytes.length; at += 1000) socket.write(bytes.subarray(at, at + 1000));
      socket.end();
    });
    return (await check(server.port, { urls: [url('/', { regex: wanted })] }).result).kind;
  };

  test('has to match somewhere in the body, or with regex_no_match nowhere', async () => {
    expect(await body('all is well', regex('is +well'))).toBe('passed');
    expect(await body('all is lost', regex('is +well'))).toBe('failed');
    expect(await body('all is lost', regex('is +well', { negated: true }))).toBe('passed');
    expect(await body('all is well', regex('is +well', { negated: true }))).toBe('failed');
  });

  test('finds what lies across two reads', async () => {
    expect(await body(`${'x'.repeat(995)}needle${'x'.repeat(995)}`, regex('needle'))).toBe('passed');
  });

  test('starts to look at regex_min_offset, and a match starts at regex_max_offset at the latest', async () => {
    expect(await body('ab ab', regex('ab', { minOffset: 3 }))).toBe('passed');
    expect(await body('ab', regex('ab', { minOffset: 1 }))).toBe('failed');
    expect(await body('..ab', regex('ab', { maxOffset: 2 }))).toBe('passed');
    expect(await body('..ab', regex('ab', { maxOffset: 1 }))).toBe('failed');
  });

  test('with utf offsets are bytes still', async () => {
    expect(await body('\u00e4\u00e4ab', regex('ab', { flags: 'u', minOffset: 4, maxOffset: 4 }))).toBe(
      'passed',
    );
    expect(await body('\u00e4\u00e4ab', regex('ab', { flags: 'u', maxOffset: 3 }))).toBe('failed');
    expect(await body('\u00e4', regex('^.$'))).toBe('failed'); // two bytes
  });

  test('that takes too long on what a server sends is a failure, soon', async () => {
    const server = await serve((socket) => socket.end(answer(`${'a'.repeat(60)}!`)));
    const slow = url('/', { regex: regex('^(a+)+$') });
    expect(await check(server.port, { urls: [slow] }).result).toEqual(
      failure('bad_body', { url: '/', why: 'too_slow' }),
    );
  });

  test('looks at the beginning of a long body and keeps no more of it', async () => {
    const text = `${'x'.repeat(TEXT_BYTES_MAX)}needle`;
    expect(await body(text, regex('needle'))).toBe('failed');
    expect(await body(text.slice(6), regex('needle'))).toBe('passed');
  });
});

test('an aborted check never answers, also between two urls', async () => {
  const server = await serve((socket, request) => {
    if (request.startsWith('GET /b ')) probe.abort();
    socket.end(answer('x'));
  });
  const probe = check(server.port, { urls: [url('/a'), url('/b')] });
  let answered = false;
  probe.result.then(() => {
    answered = true;
  });
  await check(server.port).result;
  await expect.poll(() => server.requests.length).toBe(3);
  await check(server.port).result;
  expect(answered).toBe(false);
});
