/** One request and its answer on a connection of its own: the part that HTTP_GET, SSL_GET and genhash share.
 *  Bounded in time and memory whatever the peer does: each step has the checker's timeout, the whole has
 *  EXCHANGE_TIMEOUTS of it, the body is handed on as it comes and never kept. */
import { after, earliest, type Instant, micros } from '../../base/units.ts';
import type { CheckTarget, HttpProtocol, HttpTls } from '../../config/model/lvs.ts';
import { emptyMessage, type HttpHead, type HttpMessage, receive, requestText } from '../core/http-message.ts';
import { type ExchangeFailure, failed, type Setback } from '../core/probe-result.ts';
import { connectError } from './dial.ts';
import type { ProbePorts, RunningProbe } from './probe.ts';

/** Connecting, the TLS handshake, the wait for the first byte, and the rest: four timeouts for all of it. */
export const EXCHANGE_TIMEOUTS = 4;
/** A body above this is a failure; hashing it would cost more than it tells. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

export interface HttpExchange {
  readonly target: CheckTarget;
  readonly tls: HttpTls | null;
  readonly protocol: HttpProtocol;
  readonly path: string;
  readonly virtualHost: string | null;
}

export interface ExchangeListener {
  /** The head is complete. */
  onHead?(head: HttpHead): void;
  /** Bytes of the body in order; valid only during the call. */
  onBody(bytes: Uint8Array): void;
  /** Exactly once, last. */
  onEnd(end: ExchangeEnd): void;
}

export type ExchangeEnd =
  | { readonly kind: 'answered'; readonly head: HttpHead; readonly received: number }
  | Setback<ExchangeFailure>;

type Phase = 'connecting' | 'handshaking' | 'reading';

export function startExchange(
  exchange: HttpExchange,
  { deadlines, dial }: ProbePorts,
  listener: ExchangeListener,
): RunningProbe {
  const { target, path } = exchange;
  const { socket, opened } = dial(target, exchange.tls);
  const started = deadlines.now();
  const lastMoment = after(started, micros(EXCHANGE_TIMEOUTS * target.timeout));
  let phase: Phase = 'connecting';
  let message: HttpMessage = emptyMessage;
  let heardAt: Instant = started;
  let over = false;

  const finish = (end: ExchangeEnd | null): void => {
    if (over) return;
    over = true;
    callOff();
    socket.destroy();
    if (end !== null) listener.onEnd(end);
  };
  const fail = (failure: ExchangeFailure): void => finish(failed(failure));
  const step = (next: Phase): void => {
    phase = next;
    heardAt = deadlines.now();
  };
  const callOff = deadlines.add(after(started, target.timeout), (now) => {
    const silence = after(heardAt, target.timeout);
    if (now < silence && now < lastMoment) return earliest(silence, lastMoment);
    fail(now < lastMoment ? silenceIn(phase, path) : { kind: 'exchange_timeout', url: path });
    return null;
  });

  if (opened === 'secureConnect') socket.once('connect', () => step('handshaking'));
  socket.once(opened, () => {
    step('reading');
    socket.write(requestText({ ...exchange, address: target.address, port: target.port }));
  });
  socket.on('data', (chunk) => {
    if (over) return;
    heardAt = deadlines.now();
    const headBefore = 'head' in message;
    const received = receive(message, chunk);
    message = received.message;
    if (!headBefore && 'head' in message) listener.onHead?.(message.head);
    if (received.body.length > 0) listener.onBody(received.body);
    const end = endByContent(message, path);
    if (end !== null) finish(end);
  });
  // Without an error and before anything could be read: the peer did not want to talk.
  const closed = (): ExchangeEnd =>
    phase === 'reading' ? endByClose(message, path) : failed(errorIn(phase, path)('closed'));
  socket.once('end', () => finish(closed()));
  socket.on('error', (error) => finish(connectError(error, errorIn(phase, path))));
  socket.once('close', () => finish(closed()));
  return { abort: () => finish(null) };
}

const silenceIn = (phase: Phase, url: string): ExchangeFailure => {
  switch (phase) {
    case 'connecting':
      return { kind: 'connect_timeout' };
    case 'handshaking':
      return { kind: 'tls_failed', code: 'timeout' };
    case 'reading':
      return { kind: 'read_timeout', url };
  }
};

const errorIn =
  (phase: Phase, url: string) =>
  (code: string): ExchangeFailure => {
    switch (phase) {
      case 'connecting':
        return { kind: 'connect_failed', code };
      case 'handshaking':
        return { kind: 'tls_failed', code };
      case 'reading':
        return { kind: 'read_failed', url, code };
    }
  };

/** The end that the bytes themselves tell; null = more are wanted. */
function endByContent(message: HttpMessage, url: string): ExchangeEnd | null {
  switch (message.kind) {
    case 'in_head':
      return null;
    case 'headless':
      return failed({ kind: 'no_header', url, received: message.received });
    case 'complete':
      return { kind: 'answered', head: message.head, received: message.received };
    case 'in_body':
      return message.received > BODY_BYTES_MAX
        ? failed({ kind: 'body_too_long', url, limit: BODY_BYTES_MAX })
        : null;
  }
}

/** The peer has closed: a body shorter than promised counts as it is, a missing head is a failure. */
function endByClose(message: HttpMessage, url: string): ExchangeEnd {
  if ('head' in message) return { kind: 'answered', head: message.head, received: message.received };
  const received = message.kind === 'in_head' ? message.bytes.length : message.received;
  return failed({ kind: 'no_header', url, received });
}
