/** GRPC_CHECK against Node's own HTTP/2 server, and against servers that speak none. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { HEALTH_BYTES_MAX } from '../../../src/checks/core/grpc-health.ts';
import { createDial } from '../../../src/checks/probes/dial.ts';
import type { GrpcChecker } from '../../../src/config/model/service-checkers.ts';
import { closedPort, serveRaw, startTestProbe } from '../loopback.ts';
import { grpcChecker, target } from '../model.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const SERVING = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const file = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name));

type Answer = (stream: ServerHttp2Stream, request: Buffer, path: string) => void;

/** Says what a gRPC server says: headers, a message, trailers. */
const health =
  (message: Buffer, status = '0'): Answer =>
  (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': status, 'grpc-message': 'as asked' }),
    );
    stream.end(message);
  };

async function grpcServer(answer: Answer, secure = false): Promise<number> {
  const server: Http2Server = secure
    ? createSecureServer({ key: file('test-key.pem'), cert: file('test-cert.pem') })
    : createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    stream.once('data', (request: Buffer) => answer(stream, request, String(headers[':path'])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

const check = (port: number, more: Partial<GrpcChecker> = {}) =>
  startTestProbe(grpcChecker(target('127.0.0.1', port), more));

test('a server that is serving passes, asked for the service by name', async () => {
  const heard: string[] = [];
  const port = await grpcServer((stream, request, path) => {
    heard.push(`${path} ${request.toString('latin1')}`);
    health(SERVING)(stream, request, path);
  });
  expect(await check(port, { service: 'shop' }).result).toEqual({ kind: 'passed' });
  expect(heard).toEqual(['/grpc.health.v1.Health/Check \0\0\0\0\x06\x0a\x04shop']);
});

describe('over TLS', () => {
  test('any certificate will do unless it is to be verified', async () => {
    const port = await grpcServer(health(SERVING), true);
    expect(await check(port, { tls: { verify: false, serverName: null } }).result).toEqual({
      kind: 'passed',
    });
    expect(await check(port, { tls: { verify: true, serverName: null } }).result).toMatchObject(
      failure('tls_failed'),
    );
  });

  test('one that authorities of the SSL block have signed is valid under its name only', async () => {
    const { createSecureContext } = await import('node:tls');
    const port = await grpcServer(health(SERVING), true);
    const dial = createDial(null, () => createSecureContext({ ca: file('test-cert.pem') }));
    const verified = (serverName: string) =>
      startTestProbe(grpcChecker(target('127.0.0.1', port), { tls: { verify: true, serverName } }), { dial });
    const wrong = await verified('other.example').result;
    expect(wrong).toMatchObject(failure('tls_failed', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }));
  });
});

describe('a server fails that', () => {
  test.each([
    [
      'is not serving',
      health(Buffer.from([0, 0, 0, 0, 2, 8, 2])),
      failure('not_serving', { status: 'NOT_SERVING' }),
    ],
    [
      'does not know the service',
      health(Buffer.alloc(0), '5'),
      failure('refused', { stage: 'reply', code: 'grpc-status 5', detail: 'as asked' }),
    ],
    [
      'is a web server',
      ((stream) => {
        stream.respond({ ':status': 404 });
        stream.end('not found');
      }) as Answer,
      failure('unwanted_value', { what: 'the HTTP status', value: '404', wanted: '200' }),
    ],
    [
      'answers with too much',
      health(Buffer.alloc(HEALTH_BYTES_MAX + 1)),
      failure('session_too_long', { limit: HEALTH_BYTES_MAX }),
    ],
  ])('%s', async (_, answer, result) => {
    expect(await check(await grpcServer(answer)).result).toEqual(result);
  });

  test('gives the call up', async () => {
    const port = await grpcServer((stream) => stream.close(8));
    expect((await check(port).result).kind).toBe('failed');
  });

  test('speaks HTTP/1, or nothing at all', async () => {
    const http1 = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect((await check(http1.port).result).kind).toBe('failed');
    expect(await check(await closedPort()).result).toEqual(
      failure('connect_failed', { code: 'ECONNREFUSED' }),
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
    expect(await probe.result).toEqual(failure('session_silent', { stage: 'greeting' }));
  });

  test('sends frames without end', async () => {
    const ping = Buffer.concat([Buffer.from([0, 0, 8, 6, 1, 0, 0, 0, 0]), Buffer.alloc(8)]);
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const flood = Buffer.concat(Array.from({ length: 4096 }, () => ping));
    const server = await serveRaw((socket) => {
      socket.write(settings);
      const more = (): void => {
        while (!socket.destroyed && socket.write(flood));
      };
      socket.on('drain', more);
      socket.resume();
      more();
    });
    expect((await check(server.port).result).kind).toBe('failed');
  });
});
