import { expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { describeServices } from '../../../src/checks/core/describe.ts';
import {
  httpChecker,
  miscChecker,
  realServer,
  sorryServer,
  target,
  tcpChecker,
  url,
  virtualServer,
} from '../model.ts';
import { createWorld, PASSES, REFUSES } from '../world.ts';

const to = target('192.168.100.8', 80);

test('the status tells each server, each checker, and the last result in words', () => {
  const world = createWorld((name) => (name.startsWith('tcp') ? REFUSES : PASSES));
  const checkers = [tcpChecker(to), httpChecker(to, { urls: [url('/a'), url('/b')] }), miscChecker()];
  world.configure([
    virtualServer('192.168.100.240', 80, [realServer('192.168.100.8', 80, { weight: 3, checkers })], {
      sorryServer: sorryServer('192.168.100.9', 80),
    }),
  ]);
  world.run(seconds(10));
  const [service] = describeServices(world.state(), { now: world.now(), wall: 1_000_000 });
  expect(service).toMatchObject({
    name: '[192.168.100.240]:tcp:80',
    scheduler: 'rr',
    quorum: 1,
    aliveWeight: 0,
    quorumUp: false,
    sorryServer: { address: '192.168.100.9', port: 80, active: true },
  });
  const [server] = service?.realServers ?? [];
  // now is 10 s; the tcp probe failed at 1.001 s and again at 7.002 s
  expect(server).toMatchObject({
    configuredWeight: 3,
    effectiveWeight: 0,
    alive: false,
    pooled: false,
    forwarding: 'dr',
    lastTransitionWall: 1_000_000 - 8_999,
  });
  expect(server?.checkers).toEqual([
    {
      name: 'TCP_CHECK [192.168.100.8]:80',
      kind: 'tcp',
      state: 'down',
      lastResult: 'connection failed: ECONNREFUSED',
      lastRunWall: 1_000_000 - 2_998,
      lastDurationMicros: 1000,
      runs: 2,
      failures: 2,
      transitions: 1,
      failing: 2,
      overdue: false,
      certificateDays: null,
    },
    {
      name: 'HTTP_GET [192.168.100.8]:80/a and 1 more',
      kind: 'http',
      state: 'up',
      lastResult: 'passed',
      lastRunWall: 1_000_000 - 2_998,
      lastDurationMicros: 1000,
      runs: 2,
      failures: 0,
      transitions: 0,
      failing: 0,
      overdue: false,
      certificateDays: null,
    },
    {
      name: 'MISC_CHECK /bin/false',
      kind: 'misc',
      state: 'up',
      lastResult: 'passed',
      lastRunWall: 1_000_000 - 2_999,
      lastDurationMicros: 1000,
      runs: 2,
      failures: 0,
      transitions: 0,
      failing: 0,
      overdue: false,
      certificateDays: null,
    },
  ]);
  expect(JSON.parse(JSON.stringify(service))).toEqual(service);
});
