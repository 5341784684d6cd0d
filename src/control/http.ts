/** What both listeners have in common: a node:http server that trusts nobody. A request has a deadline and
 *  a size, a connection serves one request, and there are only so many connections. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenOptions } from 'node:net';

export const HTTP_CONNECTIONS_MAX = 32;
export const HTTP_HEADER_BYTES_MAX = 8 * 1024;
/** a whole request, from the connection on */
export const HTTP_REQUEST_MS_MAX = 5_000;
/** how long a handler may think: a child that hangs must not hang its observer */
export const HTTP_HANDLER_MS_MAX = 10_000;
/** node looks for expired requests this often within the limit, so it notices one at most a tenth too late */
const CHECKS_PER_REQUEST_LIMIT = 10;

export interface HttpReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpHandler = (method: string, target: string) => Promise<HttpReply>;

/** Limits that a test may shrink; production takes the defaults. */
export interface HttpLimits {
  readonly requestMillis: number;
  readonly handlerMillis: number;
}

export const HTTP_LIMITS: HttpLimits = {
  requestMillis: HTTP_REQUEST_MS_MAX,
  handlerMillis: HTTP_HANDLER_MS_MAX,
};

export const jsonReply = (status: number, value: unknown): HttpReply => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});

export const problem = (status: number, error: string): HttpReply => jsonReply(status, { error });

/** `onFailure` hears of a handler that threw or never answered. */
export function createHttpServer(
  handle: HttpHandler,
  onFailure: (reason: string) => void,
  limits: HttpLimits,
): Server {
  const server = createServer(
    {
      maxHeaderSize: HTTP_HEADER_BYTES_MAX,
      requestTimeout: limits.requestMillis,
      connectionsCheckingInterval: Math.ceil(limits.requestMillis / CHECKS_PER_REQUEST_LIMIT),
    },
    (request, response) => {
      void answer(request, response, handle, onFailure, limits);
    },
  );
  server.maxConnections = HTTP_CONNECTIONS_MAX;
  // a client that does not read its answer must not hold its place among the connections
  server.timeout = limits.requestMillis + limits.handlerMillis;
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: HttpHandler,
  onFailure: (reason: string) => void,
  limits: HttpLimits,
): Promise<void> {
  const { method = '', url = '' } = request;
  if (hasBody(request)) {
    send(response, problem(413, 'requests have no body here'));
    return;
  }
  try {
    send(response, await withinMillis(limits.handlerMillis, handle(method, url)));
  } catch (cause) {
    const reason = `${method} ${url}: ${cause instanceof Error ? cause.message : String(cause)}`;
    onFailure(reason);
    send(response, problem(cause instanceof HandlerTimeout ? 504 : 500, reason));
  }
}

/** A body is never read, so it can be neither too large nor too slow. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

function send(response: ServerResponse, reply: HttpReply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    connection: 'close',
    ...reply.headers,
  });
  response.end(reply.body);
}

class HandlerTimeout extends Error {}

async function withinMillis<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HandlerTimeout(`no answer within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the server listens, rejects when it cannot. The socket is bound within the call. */
export function listenHttp(
  server: Server,
  where: ListenOptions,
  onFailure: (reason: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      // a failing accept (EMFILE) must not end the daemon
      server.on('error', (cause) => onFailure(cause.message));
      resolve();
    });
  });
}

/** Stops accepting and cuts whoever is still connected. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
