/** Real servers on 127.0.0.1 for probes, and virtual time for the probes' deadlines. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { after, type Instant, instant, type Micros } from '../../src/base/units.ts';
import type { ProbeAnswer } from '../../src/checks/core/probe-result.ts';
import type { OpenDatagram } from '../../src/checks/probes/datagram-exchange.ts';
import { createDeadlines, type DeadlineQueue } from '../../src/checks/probes/deadlines.ts';
import { createDial, type Dial, type TlsMaterial } from '../../src/checks/probes/dial.ts';
import { type RunProgram, startProbe } from '../../src/checks/probes/probe.ts';
import { openProbeSocket } from '../../src/checks/shell/probe-socket.ts';
import type { ProbedChecker } from '../../src/config/model/lvs.ts';
import { createClock } from '../../src/net/adapters/clock.ts';
import { createProgramRunner } from '../../src/scripts/program-runner.ts';

export interface LoopbackServer {
  readonly port: number;
  /** requests and the names asked for in TLS handshakes, in order */
  readonly requests: readonly string[];
  readonly names: readonly (string | false)[];
  readonly sockets: readonly Socket[];
}

/** Serves until the test ends. `onRequest` is called with what each connection sends first. */
export async function serve(onRequest: (socket: Socket, request: string) => void): Promise<LoopbackServer> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    keep(socket, sockets);
    socket.once('data', (data) => {
      requests.push(data.toString('latin1'));
      onRequest(socket, data.toString('latin1'));
    });
  });
  return { port: await listening(server, sockets), requests, names: [], sockets };
}

/** Talks first, whatever the peer sends. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<LoopbackServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    keep(socket, sockets);
    onConnection(socket);
  });
  return { port: await listening(server, sockets), requests: [], names: [], sockets };
}

export async function serveTls(answer: string, closes = true): Promise<LoopbackServer> {
  const requests: string[] = [];
  const names: (string | false)[] = [];
  const sockets: Socket[] = [];
  const file = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name));
  const server = createTlsServer({ key: file('test-key.pem'), cert: file('test-cert.pem') }, (socket) => {
    names.push(socket.servername ?? false);
    socket.on('error', () => {});
    socket.once('data', (data) => {
      requests.push(data.toString('latin1'));
      if (closes) socket.end(answer);
      else socket.write(answer);
    });
  });
  server.on('connection', (socket: Socket) => keep(socket, sockets));
  server.on('tlsClientError', () => {});
  return { port: await listening(server, sockets), requests, names, sockets };
}

function keep(socket: Socket, sockets: Socket[]): void {
  socket.on('error', () => {});
  sockets.push(socket);
}

async function listening(server: Server, sockets: readonly Socket[]): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface RunningTestProbe {
  readonly result: Promise<ProbeAnswer>;
  /** virtual time goes on; deadlines are looked at */
  pass(duration: Micros): void;
  abort(): void;
}

const programs = createProgramRunner(createClock());
const runProgram: RunProgram = ({ command, timeout }, completed) =>
  programs.run(
    { ...command, timeout, settings: { user: null, security: false, supplementaryGroups: false } },
    completed,
  );

/** `pace`: virtual time that passes whenever the probe looks at its clock, as it does for each chunk it reads. */
export function startTestProbe(
  checker: ProbedChecker,
  options: {
    readonly dial?: Dial;
    readonly openDatagram?: OpenDatagram;
    readonly pace?: Micros;
    readonly material?: TlsMaterial;
    readonly wall?: number;
  } = {},
): RunningTestProbe {
  let time: Instant = instant(1_000_000);
  let pace: Micros | null = null;
  const deadlines: DeadlineQueue = createDeadlines(() => {
    if (pace === null) return time;
    time = after(time, pace);
    setImmediate(() => deadlines.expireDue(time));
    return time;
  });
  const dial = options.dial ?? createDial(null);
  const openDatagram = options.openDatagram ?? openProbeSocket;
  const ports = {
    ...{ deadlines, dial, openDatagram, runProgram },
    tlsMaterial: () => options.material ?? {},
    wall: () => options.wall ?? 0,
  };
  let abort = (): void => {};
  const result = new Promise<ProbeAnswer>((resolve) => {
    const probe = startProbe(checker, ports, resolve);
    abort = () => probe.abort();
  });
  pace = options.pace ?? null;
  return {
    result,
    abort,
    pass(duration) {
      time = after(time, duration);
      deadlines.expireDue(time);
    },
  };
}
