/** A probe's connection as the client libraries of databases take it: a stream that looks like a socket, hands over a bounded
 *  number of bytes, and tells when it was heard. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Of one check, both logins and answers: a query for a health check gives a row, not a table. */
export const SESSION_BYTES_MAX = 1024 * 1024;

export interface StreamListener {
  readonly onBytes: () => void;
  /** The peer has sent more than SESSION_BYTES_MAX; nothing of it was handed over. */
  readonly onFlood: () => void;
}

export class LibraryStream extends Duplex {
  readonly #socket: Socket;
  /** what Node holds a certificate against when a library gives no name (tls.connect) */
  readonly _host: string;
  #received = 0;

  /** `socket` is being opened; its errors belong to the caller. */
  constructor(socket: Socket, host: string, { onBytes, onFlood }: StreamListener) {
    super({ autoDestroy: false });
    this.#socket = socket;
    this._host = host;
    socket.once('connect', () => this.emit('connect'));
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      onBytes();
      if (this.#received > SESSION_BYTES_MAX) onFlood();
      else if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.emit('close'));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done();
  }

  // what libraries ask of a socket; it is open or opening already
  connect(): this {
    return this;
  }
  setNoDelay(): this {
    this.#socket.setNoDelay(true);
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
