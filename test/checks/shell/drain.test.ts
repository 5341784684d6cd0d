/** Drains through the whole checkers' half: the kernel's counters decide, an order is answered, and what was ordered outlives
 *  the process. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import type { DrainOrder } from '../../../src/checks/core/drain-order.ts';
import { openProbeSocket } from '../../../src/checks/shell/probe-socket.ts';
import { startCheckers } from '../../../src/checks/shell/process.ts';
import type { Config } from '../../../src/config/model/config.ts';
import { type NattedPool, sourceNatRules } from '../../../src/ipvs/core/source-nat.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import type { StateFile } from '../../../src/ports/state-file.ts';
import { createProgramRunner } from '../../../src/scripts/program-runner.ts';
import { createTrackedFiles } from '../../../src/track/shell/tracked-files.ts';
import { createFakeClock, createFakeKernel, createFakeLog, type FakeKernel } from '../fakes.ts';
import { config, groupMatch, realServer, virtualServer } from '../model.ts';

const VIP = '192.168.100.240';
const TABLE = `tcp ${VIP}:80`;
const FIRST = '192.168.100.8:80';

const pool = (drainSeconds: number, ...last: readonly number[]): Config =>
  config([
    virtualServer(
      VIP,
      80,
      last.map((n) => realServer(`192.168.100.${n}`, 80, { drainTimeout: seconds(drainSeconds) })),
    ),
  ]);

const order = (kind: DrainOrder['kind'], limit: number | null = null): DrainOrder => ({
  kind,
  virtualServer: `${VIP}:80`,
  realServer: FIRST,
  limit: limit === null ? null : seconds(limit),
});

function storedIn(texts: string[]): StateFile {
  return { load: () => texts.at(-1) ?? null, store: (text) => void texts.push(text) };
}

function start(first: Config, kernel: FakeKernel = createFakeKernel(), memory: StateFile = storedIn([])) {
  const filtered: string[] = [];
  const clock = createFakeClock();
  const { log, lines } = createFakeLog();
  const ports = {
    ...{ clock, log, ipvs: kernel, memory, ownership: forgetfulOwnership, seed: 1 },
    ...{ openDatagram: openProbeSocket, programs: createProgramRunner(clock) },
    files: createTrackedFiles(clock),
    sourceNat: {
      want: (pools: readonly NattedPool[]) => void filtered.push(sourceNatRules(pools, 'inet').join()),
      close() {},
    },
  };
  const checkers = startCheckers(ports, first, { releaseIpvs: false });
  const pass = async (time: number): Promise<void> => {
    for (let second = 0; second < time; second++) {
      clock.pass(seconds(1));
      for (let i = 0; i < 5; i++) await turn();
    }
  };
  return { checkers, kernel, lines, pass, filtered };
}

test.each([
  ['active', { activeConnections: 1 }],
  ['inactive', { inactiveConnections: 1 }],
  ['persistent (a template: a session)', { persistentConnections: 1 }],
])('an %s connection of the kernel keeps a drained server in the table', async (_, connections) => {
  const { checkers, kernel, pass } = start(pool(0, 8, 9));
  kernel.carries(FIRST, connections);
  expect(checkers.order(order('drain', 60))).toMatchObject({ accepted: true });
  await pass(5);
  expect(kernel.text()).toBe(`${TABLE} -> ${FIRST} w0 dr, 192.168.100.9:80 w1 dr`);
  expect(checkers.status().virtualServers[0]?.realServers[0]?.drain).toMatchObject({ connections: 1 });
  kernel.carries(FIRST, {});
  await pass(2);
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.9:80 w1 dr`);
});

test('a drain ends with its time, also where the kernel cannot be asked', async () => {
  const { checkers, kernel, lines, pass } = start(pool(0, 8, 9));
  kernel.carries(FIRST, { activeConnections: 7 });
  checkers.order(order('drain', 4));
  await pass(2);
  kernel.missing(true);
  await pass(4);
  expect(lines.filter((line) => line.includes('time is up'))).toEqual([
    `Service [192.168.100.8]:tcp:80 of VS [${VIP}]:tcp:80 is drained: its time is up, 7 connections left`,
  ]);
});

test('the plan of a reload calls a removal with drain_timeout a drain, and the reload makes it one', async () => {
  const { checkers, kernel, pass } = start(pool(60, 8, 9));
  expect(checkers.preview(pool(60, 9))).toEqual({
    ok: true,
    value: [{ sign: '-', text: `drain real server [192.168.100.8]:tcp:80 of [${VIP}]:tcp:80, at most 60 s` }],
  });
  kernel.carries(FIRST, { activeConnections: 1 });
  checkers.reload(pool(60, 9));
  await pass(5);
  expect(checkers.status().leaving).toMatchObject([{ drain: { connections: 1 } }]);
  // nothing more is planned for a server that is on its way
  expect(checkers.preview(pool(60, 9))).toEqual({ ok: true, value: [] });
  kernel.carries(FIRST, {});
  await pass(2);
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.9:80 w1 dr`);
});

test('a server of a group drains in all services of its pool: planned so, counted so, remembered so', async () => {
  const texts: string[] = [];
  const group = (...last: readonly number[]): Config => {
    const { virtualServers } = pool(60, ...last);
    const match = groupMatch('WEB', ['192.168.100.240:80', '192.168.100.241:81']);
    return config(virtualServers.map((service) => ({ ...service, match })));
  };
  const { checkers, kernel, pass } = start(group(8, 9), createFakeKernel(), storedIn(texts));
  const drained = (address: string, port: number) =>
    `drain real server [192.168.100.8]:tcp:${port} of [${address}]:tcp:${port}, at most 60 s`;
  expect(checkers.preview(group(9))).toEqual({
    ok: true,
    value: [
      { sign: '-', text: drained(VIP, 80) },
      { sign: '-', text: drained('192.168.100.241', 81) },
    ],
  });
  kernel.carries(FIRST, { activeConnections: 2 });
  kernel.carries('192.168.100.8:81', { inactiveConnections: 3 });
  checkers.reload(group(9));
  await pass(5);
  expect(checkers.status().leaving).toMatchObject([{ service: '[WEB]:0', drain: { connections: 5 } }]);
  const second = start(group(9), kernel, storedIn(texts));
  expect(second.checkers.status()).toMatchObject({ kernelWrites: 0, leaving: [{ service: '[WEB]:0' }] });
  kernel.carries(FIRST, {});
  await second.pass(3);
  expect(kernel.text().match(/192\.168\.100\.8:\d+ w0/g)).toEqual([`${FIRST} w0`, '192.168.100.8:81 w0']);
  kernel.carries('192.168.100.8:81', {});
  await second.pass(3);
  expect(kernel.text()).not.toContain('192.168.100.8');
});

test('the packet filter goes on for a FULLNAT server until its last connection has ended', async () => {
  const texts: string[] = [];
  const fullnat = (...last: readonly number[]): Config => {
    const servers = last.map((n) =>
      realServer(`192.168.100.${n}`, 80, { forwarding: { kind: 'fullnat' }, drainTimeout: seconds(60) }),
    );
    return config([virtualServer(VIP, 80, servers)]);
  };
  const { checkers, kernel, filtered, pass } = start(fullnat(8), createFakeKernel(), storedIn(texts));
  kernel.carries(FIRST, { activeConnections: 1 });
  checkers.reload(fullnat());
  await pass(3);
  expect(filtered).toEqual([expect.stringContaining('192.168.100.8/32'), filtered[0]]);
  const second = start(fullnat(), kernel, storedIn(texts));
  kernel.carries(FIRST, {});
  await second.pass(3);
  expect(second.filtered).toEqual([filtered[0], '']);
});

test('a drain goes on in the next process, whoever ended the one before and however', async () => {
  const texts: string[] = [];
  const first = start(pool(60, 8, 9), createFakeKernel(), storedIn(texts));
  first.kernel.carries(FIRST, { activeConnections: 1 });
  first.kernel.carries('192.168.100.9:80', { persistentConnections: 1 });
  first.checkers.order(order('drain', 30));
  first.checkers.reload(pool(60, 8));
  await first.pass(3); // and then it is killed
  const second = start(pool(60, 8), first.kernel, storedIn(texts));
  const { virtualServers, leaving } = second.checkers.status();
  expect(virtualServers[0]?.realServers[0]?.drain).toMatchObject({ ended: false });
  expect(leaving).toMatchObject([{ server: '[192.168.100.9]:tcp:80' }]);
  expect(second.checkers.status().kernelWrites).toBe(0);
  second.kernel.carries(FIRST, {});
  second.kernel.carries('192.168.100.9:80', {});
  await second.pass(3);
  expect(second.kernel.text()).toBe(`${TABLE} -> nothing`);
  const third = start(pool(60, 8), second.kernel, storedIn(texts));
  expect(third.checkers.status().virtualServers[0]?.realServers[0]?.drain).toMatchObject({ ended: true });
  expect(third.kernel.text()).toBe(`${TABLE} -> nothing`);
});

/** With one server that left, of which `broken` is not as it has to be. */
function departed(broken: object): string {
  const names = { server: 'a', service: 'b' };
  const drain = { since: 1, until: 2, connections: null, ended: false };
  const destinations = [{ service: TABLE, destination: FIRST }];
  const whole = { service: TABLE, server: FIRST, destinations, fullnat: false, names, drain };
  return JSON.stringify({ version: 2, at: 1, services: [], leaving: [{ ...whole, ...broken }] });
}

test.each([
  ['no text', ''],
  ['no JSON', 'x'.repeat(1000)],
  ['another version', '{"version":1,"at":1,"services":[],"leaving":[]}'],
  ['a time that is none', '{"version":2,"at":-1,"services":[],"leaving":[]}'],
  ['a drain without its time', departed({ drain: {} })],
  ['a departure from nowhere', departed({ destinations: null })],
])('a memory with %s is none, and the start goes on', (_, text) => {
  const { kernel } = start(pool(0, 8), createFakeKernel(), storedIn([text]));
  expect(kernel.text()).toBe(`${TABLE} -> ${FIRST} w1 dr`);
});
