/** grpc.health.v1 as GRPC_CHECK needs it: one string out, one enumeration back, in the framing of gRPC over HTTP/2
 *  (a byte for compression, four for the length). Bytes that are no answer are a failure, never an error. */
import { failed, PASSED, type ProbeResult } from './probe-result.ts';
import { shownText } from './service-failure.ts';

/** A HealthCheckResponse has two bytes; more than this is none. */
export const HEALTH_BYTES_MAX = 4096;
export const HEALTH_PATH = '/grpc.health.v1.Health/Check';

const PREFIX_BYTES = 5;
/** field 1, length-delimited; field 1, varint (protocol buffers, wire types 2 and 0) */
const SERVICE_TAG = 0x0a;
const STATUS_TAG = 0x08;
/** HealthCheckResponse.ServingStatus */
const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** HealthCheckRequest; `service` as UTF-8 bytes, empty = the server as a whole. */
export function healthRequest(service: Uint8Array): Uint8Array {
  const length = varint(service.length);
  const message =
    service.length === 0 ? new Uint8Array(0) : Uint8Array.from([SERVICE_TAG, ...length, ...service]);
  const { length: size } = message;
  return Uint8Array.from([0, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255, ...message]);
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

export interface HealthAnswer {
  /** of HTTP */
  readonly status: number;
  /** of gRPC, from the trailers or the only headers; null = none came */
  readonly grpcStatus: string | null;
  readonly grpcMessage: string;
  readonly body: Uint8Array;
}

export function judgeHealth({ status, grpcStatus, grpcMessage, body }: HealthAnswer): ProbeResult {
  if (status !== 200) {
    return failed({ kind: 'unwanted_value', what: 'the HTTP status', value: `${status}`, wanted: '200' });
  }
  if (grpcStatus !== null && grpcStatus !== '0') {
    const detail = shownText(grpcMessage, null);
    return failed({
      kind: 'refused',
      stage: 'reply',
      code: `grpc-status ${shownText(grpcStatus, null)}`,
      detail,
    });
  }
  const serving = servingStatus(body);
  if (serving === null || grpcStatus === null) {
    return failed({ kind: 'malformed', stage: 'reply', detail: 'no HealthCheckResponse' });
  }
  if (serving === 1) return PASSED;
  return failed({ kind: 'not_serving', status: STATUSES[serving] ?? `status ${serving}` });
}

/** Field 1 of the message; a message without it says 0 (UNKNOWN). null = no message. */
function servingStatus(body: Uint8Array): number | null {
  if (body.length < PREFIX_BYTES || body[0] !== 0) return null;
  const length = body.slice(1, PREFIX_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  const message = body.subarray(PREFIX_BYTES);
  if (message.length !== length) return null;
  if (length === 0) return 0;
  const [tag, value = 0x80] = message;
  return tag === STATUS_TAG && value < 0x80 ? value : null;
}
