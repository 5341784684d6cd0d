import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseIp } from '../../src/base/ip.ts';
import type { LogEntry } from '../../src/base/log.ts';
import { invariant } from '../../src/base/never.ts';
import { port } from '../../src/base/units.ts';
import {
  fetchStatus,
  fetchWhy,
  requestOrder,
  requestProbe,
  requestReload,
} from '../../src/control/client.ts';
import {
  HTTP_CONNECTIONS_MAX,
  HTTP_HEADER_BYTES_MAX,
  HTTP_LIMITS,
  type HttpLimits,
} from '../../src/control/http.ts';
import { startPrometheus } from '../../src/control/prometheus.ts';
import { type ControlHandlers, type Listener, startControlServer } from '../../src/control/server.ts';
import { STATUS } from '../observe/samples.ts';
import { WHY } from '../observe/why-samples.ts';

let folder = '';
let socketPath = '';
let logged: LogEntry[] = [];
let closers: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-control-'));
  socketPath = join(folder, 'run', 'vipd.sock');
  logged = [];
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(folder, { recursive: true });
});

const HANDLERS: ControlHandlers = {
  status: async () => STATUS,
  reload: async () => ({ accepted: true, diagnostics: [] }),
  tellAgain: async () => ({ objects: 0 }),
  drain: async () => ({ accepted: true, text: '' }),
  plan: async () => ({ accepted: true, diagnostics: [], changes: [], operations: [], why: null }),
  order: async (name) =>
    name === 'VI_1'
      ? { refused: null, instances: [] }
      : { refused: `no instance or sync group has the name ${name}`, instances: [] },
  probe: async () => null,
};
/** For the tests that wait until a limit is over; a busy machine may need longer for an honest answer. */
const SHORT: HttpLimits = { requestMillis: 300, handlerMillis: 300 };

async function start(
  handlers: Partial<ControlHandlers> = {},
  limits: HttpLimits = HTTP_LIMITS,
): Promise<Listener> {
  const started = await startControlServer({
    socketPath,
    handlers: { ...HANDLERS, ...handlers },
    log: (entry) => logged.push(entry),
    limits,
  });
  invariant(started.ok, () => JSON.stringify(started));
  closers.push(() => started.value.close());
  return started.value;
}

const startAgain = () => startControlServer({ socketPath, handlers: HANDLERS, log: (e) => logged.push(e) });

