/** HTTP_GET's own words: method, headers, body, Basic authentication, JSON, and the end of a certificate. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { TEXT_BYTES_MAX } from '../../../src/checks/probes/body-text.ts';
import type { HttpWords } from '../../../src/config/model/http-words.ts';
import type { HttpChecker } from '../../../src/config/model/lvs.ts';
import { serve, serveTls, startTestProbe } from '../loopback.ts';
import { httpChecker, target, url } from '../model.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const page = (body: string) => `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const words = (more: Partial<HttpWords>): HttpWords => ({ method: 'GET', headers: [], body: null, ...more });
const check = (port: number, more: Partial<HttpChecker>) =>
  startTestProbe(httpChecker(target('127.0.0.1', port), more));

describe('a request', () => {
  const requestOf = async (more: Partial<HttpChecker>): Promise<readonly string[]> => {
    const server = await serve((socket) => socket.end(page('ok')));
    expect(await check(server.port, more).result).toEqual({ kind: 'passed' });
    return server.requests[0]?.replace(`:${server.port}`, ':PORT').split('\r\n') ?? [];
  };

  test('has method, headers and body as given, the body with its length in bytes', async () => {
    const own = words({ method: 'POST', headers: [{ name: 'X-Check', secret: 'yes' }], body: 'n\u00e4=1' });
    expect(await requestOf({ urls: [url('/api', { words: own })] })).toEqual([
      ...['POST /api HTTP/1.0', 'User-Agent: KeepAliveClient', 'Host: 127.0.0.1:PORT', 'X-Check: yes'],
      ...['Content-Length: 5', '', Buffer.from('n\u00e4=1').toString('latin1')],
    ]);
  });

  test('carries user and password (RFC 7617 section 2)', async () => {
    const login = { user: 'Aladdin', password: { kind: 'given', secret: 'open sesame' } } as const;
    expect(await requestOf({ login })).toContain('Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  });

  test('without any of them is keepalived’s, byte by byte', async () => {
    expect(await requestOf({})).toEqual([
      ...['GET / HTTP/1.0', 'User-Agent: KeepAliveClient', 'Host: 127.0.0.1:PORT', '', ''],
    ]);
  });
});

test('an answer to HEAD has no body, whatever length it tells (RFC 9110 section 9.3.2)', async () => {
  const server = await serve((socket) => socket.write('HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n'));
  const own = words({ method: 'HEAD' });
  expect(await check(server.port, { urls: [url('/', { words: own })] }).result).toEqual({ kind: 'passed' });
});

describe('json', () => {
  const judged = async (body: string) => {
    const server = await serve((socket) => socket.end(page(body)));
    const wish = { path: 'status.db', value: 'up' };
    return check(server.port, { urls: [url('/h', { json: [wish] })] }).result;
  };

  test('is looked at in the whole body', async () => {
    expect(await judged('{"status":{"db":"up"}}')).toEqual({ kind: 'passed' });
    expect(await judged('{"status":{"db":"down"}}')).toEqual(
      failure('unwanted_value', { what: '/h: JSON status.db', value: 'down', wanted: 'up' }),
    );
    expect(await judged('up')).toEqual(failure('not_json', { url: '/h' }));
  });

  test('is not looked at in a body that is longer than is kept', async () => {
    expect(await judged(`{"status":{"db":"up"}}${' '.repeat(TEXT_BYTES_MAX)}`)).toEqual(
      failure('not_json', { url: '/h' }),
    );
  });
});

test('tls_expiry_warn: a run tells how long the certificate is still good for, and passes', async () => {
  const certificate = new X509Certificate(
    readFileSync(join(import.meta.dirname, '../fixtures/test-cert.pem')),
  );
  const end = Date.parse(certificate.validTo);
  const ask = async (expiryWarning: HttpChecker['expiryWarning'], left: number) => {
    const server = await serveTls(page('ok'));
    const urls = [url('/', { tls: { sni: null, fullClose: false } })] as const;
    const checker = httpChecker(target('127.0.0.1', server.port), { urls, expiryWarning });
    return startTestProbe(checker, { wall: end - 1000 * left }).result;
  };
  expect(await ask(seconds(14 * 86_400), 3 * 86_400)).toEqual({
    kind: 'passed',
    certificateLeft: seconds(3 * 86_400),
  });
  expect(await ask(seconds(14 * 86_400), -60)).toEqual({ kind: 'passed', certificateLeft: seconds(-60) });
  expect(await ask(null, 60)).toEqual({ kind: 'passed' });
});
