import { once } from 'node:events';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { fwMark, seconds } from '../../../src/base/units.ts';
import { createDial } from '../../../src/checks/probes/dial.ts';
import { closedPort, serveRaw, startTestProbe } from '../loopback.ts';
import { ip, target, tcpChecker } from '../model.ts';

test('a server that accepts passes, and gets a reset instead of a socket in TIME_WAIT', async () => {
  let reset: Promise<unknown[]> = Promise.resolve([]);
  const server = await serveRaw((socket) => {
    reset = once(socket, 'error').catch((error: unknown) => [error]);
    socket.resume();
  });
  const probe = startTestProbe(tcpChecker(target('127.0.0.1', server.port)));
  expect(await probe.result).toEqual({ kind: 'passed' });
  expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' });
});

test('a refused connection is a failure of the server', async () => {
  const probe = startTestProbe(tcpChecker(target('127.0.0.1', await closedPort())));
  expect(await probe.result).toEqual({
    kind: 'failed',
    failure: { kind: 'connect_failed', code: 'ECONNREFUSED' },
  });
});

test('a connection that does not open fails at its timeout, not before', async () => {
  const dial = () => ({ socket: new Socket(), opened: 'connect' }) as const;
  const probe = startTestProbe(tcpChecker(target('127.0.0.1', 1, { timeout: seconds(3) })), { dial });
  let over = false;
  probe.result.then(() => {
    over = true;
  });
  probe.pass(seconds(2.9));
  await Promise.resolve();
  expect(over).toBe(false);
  probe.pass(seconds(0.1));
  expect(await probe.result).toEqual({ kind: 'failed', failure: { kind: 'connect_timeout' } });
});

test('bindto is the address the server sees', async () => {
  let seen: string | undefined;
  const server = await serveRaw((socket) => {
    seen = socket.remoteAddress;
  });
  const bound = target('127.0.0.1', server.port, { bindAddress: ip('127.0.0.5') });
  const dial = () => {
    const dialled = createDial(null)(bound, null);
    dialled.socket.once('connect', () => {
      local = dialled.socket.localAddress;
    });
    return dialled;
  };
  let local: string | undefined;
  expect(await startTestProbe(tcpChecker(bound), { dial }).result).toEqual({ kind: 'passed' });
  expect([local, seen ?? local]).toEqual(['127.0.0.5', '127.0.0.5']);
});

test('an address that this host does not have is no verdict on the server', async () => {
  const bound = target('127.0.0.1', await closedPort(), { bindAddress: ip('192.0.2.1') });
  const probe = startTestProbe(tcpChecker(bound));
  expect(await probe.result).toMatchObject({ kind: 'no_result', code: 'EADDRNOTAVAIL' });
});

test('a mark that cannot be set is no verdict, and nothing is sent without it', async () => {
  const server = await serveRaw(() => {});
  const probe = startTestProbe(tcpChecker(target('127.0.0.1', server.port, { fwmark: fwMark(7) })));
  expect(await probe.result).toMatchObject({ kind: 'no_result', code: 'ENOTSUP' });
  expect(server.sockets).toEqual([]);
});

test('an aborted probe closes its connection and never answers', async () => {
  const server = await serveRaw(() => {});
  const probe = startTestProbe(tcpChecker(target('127.0.0.1', server.port)));
  let answered = false;
  probe.result.then(() => {
    answered = true;
  });
  probe.abort();
  const later = startTestProbe(tcpChecker(target('127.0.0.1', server.port)));
  await later.result;
  expect(answered).toBe(false);
});
