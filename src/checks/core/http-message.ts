/** An HTTP/1 answer as bytes come in, and the request that asks for it. behaviour.md section 16.3. It is what a
 *  health check needs and no more: the head ends at the first empty line within 4095 bytes, the body is everything
 *  behind it up to Content-Length, nothing is decoded. However the bytes are cut, the verdict is the same. */

import type { IpAddress } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import type { Port } from '../../base/units.ts';
import type { HttpWords } from '../../config/model/http-words.ts';
import type { HttpProtocol, StatusRange } from '../../config/model/lvs.ts';
import { utf8Length } from './utf8.ts';

/** The end of the head has to lie within so many bytes from the start. */
export const HEAD_BYTES_MAX = 4095;

export interface HttpHead {
  /** the whole head with its empty line */
  readonly bytes: Uint8Array;
  /** 0 when the first line holds none */
  readonly status: number;
  /** null = until the peer closes */
  readonly contentLength: number | null;
}

export type HttpMessage =
  | { readonly kind: 'in_head'; readonly bytes: Uint8Array }
  | { readonly kind: 'in_body'; readonly head: HttpHead; readonly received: number }
  /** all that Content-Length promised has arrived; more bytes change nothing */
  | { readonly kind: 'complete'; readonly head: HttpHead; readonly received: number }
  /** no empty line in the first 4095 bytes */
  | { readonly kind: 'headless'; readonly received: number };

export const NO_BYTES = new Uint8Array(0);
export const emptyMessage: HttpMessage = { kind: 'in_head', bytes: NO_BYTES };

/** The message with more bytes, and which of them belong to the body (a view of `chunk` or of the head's buffer). */
export function receive(
  message: HttpMessage,
  chunk: Uint8Array,
): { readonly message: HttpMessage; readonly body: Uint8Array } {
  switch (message.kind) {
    case 'in_head':
      return receiveHead(joined(message.bytes, chunk));
    case 'in_body':
      return receiveBody(message.head, message.received, chunk);
    case 'complete':
    case 'headless':
      return { message, body: NO_BYTES };
    default:
      return exhaustive(message);
  }
}

function receiveHead(bytes: Uint8Array): { readonly message: HttpMessage; readonly body: Uint8Array } {
  const end = headEnd(bytes);
  if (end > 0) return receiveBody(parseHead(bytes.subarray(0, end)), 0, bytes.subarray(end));
  if (bytes.length >= HEAD_BYTES_MAX) {
    return { message: { kind: 'headless', received: HEAD_BYTES_MAX }, body: NO_BYTES };
  }
  return { message: { kind: 'in_head', bytes }, body: NO_BYTES };
}

function receiveBody(
  head: HttpHead,
  before: number,
  chunk: Uint8Array,
): { readonly message: HttpMessage; readonly body: Uint8Array } {
  const wanted = head.contentLength ?? Number.POSITIVE_INFINITY;
  const body = chunk.length > wanted - before ? chunk.subarray(0, wanted - before) : chunk;
  const received = before + body.length;
  return { message: { kind: received >= wanted ? 'complete' : 'in_body', head, received }, body };
}

const CR = 13;
const LF = 10;

/** Index behind the first CRLFCRLF that ends within the limit; 0 when there is none. */
function headEnd(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, HEAD_BYTES_MAX);
  for (let lf = bytes.indexOf(LF, 3); lf >= 3 && lf < limit; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf - 1] === CR && bytes[lf - 2] === LF && bytes[lf - 3] === CR) return lf + 1;
  }
  return 0;
}

/** `HTTP/1.1 200 OK`: the number behind the first word. The header's name counts only as written here. */
function parseHead(bytes: Uint8Array): HttpHead {
  const text = latin1(bytes);
  const status = /^HTTP\/\S+ +(\d{3})(?!\d)/.exec(text)?.[1];
  const length = /\r\nContent-Length:[ \t]*(\d{1,15})[ \t]*\r\n/.exec(text)?.[1];
  return {
    bytes,
    status: status === undefined ? 0 : Number(status),
    contentLength: length === undefined ? null : Number(length),
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** One character per byte; at most `HEAD_BYTES_MAX` of them. */
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export const statusAccepted = (accepted: readonly StatusRange[], status: number): boolean =>
  accepted.some(({ low, high }) => low <= status && status <= high);

export interface HttpRequest {
  readonly path: string;
  readonly protocol: HttpProtocol;
  /** null = address and port of the target */
  readonly virtualHost: string | null;
  readonly address: IpAddress;
  readonly port: Port;
  /** absent or null = a plain GET */
  readonly words?: HttpWords | null;
  /** value of an Authorization header */
  readonly authorization?: string | null;
}

export function requestText(request: HttpRequest): string {
  const { path, protocol, virtualHost, address, port, words = null, authorization = null } = request;
  const version = protocol === '1.1' ? '1.1' : '1.0';
  const close = protocol === '1.0' ? '' : 'Connection: close\r\n';
  const host = virtualHost ?? `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const own = [
    ...(authorization === null ? [] : [{ name: 'Authorization', secret: authorization }]),
    ...(words?.headers ?? []),
    ...(words === null || words.body === null
      ? []
      : [{ name: 'Content-Length', secret: `${utf8Length(words.body)}` }]),
  ];
  return (
    `${words?.method ?? 'GET'} ${path} HTTP/${version}\r\nUser-Agent: KeepAliveClient\r\n${close}Host: ${host}\r\n` +
    `${own.map(({ name, secret }) => `${name}: ${secret}\r\n`).join('')}\r\n${words?.body ?? ''}`
  );
}
