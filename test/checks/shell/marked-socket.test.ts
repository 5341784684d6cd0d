import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { fwMark } from '../../../src/base/units.ts';
import { createDial } from '../../../src/checks/probes/dial.ts';
import { openMarkedSocket } from '../../../src/checks/shell/marked-socket.ts';
import { serveRaw, startTestProbe } from '../loopback.ts';
import { target, tcpChecker } from '../model.ts';

const dial = createDial(openMarkedSocket);

test('a check with fwmark leaves with that mark', async () => {
  const server = await serveRaw((socket) => socket.resume());
  const { socket } = dial(target('127.0.0.1', server.port, { fwmark: fwMark(0x9abcdef7) }), null);
  await once(socket, 'connect');
  const listing = spawnSync('ss', ['-Htne', 'dst', `127.0.0.1:${server.port}`], { encoding: 'utf8' });
  socket.resetAndDestroy();
  expect(listing.stdout).toContain('fwmark:0x9abcdef7');
});

test('a check with bind_if passes through that interface', async () => {
  const server = await serveRaw((socket) => socket.resume());
  const bound = target('127.0.0.1', server.port, { bindInterface: 'lo' });
  expect(await startTestProbe(tcpChecker(bound), { dial: () => dial(bound, null) }).result).toEqual({
    kind: 'passed',
  });
});

test('an interface that is not there is no verdict on the server', async () => {
  const bound = target('127.0.0.1', 80, { bindInterface: 'vipdtest9' });
  expect(await startTestProbe(tcpChecker(bound), { dial: () => dial(bound, null) }).result).toMatchObject({
    kind: 'no_result',
    code: 'ENODEV',
  });
});
