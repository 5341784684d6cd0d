import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fwMark, instant } from '../../../src/base/units.ts';
import { desiredTable } from '../../../src/checks/core/desired.ts';
import { step } from '../../../src/checks/core/node.ts';
import { emptyNode } from '../../../src/checks/core/node-state.ts';
import { assignPaths, pathKey, pathServices, withPaths } from '../../../src/checks/core/paths.ts';
import type { RealServer, VirtualServer } from '../../../src/config/model/lvs.ts';
import { ip, realServer, target, tcpChecker, virtualServer } from '../model.ts';
import { tableText } from '../world.ts';

const VIP = '192.168.100.240';
const DR = { kind: 'dr' } as const;

/** Checked through the director's forwarding, on this port of the VIP. */
const through = (address: string, port = 80): RealServer =>
  realServer(address, port, {
    checkers: [tcpChecker(target(VIP, port, { forwardedTo: { address: ip(address), forwarding: DR } }))],
  });
const tableOf = (services: readonly VirtualServer[]) => {
  const event = { kind: 'config_changed', virtualServers: services } as const;
  const [{ services: states, paths }] = step(emptyNode(1), event, instant(0));
  return withPaths(desiredTable(states.values()), paths);
};
const markOf = (services: readonly VirtualServer[], server: string): number | undefined =>
  [...assignPaths(services).values()].find(({ address }) => address === server)?.mark;

test('each server that is checked along the path has a service of its own, with its forwarding method', () => {
  const services = [virtualServer(VIP, 80, [through('192.168.100.8'), through('192.168.100.9')])];
  const [real, ...own] = tableText(tableOf(services)).split('; ');
  expect(real).toBe(`tcp ${VIP}:80 -> 192.168.100.8:80 w1 dr, 192.168.100.9:80 w1 dr`);
  expect(own.map((service) => service.replace(/^fwmark \d+ inet -> /, ''))).toEqual([
    '192.168.100.8:0 w1 dr',
    '192.168.100.9:0 w1 dr',
  ]);
});

test('services that share a real server share its path', () => {
  const services = [
    virtualServer(VIP, 80, [through('192.168.100.8')]),
    virtualServer(VIP, 81, [through('192.168.100.8', 81)]),
  ];
  expect(assignPaths(services).size).toBe(1);
});

test('a configuration without check_via has none, and its table is the same object', () => {
  const services = [virtualServer(VIP, 80, [realServer('192.168.100.8', 80)])];
  const table = new Map();
  expect(withPaths(table, assignPaths(services))).toBe(table);
});

test('a mark of the configuration is never taken', () => {
  const services = [virtualServer(VIP, 80, [through('192.168.100.8')])];
  const mark = markOf(services, '192.168.100.8') ?? 0;
  const other: VirtualServer = {
    ...virtualServer(VIP, 81, []),
    match: { kind: 'fwmark', mark: fwMark(mark), family: 'inet' },
  };
  expect(markOf([other, ...services], '192.168.100.8')).not.toBe(mark);
});

test('marks are all different, and do not depend on the order of the servers', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { maxLength: 60 }), (octets) => {
      const pool = (list: readonly number[]) => [
        virtualServer(
          VIP,
          80,
          list.map((n) => through(`10.0.0.${n}`)),
        ),
      ];
      const paths = assignPaths(pool(octets));
      expect(new Set([...paths.values()].map(({ mark }) => mark)).size).toBe(octets.length);
      expect([...assignPaths(pool(octets.toReversed()))]).toEqual([...paths]);
    }),
  );
});

test('a look at some services of the kernel finds a path by its key', () => {
  const paths = assignPaths([virtualServer(VIP, 80, [through('192.168.100.8'), through('192.168.100.9')])]);
  const [first = ''] = pathServices(paths);
  expect([...withPaths(new Map(), paths, new Set([first])).keys()]).toEqual([first]);
});

test('a checker that asks its server itself has no path', () => {
  expect(pathKey(tcpChecker(target('192.168.100.8', 80)))).toBeNull();
});