/** Sends raw bytes and collects what comes back until the server hangs up. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(socketPath, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

describe('control socket', () => {
  test('answers the status that it was given, whole', async () => {
    await start();
    expect(await fetchStatus(socketPath)).toEqual({ ok: true, value: STATUS });
  });

  test('belongs to its owner alone', async () => {
    const before = process.umask(0);
    try {
      await start();
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  test('tells accepted and refused reloads apart', async () => {
    let accepted = true;
    await start({ reload: async () => ({ accepted, diagnostics: ['conf:1:1 something'] }) });
    expect(await requestReload(socketPath)).toMatchObject({ ok: true, value: { accepted: true } });
    accepted = false;
    expect(await requestReload(socketPath)).toEqual({
      ok: true,
      value: { accepted: false, diagnostics: ['conf:1:1 something'] },
    });
  });

  test('answers why, by the name of an instance or of a sync group', async () => {
    await start();
    const [one, group] = [await fetchWhy(socketPath, 'VI_1'), await fetchWhy(socketPath, 'G1')];
    expect(one).toMatchObject({ ok: true, value: { instances: [{ name: 'VI_1', ...WHY }] } });
    expect(group).toEqual(one);
    expect(await fetchWhy(socketPath, 'VI_9')).toMatchObject({
      ok: false,
      error: { text: 'vipd answered 404: no instance or sync group has the name VI_9' },
    });
  });

  test('tells refused orders from obeyed ones, and a process that is silent from both', async () => {
    await start();
    expect(await requestOrder(socketPath, 'failover', { name: 'VI_1' })).toMatchObject({ ok: true });
    expect(await requestOrder(socketPath, 'prefer', { name: 'VI_9' })).toMatchObject({
      error: { kind: 'refused', text: 'vipd answered 409: no instance or sync group has the name VI_9' },
    });
    expect(await requestProbe(socketPath, 'VI_1')).toMatchObject({
      error: { kind: 'refused', text: 'vipd answered 503: the vrrp process does not run or does not answer' },
    });
  });

  test('serves the metrics too', async () => {
    await start();
    const answer = await exchange('GET /metrics HTTP/1.1\r\nHost: vipd\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('content-type: text/plain; version=0.0.4');
    expect(answer).toContain('vipd_build_info{version="0.1.0"} 1');
  });

  test('is gone when the daemon closes it, whoever is still connected', async () => {
    let asked = () => {};
    const request = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const listener = await start({
      status: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const answer = exchange('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n');
    await request;
    await listener.close();
    expect(await answer).toBe('');
    expect(existsSync(socketPath)).toBe(false);
  });
});

describe('a path that is taken', () => {
  test('by a socket whose daemon is gone is cleared and used', async () => {
    const orphan = join(folder, 'orphan.cjs');
    writeFileSync(
      orphan,
      `require('node:fs').mkdirSync(${JSON.stringify(join(folder, 'run'))});
       const server = require('node:net').createServer();
       server.listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 9));`,
    );
    expect(spawnSync(process.execPath, [orphan]).signal).toBe('SIGKILL');
    expect(statSync(socketPath).isSocket()).toBe(true);
    await start();
    expect(logged.map(({ id }) => id)).toEqual(['control_stale_socket', 'control_listening']);
    expect((await fetchStatus(socketPath)).ok).toBe(true);
  });

  test('by a living daemon is refused, and that daemon goes on', async () => {
    await start();
    expect(await startAgain()).toMatchObject({ ok: false, error: { code: 'EADDRINUSE' } });
    expect((await fetchStatus(socketPath)).ok).toBe(true);
  });

  test('by a file is refused, and the file stays', async () => {
    socketPath = join(folder, 'file');
    writeFileSync(socketPath, 'precious');
    expect(await startAgain()).toMatchObject({ ok: false, error: { code: 'ENOTSOCK' } });
    expect(existsSync(socketPath)).toBe(true);
  });

  test('or too long, or in a place that cannot be made, is an error with its code', async () => {
    socketPath = join(folder, 'x'.repeat(120));
    expect(await startAgain()).toMatchObject({ ok: false, error: { code: 'ENAMETOOLONG' } });
    writeFileSync(join(folder, 'file'), '');
    socketPath = join(folder, 'file', 'run', 'vipd.sock');
    expect(await startAgain()).toMatchObject({ ok: false, error: { code: 'ENOTDIR' } });
  });
});

describe('a bad client', () => {
  test('that asks for what is not there gets 404, with the wrong method 405 and the right one', async () => {
    await start();
    expect(await exchange('GET /nothing HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
    const answer = await exchange('GET /v1/reload HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toContain('allow: POST\r\n');
  });

  test('that speaks nonsense gets 400', async () => {
    await start();
    expect(await exchange('\u0000\u0001 what\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('whose headers are too large gets 431', async () => {
    await start();
    const cookie = 'x'.repeat(HTTP_HEADER_BYTES_MAX);
    expect(await exchange(`GET /v1/status HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  test('that announces a body gets 413 before it is read, and nothing is reloaded', async () => {
    let reloads = 0;
    await start({
      reload: async () => {
        reloads += 1;
        return { accepted: true, diagnostics: [] };
      },
    });
    const head = 'POST /v1/reload HTTP/1.1\r\nHost: a\r\n';
    expect(await exchange(`${head}Content-Length: 1000000000\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await exchange(`${head}Transfer-Encoding: chunked\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(reloads).toBe(0);
  });

  test('that never ends its headers is cut at the request limit', async () => {
    await start({}, SHORT);
    expect(await exchange('GET /v1/status HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('that says nothing at all is cut', async () => {
    await start({}, SHORT);
    expect(await exchange('')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('that never reads its answer loses its place to others', async () => {
    const large = { ...STATUS, configFile: 'x'.repeat(1_000_000) };
    await start({ status: async () => large }, SHORT);
    const crowd = Array.from({ length: HTTP_CONNECTIONS_MAX }, () => {
      const client = connect(socketPath, () => client.write('GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n'));
      closers.push(() => client.destroy());
      return client.on('error', () => {}).pause();
    });
    await Promise.all(crowd.map((c) => new Promise((resolve) => c.once('connect', resolve))));
    const served = () => exchange('GET /metrics HTTP/1.0\r\n\r\n');
    expect(await served()).toBe('');
    await vi.waitFor(async () => expect(await served()).toMatch(/^HTTP\/1\.1 200 /), { timeout: 10_000 });
  }, 15_000);

  test('that opens many connections gets the limit, and others are served after it left', async () => {
    await start();
    const crowd = Array.from({ length: HTTP_CONNECTIONS_MAX }, () => connect(socketPath));
    await Promise.all(crowd.map((c) => new Promise((resolve) => c.once('connect', resolve))));
    expect(await exchange('GET /v1/status HTTP/1.0\r\n\r\n')).toBe('');
    const left = crowd.map((c) => new Promise((resolve) => c.once('close', resolve)));
    for (const c of crowd) c.destroy();
    await Promise.all(left);
    expect((await fetchStatus(socketPath)).ok).toBe(true);
  });
});

describe('a bad handler', () => {
  test('that throws gives 500 with the reason, is logged, and the server goes on', async () => {
    let broken = true;
    await start({
      status: async () => {
        if (broken) throw new Error('no status today');
        return STATUS;
      },
    });
    const answer = await fetchStatus(socketPath);
    expect(answer).toMatchObject({ ok: false, error: { kind: 'refused' } });
    expect(!answer.ok && answer.error.text).toContain('500: GET /v1/status: no status today');
    expect(logged.at(-1)?.id).toBe('control_request_failed');
    broken = false;
    expect((await fetchStatus(socketPath)).ok).toBe(true);
  });

  test('that never answers gives 504 at the handler limit', async () => {
    await start({ status: () => new Promise(() => {}) }, SHORT);
    const answer = await fetchStatus(socketPath);
    expect(!answer.ok && answer.error.text).toContain('504');
  });
});

describe('the client', () => {
  test('that finds no socket asks whether vipd runs', async () => {
    expect(await fetchStatus(socketPath)).toEqual({
      ok: false,
      error: {
        kind: 'unreachable',
        text: `cannot reach vipd at ${socketPath}: ENOENT — is vipd running? (systemctl status vipd)`,
      },
    });
  });

  test('that meets somebody else says so', async () => {
    socketPath = join(folder, 'other.sock');
    const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
    await new Promise<void>((resolve) => other.listen(socketPath, resolve));
    closers.push(() => other.close());
    const answer = await fetchStatus(socketPath);
    expect(!answer.ok && answer.error.text).toBe('vipd answered 200: not an answer of vipd');
  });
});

describe('the Prometheus endpoint', () => {
  const loopback = parseIp('127.0.0.1');
  invariant(loopback !== null, () => 'loopback');
  const options = {
    address: loopback,
    status: async () => STATUS,
    log: (entry: LogEntry) => void logged.push(entry),
  };

  test('serves the metrics and nothing else', async () => {
    const endpoint = await startPrometheus({ ...options, port: port(0) });
    invariant(endpoint.ok, () => JSON.stringify(endpoint));
    closers.push(() => endpoint.value.close());
    const get = (path: string, method = 'GET') =>
      fetch(`http://127.0.0.1:${endpoint.value.port}${path}`, { method });
    expect(await (await get('/metrics')).text()).toContain('keepalived_up 1\n');
    expect((await get('/v1/status')).status).toBe(404);
    expect((await get('/v1/reload', 'POST')).status).toBe(404);
  });

  test('whose port is taken is an error with its code', async () => {
    const first = await startPrometheus({ ...options, port: port(0) });
    invariant(first.ok, () => JSON.stringify(first));
    closers.push(() => first.value.close());
    const second = await startPrometheus({ ...options, port: port(first.value.port) });
    expect(second).toMatchObject({ ok: false, error: { code: 'EADDRINUSE' } });
  });
});
