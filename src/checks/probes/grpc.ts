/** GRPC_CHECK: one call of grpc.health.v1.Health/Check over a fresh HTTP/2 connection, in clear (h2c with prior knowledge)
 *  or over TLS. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { GrpcChecker } from '../../config/model/service-checkers.ts';
import { http2Module } from '../../native/late-modules.ts';
import {
  HEALTH_BYTES_MAX,
  HEALTH_PATH,
  type HealthAnswer,
  healthRequest,
  judgeHealth,
} from '../core/grpc-health.ts';
import { failed, type ProbeResult } from '../core/probe-result.ts';
import { tlsOf } from './dial.ts';
import type { StartProbe } from './probe.ts';
import { type Converse, startSession } from './session.ts';

const HEADER_BYTES_MAX = 16_384;

export const probeGrpc: StartProbe<GrpcChecker> = (checker, ports, done) => {
  const tls = tlsOf(checker.tls);
  return startSession(
    { target: checker.target, tls: tls === null ? null : { ...tls, protocols: ['h2'] } },
    ports,
    async () => converse(checker),
    done,
  );
};

const converse =
  ({ target, tls, service }: GrpcChecker): Converse =>
  (session) =>
    new Promise((resolve, reject) => {
      const host = target.address.includes(':') ? `[${target.address}]` : target.address;
      const authority = tls?.serverName ?? `${host}:${target.port}`;
      const connection = http2Module().connect(`http://${authority}`, {
        createConnection: () => session.stream,
        maxSessionMemory: 1,
        settings: { enablePush: false, maxHeaderListSize: HEADER_BYTES_MAX },
      });
      connection.on('error', reject);
      const call = connection.request(headers(tls === null ? 'http' : 'https'));
      call.on('error', reject);
      collect(call, (result) => {
        resolve(result);
        connection.destroy();
      });
      call.end(healthRequest(Buffer.from(service)));
    });

const headers = (scheme: 'http' | 'https'): OutgoingHttpHeaders => ({
  ':method': 'POST',
  ':path': HEALTH_PATH,
  ':scheme': scheme,
  'content-type': 'application/grpc',
  te: 'trailers',
});

/** Reads headers, message and trailers; a call with trailers only has all in its headers. */
function collect(
  call: ReturnType<ReturnType<ReturnType<typeof http2Module>['connect']>['request']>,
  done: (result: ProbeResult) => void,
): void {
  let body = Buffer.alloc(0);
  let answer: Omit<HealthAnswer, 'body'> = { status: 0, grpcStatus: null, grpcMessage: '' };
  const take = (fields: IncomingHttpHeaders): void => {
    answer = {
      status: Number(fields[':status'] ?? answer.status),
      grpcStatus: textOf(fields['grpc-status']) ?? answer.grpcStatus,
      grpcMessage: textOf(fields['grpc-message']) ?? answer.grpcMessage,
    };
  };
  call.on('response', take);
  call.on('trailers', take);
  call.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length > HEALTH_BYTES_MAX) done(failed({ kind: 'session_too_long', limit: HEALTH_BYTES_MAX }));
  });
  call.on('end', () => done(judgeHealth({ ...answer, body })));
}

const textOf = (value: string | readonly string[] | undefined): string | null =>
  typeof value === 'string' ? value : (value?.[0] ?? null);
