/** The whole checkers' half with real probes on loopback, a virtual clock and a kernel's table in memory. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { millis, seconds } from '../../../src/base/units.ts';
import { openProbeSocket } from '../../../src/checks/shell/probe-socket.ts';
import { startCheckers } from '../../../src/checks/shell/process.ts';
import { RETRY_PAUSE_FIRST, RETRY_PAUSE_MAX } from '../../../src/checks/shell/table-keeper.ts';
import type { Config } from '../../../src/config/model/config.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import type { ProgramRunner } from '../../../src/ports/programs.ts';
import { forgetfulFile } from '../../../src/ports/state-file.ts';
import { createProgramRunner } from '../../../src/scripts/program-runner.ts';
import { createTrackedFiles } from '../../../src/track/shell/tracked-files.ts';
import { createFakeClock, createFakeKernel, createFakeLog, type FakeKernel } from '../fakes.ts';
import { closedPort, serve } from '../loopback.ts';
import {
  config,
  fileChecker,
  httpChecker,
  miscChecker,
  realServer,
  target,
  tcpChecker,
  virtualServer,
} from '../model.ts';

const VIP = '192.168.100.240';
const TABLE = `tcp ${VIP}:80`;

function start(
  first: Config,
  kernel: FakeKernel = createFakeKernel(),
  { releaseIpvs = true, programs }: { releaseIpvs?: boolean; programs?: ProgramRunner } = {},
) {
  const clock = createFakeClock();
  const { log, lines, said } = createFakeLog();
  const ports = {
    ...{ clock, log, ipvs: kernel, memory: forgetfulFile, ownership: forgetfulOwnership, seed: 1 },
    ...{ openDatagram: openProbeSocket, programs: programs ?? createProgramRunner(clock) },
    files: createTrackedFiles(clock),
  };
  const checkers = startCheckers(ports, first, { releaseIpvs });
  return { clock, lines, said, kernel, checkers };
}

/** A few turns of the event loop: what was posted has happened. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

const plain = (...last: number[]): Config =>
  config([
    virtualServer(
      VIP,
      80,
      last.map((n) => realServer(`192.168.100.${n}`, 80)),
    ),
  ]);

test('the table is written before the start returns, a reload likewise', () => {
  const { kernel, checkers } = start(plain(8));
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.8:80 w1 dr`);
  checkers.reload(plain(8, 9));
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.8:80 w1 dr, 192.168.100.9:80 w1 dr`);
});

test('a start on the right table and a reload of the same file write nothing', () => {
  const kernel = createFakeKernel();
  start(plain(8, 9), kernel, { releaseIpvs: false }).checkers.stop();
  const before = kernel.operations.length;
  const { checkers } = start(plain(8, 9), kernel);
  checkers.reload(structuredClone(plain(8, 9)));
  expect(kernel.operations.length).toBe(before);
  expect(checkers.status().kernelWrites).toBe(0);
});

test('a preview names what a reload would write, and changes nothing', async () => {
  const dead = target('127.0.0.1', await closedPort());
  const checked = (...last: number[]): Config =>
    config([
      virtualServer(
        VIP,
        80,
        last.map((n) => realServer(`192.168.100.${n}`, 80, n === 8 ? { checkers: [tcpChecker(dead)] } : {})),
      ),
    ]);
  const { clock, kernel, said, checkers } = start(checked(8, 9));
  clock.pass(seconds(2));
  await said('Removing service [192.168.100.8]');
  await settle();
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.9:80 w1 dr`);
  const before = [kernel.text(), kernel.operations.length, checkers.status()];
  expect(checkers.preview(checked(8, 9))).toEqual({ ok: true, value: [] });
  expect(checkers.preview(checked(8, 10))).toEqual({
    ok: true,
    value: [
      {
        sign: '+',
        text: 'real server [192.168.100.10]:tcp:80 of [192.168.100.240]:tcp:80 DR weight 1',
      },
      { sign: '-', text: 'real server [192.168.100.9]:tcp:80 of [192.168.100.240]:tcp:80' },
    ],
  });
  expect([kernel.text(), kernel.operations.length, checkers.status()]).toEqual(before);
  const runs = () => checkers.status().virtualServers[0]?.realServers[0]?.checkers[0]?.runs ?? 0;
  const runsBefore = runs();
  clock.pass(seconds(120));
  await vi.waitFor(() => expect(runs()).toBeGreaterThan(runsBefore)); // the schedule is what it was
});

test('a dead server leaves the table after its first probe, and comes back when it answers', async () => {
  const port = await closedPort();
  const dead = target('127.0.0.1', port);
  const server = realServer('192.168.100.8', 80, { checkers: [tcpChecker(dead), httpChecker(dead)] });
  const { clock, said, kernel, checkers } = start(config([virtualServer(VIP, 80, [server])]));
  clock.pass(seconds(2));
  await said('HTTP_CHECK on service [192.168.100.8]:tcp:80 failed.');
  await said('Lost quorum 1-0=1 > 0');
  await settle();
  expect(kernel.text()).toBe(`${TABLE} -> nothing`);
  expect(checkers.status()).toMatchObject({
    kernelError: null,
    kernelListing: expect.stringContaining('TCP  192.168.100.240:80 rr'),
    virtualServers: [{ quorumUp: false, realServers: [{ alive: false, pooled: false }] }],
  });
  checkers.stop();
});

test('the deaths of one moment are one write', async () => {
  const port = await closedPort();
  const servers = Array.from({ length: 50 }, (_, i) =>
    realServer(`10.0.0.${i + 1}`, 80, { checkers: [tcpChecker(target('127.0.0.1', port))] }),
  );
  const { clock, said, kernel } = start(config([virtualServer(VIP, 80, servers)]));
  expect(kernel.batches).toBe(1);
  clock.pass(seconds(2));
  await said('Lost quorum');
  await settle();
  expect(kernel.text()).toBe(`${TABLE} -> nothing`);
  expect(kernel.operations.filter(({ kind }) => kind === 'remove_destination')).toHaveLength(50);
  // the sockets may answer in a few turns of the loop, but not in fifty
  expect(kernel.batches).toBeLessThan(15);
});

test('stop removes what this process put there and nothing else', () => {
  const kernel = createFakeKernel();
  start(config([virtualServer('10.9.9.9', 80, [realServer('10.0.0.1', 80)])]), kernel, {
    releaseIpvs: false,
  }).checkers.stop();
  const { checkers, lines } = start(plain(8), kernel);
  expect(kernel.text()).toContain(TABLE);
  checkers.stop();
  checkers.stop();
  expect(kernel.text()).toBe('tcp 10.9.9.9:80 -> 10.0.0.1:80 w1 dr');
  const farewell = 'Shutting down service [192.168.100.8]:tcp:80 from VS [192.168.100.240]:tcp:80';
  expect(lines.filter((line) => line === farewell)).toHaveLength(1);
});

test('lvs_flush empties the table at start only, lvs_flush_on_stop at stop', () => {
  const kernel = createFakeKernel();
  start(plain(7), kernel, { releaseIpvs: false }).checkers.stop();
  const other = config([virtualServer('10.9.9.9', 80, [])], { flush: true, flushOnStop: 'all' });
  const { checkers } = start(other, kernel);
  expect(kernel.text()).toBe('tcp 10.9.9.9:80 -> nothing');
  start(plain(7), kernel, { releaseIpvs: false }).checkers.stop();
  checkers.reload(other);
  expect(kernel.text()).toContain(TABLE);
  checkers.stop();
  expect(kernel.text()).toBe('is empty');
});

test('after stop nothing is probed and nothing is written any more', async () => {
  const server = await serve(() => {});
  const probed = realServer('192.168.100.8', 80, {
    checkers: [httpChecker(target('127.0.0.1', server.port))],
  });
  const { clock, checkers, kernel } = start(config([virtualServer(VIP, 80, [probed])]));
  clock.pass(seconds(2));
  await expect.poll(() => server.requests.length).toBe(1);
  expect(clock.armed()).toBe(true);
  const [socket] = server.sockets;
  const closed = once(socket ?? process, 'close');
  checkers.stop();
  await closed;
  expect(clock.armed()).toBe(false);
  const writes = kernel.operations.length;
  clock.pass(seconds(60));
  await settle();
  expect(server.requests).toHaveLength(1);
  expect(kernel.operations.length).toBe(writes);
});

test('lvs_timeouts are set once, those that are not given stay', () => {
  const timeouts = { tcp: seconds(77), tcpFin: null, udp: null };
  const { kernel, checkers } = start(config([], { timeouts }));
  expect(kernel.timeouts()).toMatchObject({ ok: true, value: { tcp: 77e6, tcpFin: 120e6 } });
  checkers.reload(config([], { timeouts }));
  expect(kernel.timeoutWrites).toBe(1);
});

test('a kernel without ip_vs is told once and asked with growing pauses, while the checks go on', async () => {
  const kernel = createFakeKernel();
  kernel.missing(true);
  const dead = tcpChecker(target('127.0.0.1', await closedPort()), { delayLoop: seconds(1000) });
  const servers = [realServer('192.168.100.8', 80, { checkers: [dead] }), realServer('192.168.100.9', 80)];
  const { clock, lines, said, checkers } = start(config([virtualServer(VIP, 80, servers)]), kernel);
  expect(checkers.status().kernelError).toContain('modprobe ip_vs');
  const pauses: number[] = [];
  for (let second = 1, last = 0; second <= 200; second++) {
    const before = kernel.reads;
    clock.pass(seconds(1));
    await settle();
    if (kernel.reads === before) continue;
    pauses.push(second - last);
    last = second;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect([RETRY_PAUSE_FIRST, RETRY_PAUSE_MAX]).toEqual([1e6, 60e6]);
  expect(lines.filter((line) => line.includes('modprobe'))).toHaveLength(1);
  await said('Removing service [192.168.100.8]');
  kernel.missing(false);
  clock.pass(seconds(60));
  await said('as decided again');
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.9:80 w1 dr`);
  checkers.stop();
});

test('a stall of the process makes no server dead: answers that wait are read before deadlines are looked at', async () => {
  // the answer lies in the kernel, unread, when the process stands still for longer than the probe may take
  const server = await serve((socket) => {
    socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok');
    setTimeout(() => clock.pass(seconds(30)), 0);
    for (const until = performance.now() + 5; performance.now() < until; );
  });
  const probed = realServer('192.168.100.8', 80, {
    checkers: [httpChecker(target('127.0.0.1', server.port))],
  });
  const { clock, said, lines, checkers } = start(config([virtualServer(VIP, 80, [probed])]));
  clock.pass(seconds(2));
  await said('Remote Web server [192.168.100.8]:tcp:80 succeed on service.');
  expect(lines.filter((line) => line.includes('failed'))).toEqual([]);
  checkers.stop();
});

test('a check whose probe never answers is an alarm, and is tried again', async () => {
  let runs = 0;
  const programs: ProgramRunner = {
    run: () => {
      runs++;
      return { end: () => {} };
    },
    endAll: () => {},
  };
  const server = realServer('192.168.100.8', 80, { checkers: [miscChecker({ delayLoop: seconds(5) })] });
  const { clock, said, checkers } = start(config([virtualServer(VIP, 80, [server])]), createFakeKernel(), {
    programs,
  });
  clock.pass(seconds(2));
  await settle();
  expect(runs).toBe(1);
  for (let i = 0; i < 15; i++) {
    clock.pass(seconds(2));
    await settle();
  }
  await said('MISC_CHECK /bin/false of [192.168.100.8]:tcp:80');
  expect(runs).toBe(2);
  expect(checkers.status()).toMatchObject({
    virtualServers: [{ realServers: [{ checkers: [{ overdue: true }] }] }],
  });
  checkers.stop();
});

test('the file of FILE_CHECK counts from the first write of the table on, and each change at once', async () => {
  const folder = mkdtempSync('/tmp/vipd-file-check-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = `${folder}/load`;
  writeFileSync(path, '5\n');
  const file = (initial: { value: number; overwrite: boolean } | null) =>
    fileChecker({ file: { name: 'load', path, initial } });
  const plainFile = (weight: number, initial: { value: number; overwrite: boolean } | null = null) =>
    config([
      virtualServer(VIP, 80, [realServer('192.168.100.8', 80, { weight, checkers: [file(initial)] })]),
    ]);
  const { clock, kernel, checkers } = start(plainFile(1));
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.8:80 w6 dr`);
  expect(kernel.operations).toHaveLength(2);
  writeFileSync(path, '9\n');
  await expect
    .poll(() => {
      clock.pass(millis(100));
      return kernel.text();
    })
    .toBe(`${TABLE} -> 192.168.100.8:80 w10 dr`);
  checkers.reload(plainFile(2, { value: 1, overwrite: true }));
  expect(kernel.text()).toBe(`${TABLE} -> 192.168.100.8:80 w11 dr`);
  checkers.stop();
  expect(start(plainFile(1, { value: 3, overwrite: true })).kernel.text()).toContain('w4');
});

test('share_checks: one connection for a server behind many services, and a service that goes takes it from nobody', async () => {
  let answers: (() => void)[] = [];
  const web = await serve((socket) => answers.push(() => socket.end('HTTP/1.0 200 OK\r\n\r\n')));
  const to = target('127.0.0.1', web.port);
  const behind = (...ports: number[]) =>
    config(
      ports.map((port) =>
        virtualServer(VIP, port, [realServer('192.168.100.8', 80, { checkers: [httpChecker(to)] })]),
      ),
      { shareChecks: true },
    );
  const { clock, checkers, said } = start(behind(80, 81, 82));
  clock.pass(seconds(2));
  await expect.poll(() => answers.length).toBe(1);
  // the one that had the probe launched is gone when the answer comes
  checkers.reload(behind(81, 82));
  for (const answer of answers) answer();
  await said('Remote Web server');
  await settle();
  const verdicts = checkers
    .status()
    .virtualServers.flatMap(({ realServers }) => realServers.flatMap((server) => server.checkers))
    .map(({ state, runs }) => ({ state, runs }));
  expect(verdicts).toEqual([
    { state: 'up', runs: 1 },
    { state: 'up', runs: 1 },
  ]);
  answers = [];
  expect(web.requests).toHaveLength(1);
  checkers.stop();
});
