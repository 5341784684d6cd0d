/** One request and its answer on a connection of its own: the part that HTTP_GET, SSL_GET and genhash share.
 *  Bounded in time and memory whatever the peer does: each step has the checker's timeout, the whole has
 *  EXCHANGE_TIMEOUTS of it, the body is handed on as it comes and never kept. */

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { exhaustive } from '../../base/never.ts';
import { after } from '../../base/units.ts';
import type { HttpWords } from '../../config/model/http-words.ts';
import type { CheckTarget, HttpProtocol, HttpTls } from '../../config/model/lvs.ts';
import { emptyMessage, type HttpHead, type HttpMessage, receive, requestText } from '../core/http-message.ts';
import { type ExchangeFailure, failed, type Setback } from '../core/probe-result.ts';
import type { Deadlines } from './deadlines.ts';
import { connectError } from './dial.ts';
import { createPatience, type Patience } from './patience.ts';
import type { ConnectionPorts, RunningProbe } from './probe.ts';

/** A body above this is a failure; hashing it would cost more than it tells. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

export interface HttpExchange {
  readonly target: CheckTarget;
  readonly tls: HttpTls | null;
  readonly protocol: HttpProtocol;
  readonly path: string;
  readonly virtualHost: string | null;
  /** absent or null = a plain GET */
  readonly words?: HttpWords | null;
  /** value of an Authorization header */
  readonly authorization?: string | null;
}

export interface ExchangeListener {
  /** The TLS handshake is over; `ends`: when the peer's certificate does, milliseconds since 1970, NaN when it does not say. */
  onSecure?(ends: number): void;
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

/** Starts at once; the listener hears nothing before this returns. */
export const startExchange = (
  exchange: HttpExchange,
  ports: ConnectionPorts,
  listener: ExchangeListener,
): RunningProbe => new Exchange(exchange, ports, listener);

class Exchange implements RunningProbe {
  readonly #exchange: HttpExchange;
  readonly #listener: ExchangeListener;
  readonly #deadlines: Deadlines;
  readonly #socket: Socket;
  readonly #patience: Patience;
  #phase: Phase = 'connecting';
  #message: HttpMessage = emptyMessage;
  #over = false;

  constructor(exchange: HttpExchange, { deadlines, dial }: ConnectionPorts, listener: ExchangeListener) {
    const { target, tls } = exchange;
    this.#exchange = exchange;
    this.#listener = listener;
    this.#deadlines = deadlines;
    this.#patience = createPatience(deadlines, target.timeout, (because) => this.#waited(because));
    const { socket, opened } = dial(target, tls);
    this.#socket = socket;
    if (opened === 'secureConnect') socket.once('connect', () => this.#step('handshaking'));
    socket.once(opened, () => this.#ask());
    socket.on('data', (chunk) => this.#read(chunk));
    socket.once('end', () => this.#closed());
    socket.once('close', () => this.#closed());
    socket.on('error', (error) => this.#finish(connectError(error, this.#failure)));
  }

  abort(): void {
    this.#finish(null);
  }

  #step(phase: Phase): void {
    this.#phase = phase;
    this.#patience.heard();
  }

  #ask(): void {
    const { address, port } = this.#exchange.target;
    this.#step('reading');
    this.#tellCertificate();
    this.#socket.write(requestText({ ...this.#exchange, address, port }));
  }

  #tellCertificate(): void {
    const { onSecure } = this.#listener;
    const socket = this.#socket;
    if (onSecure === undefined || !('getPeerCertificate' in socket)) return;
    onSecure(Date.parse((socket as TLSSocket).getPeerCertificate().valid_to));
  }

  #read(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#patience.heard();
    const { message, body } = receive(this.#message, chunk);
    if (!('head' in this.#message) && 'head' in message) this.#listener.onHead?.(message.head);
    this.#message = message;
    if (body.length > 0) this.#listener.onBody(body);
    const isBodiless = this.#exchange.words?.method === 'HEAD';
    const end = endByContent(message, this.#exchange.path, isBodiless);
    if (end !== null) this.#finish(end);
  }

  /** Closed without an error; before anything could be read it means that the peer did not want to talk. */
  #closed(): void {
    const reading = this.#phase === 'reading';
    this.#finish(reading ? endByClose(this.#message, this.#exchange.path) : failed(this.#failure('closed')));
  }

  #waited(because: 'silence' | 'length'): void {
    const url = this.#exchange.path;
    this.#finish(
      failed(because === 'silence' ? silenceIn(this.#phase, url) : { kind: 'exchange_timeout', url }),
    );
  }

  /** What an error with this code means now. */
  readonly #failure = (code: string): ExchangeFailure => errorIn(this.#phase, this.#exchange.path, code);

  /** Says close_notify and hears the peer's, in one more timeout. */
  #part(): void {
    const socket = this.#socket;
    const deadlines = this.#deadlines;
    const callOff = deadlines.add(after(deadlines.now(), this.#exchange.target.timeout), () => {
      socket.destroy();
      return null;
    });
    socket.once('close', callOff);
    socket.end();
  }

  #finish(end: ExchangeEnd | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#patience.callOff();
    if (end?.kind === 'answered' && this.#exchange.tls?.fullClose === true) this.#part();
    else this.#socket.destroy();
    if (end !== null) this.#listener.onEnd(end);
  }
}

const silenceIn = (phase: Phase, url: string): ExchangeFailure => {
  switch (phase) {
    case 'connecting':
      return { kind: 'connect_timeout' };
    case 'handshaking':
      return { kind: 'tls_failed', code: 'timeout' };
    case 'reading':
      return { kind: 'read_timeout', url };
    default:
      return exhaustive(phase);
  }
};

const errorIn = (phase: Phase, url: string, code: string): ExchangeFailure => {
  switch (phase) {
    case 'connecting':
      return { kind: 'connect_failed', code };
    case 'handshaking':
      return { kind: 'tls_failed', code };
    case 'reading':
      return { kind: 'read_failed', url, code };
    default:
      return exhaustive(phase);
  }
};

/** The end that the bytes themselves tell; null = more are wanted. */
function endByContent(message: HttpMessage, url: string, isBodiless: boolean): ExchangeEnd | null {
  if (isBodiless && 'head' in message) return { kind: 'answered', head: message.head, received: 0 };
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
    default:
      return exhaustive(message);
  }
}

/** The peer has closed: a body shorter than promised counts as it is, a missing head is a failure. */
function endByClose(message: HttpMessage, url: string): ExchangeEnd {
  if ('head' in message) return { kind: 'answered', head: message.head, received: message.received };
  const received = message.kind === 'in_head' ? message.bytes.length : message.received;
  return failed({ kind: 'no_header', url, received });
}
