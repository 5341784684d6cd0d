import { expect, test } from 'vitest';
import { fwMark, instant, port, seconds } from '../../../src/base/units.ts';
import { desiredTable } from '../../../src/checks/core/desired.ts';
import { step } from '../../../src/checks/core/node.ts';
import { emptyNode } from '../../../src/checks/core/node-state.ts';
import type { VirtualServer } from '../../../src/config/model/lvs.ts';
import { realServer, sorryServer, target, tcpChecker, virtualServer } from '../model.ts';
import { createWorld, REFUSES, tableText } from '../world.ts';

const tableOf = (...services: VirtualServer[]) => {
  const event = { kind: 'config_changed', virtualServers: services } as const;
  return desiredTable(step(emptyNode(1), event, instant(0))[0].services.values());
};

test('a service carries scheduler, flags and persistence as the kernel wants them (linux/ip_vs.h)', () => {
  const [service] = tableOf(
    virtualServer('192.168.100.240', 80, [], {
      scheduler: 'sh',
      schedulerFlags: 0x18,
      onePacket: true,
      persistence: { timeout: seconds(20), prefixLength: 24, engine: null },
    }),
  ).values();
  expect(service?.config).toEqual({
    key: { kind: 'address', protocol: 'tcp', address: '192.168.100.240', port: 80 },
    scheduler: 'sh',
    flags: 0x1 | 0x4 | 0x18,
    persistenceTimeout: 20,
    persistencePrefix: 24,
    persistenceEngine: null,
  });
});

test('a service without persistence has the full prefix of its family', () => {
  const prefixes = [
    ...tableOf(virtualServer('10.0.0.1', 80, []), virtualServer('2001:db8::1', 80, [])).values(),
  ];
  expect(prefixes.map(({ config }) => [config.persistencePrefix, config.flags])).toEqual([
    [32, 0],
    [128, 0],
  ]);
});

test('only NAT keeps a port of its own: DR and tunnels take the service port, with a fwmark none (Q15)', () => {
  const tun = { kind: 'tun', encapsulation: 'ipip', port: port(0), checksum: 'none' } as const;
  const servers = [
    realServer('10.0.0.1', 8080, { forwarding: { kind: 'nat' } }),
    realServer('10.0.0.2', 8080),
    realServer('10.0.0.3', 8080, { forwarding: tun }),
  ];
  const marked: VirtualServer = {
    ...virtualServer('10.9.9.9', 80, servers),
    match: { kind: 'fwmark', mark: fwMark(7), family: 'inet' },
  };
  expect(tableText(tableOf(virtualServer('10.9.9.9', 80, servers), marked))).toBe(
    'tcp 10.9.9.9:80 -> 10.0.0.1:8080 w1 nat, 10.0.0.2:80 w1 dr, 10.0.0.3:80 w1 tun; ' +
      'fwmark 7 inet -> 10.0.0.1:8080 w1 nat, 10.0.0.2:0 w1 dr, 10.0.0.3:0 w1 tun',
  );
});

test('two DR servers that differ only in port meet in one destination: the heavier one counts', () => {
  const servers = [
    realServer('10.0.0.2', 8080),
    realServer('10.0.0.2', 8081, { weight: 3 }),
    realServer('10.0.0.2', 8082),
  ];
  expect(tableText(tableOf(virtualServer('10.9.9.9', 80, servers)))).toBe(
    'tcp 10.9.9.9:80 -> 10.0.0.2:80 w3 dr',
  );
});

test('the same server twice is two servers that stand or fall alone', () => {
  const probed = realServer('10.0.0.2', 80, { checkers: [tcpChecker(target('10.0.0.2', 80))] });
  const world = createWorld(() => REFUSES);
  world.configure([virtualServer('10.9.9.9', 80, [probed, realServer('10.0.0.2', 80)])]);
  world.run(seconds(3));
  expect(tableText(desiredTable(world.state().services.values()))).toBe(
    'tcp 10.9.9.9:80 -> 10.0.0.2:80 w1 dr',
  );
});

test('a sorry server that is also a real server stands in with weight 1, and else keeps the real weight', () => {
  const server = realServer('10.0.0.2', 80, { weight: 5, checkers: [tcpChecker(target('10.0.0.2', 80))] });
  const service = virtualServer('10.9.9.9', 80, [server], {
    sorryServer: sorryServer('10.0.0.2', 80, { inhibit: true }),
  });
  expect(tableText(tableOf(service))).toBe('tcp 10.9.9.9:80 -> 10.0.0.2:80 w5 dr');
  const world = createWorld(() => REFUSES);
  world.configure([service]);
  world.run(seconds(3));
  expect(tableText(desiredTable(world.state().services.values()))).toBe(
    'tcp 10.9.9.9:80 -> 10.0.0.2:80 w1 dr',
  );
});

test('connection limits travel with the server', () => {
  const server = realServer('10.0.0.2', 80, { upperThreshold: 100, lowerThreshold: 50 });
  const [service] = tableOf(virtualServer('10.9.9.9', 80, [server])).values();
  expect(service?.destinations.get('10.0.0.2:80')).toMatchObject({ upperThreshold: 100, lowerThreshold: 50 });
});
