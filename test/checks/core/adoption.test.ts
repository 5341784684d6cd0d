import { describe, expect, test } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import { poolAsFound } from '../../../src/checks/core/adoption.ts';
import { desiredTable } from '../../../src/checks/core/desired.ts';
import { step } from '../../../src/checks/core/node.ts';
import { emptyNode } from '../../../src/checks/core/node-state.ts';
import type { RealServer, VirtualServer } from '../../../src/config/model/lvs.ts';
import type { IpvsTable } from '../../../src/ipvs/core/table.ts';
import {
  groupMatch,
  miscChecker,
  realServer,
  sorryServer,
  target,
  tcpChecker,
  virtualServer,
} from '../model.ts';
import { tableText } from '../world.ts';

const VIP = '192.168.100.240';
const checked = (address: string, more: Partial<RealServer> = {}): RealServer =>
  realServer(address, 80, { checkers: [tcpChecker(target(address, 80))], ...more });
const [A, B] = [checked('192.168.100.8'), checked('192.168.100.9')];

/** The table that a predecessor with these servers alive would have left. */
const left = (service: VirtualServer): IpvsTable => {
  const virtualServers = [service];
  const [state] = step(emptyNode(1), { kind: 'config_changed', virtualServers }, instant(0));
  return desiredTable(state.services.values());
};
const KEY = `tcp ${VIP}:80`;
const verdicts = (config: VirtualServer, found: IpvsTable): readonly string[] =>
  config.realServers.map(poolAsFound(config, found.get(KEY)));

describe('what the table at start tells about the servers', () => {
  const pool = virtualServer(VIP, 80, [A, B]);

  test('a server that is missing beside another was taken out', () => {
    expect(verdicts(pool, left(virtualServer(VIP, 80, [A])))).toEqual(['in_pool', 'taken_out']);
  });

  test('weight 0 is out for a server that should have more, and right for one that should have 0', () => {
    const found = left(virtualServer(VIP, 80, [A, checked('192.168.100.9', { weight: 0 })]));
    expect(verdicts(pool, found)).toEqual(['in_pool', 'taken_out']);
    expect(verdicts(virtualServer(VIP, 80, [A, checked('192.168.100.9', { weight: 0 })]), found)).toEqual([
      'in_pool',
      'in_pool',
    ]);
  });

  test('the sorry server alone means that all were out', () => {
    const withSorry = virtualServer(VIP, 80, [A, B], { sorryServer: sorryServer('192.168.100.7', 80) });
    const found = left(virtualServer(VIP, 80, [checked('192.168.100.7')]));
    expect(verdicts(withSorry, found)).toEqual(['taken_out', 'taken_out']);
  });

  test('an empty table, an empty service and a service of strangers tell nothing', () => {
    expect(verdicts(pool, new Map())).toEqual(['unknown', 'unknown']);
    expect(verdicts(pool, left(virtualServer(VIP, 80, [])))).toEqual(['unknown', 'unknown']);
    expect(verdicts(pool, left(virtualServer(VIP, 80, [checked('192.168.100.77')])))).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  test('an alpha server that is in the table stays there, one that is not waits for its check', () => {
    const alpha = (address: string) =>
      realServer(address, 80, { checkers: [tcpChecker(target(address, 80), { alpha: true })] });
    const service = virtualServer(VIP, 80, [alpha('192.168.100.8'), alpha('192.168.100.9')]);
    const found = left(virtualServer(VIP, 80, [A]));
    const [state] = step(
      emptyNode(1),
      { kind: 'config_changed', virtualServers: [service], found },
      instant(0),
    );
    expect(tableText(desiredTable(state.services.values()))).toBe(tableText(found));
  });

  test('a weight that a program had named stays until it names another, weight 0 too', () => {
    const misc = miscChecker({ dynamic: true });
    const servers = ['192.168.100.8', '192.168.100.9'].map((address) =>
      realServer(address, 80, { weight: 4, checkers: [misc] }),
    );
    const service = virtualServer(VIP, 80, servers);
    const weigh = (...weights: number[]) =>
      left(
        virtualServer(
          VIP,
          80,
          servers.map((server, i) => ({ ...server, checkers: [], weight: weights[i] ?? 0 })),
        ),
      );
    for (const found of [weigh(7, 2), weigh(3, 0)]) {
      const virtualServers = [service];
      const [state] = step(emptyNode(1), { kind: 'config_changed', virtualServers, found }, instant(0));
      expect(tableText(desiredTable(state.services.values()))).toBe(tableText(found));
    }
  });

  test('with inhibit_on_failure weight 0 still means out', () => {
    const misc = miscChecker({ dynamic: true });
    const server = realServer('192.168.100.8', 80, { weight: 4, checkers: [misc], inhibitOnFailure: true });
    const found = left(virtualServer(VIP, 80, [realServer('192.168.100.8', 80, { weight: 0 })]));
    expect(verdicts(virtualServer(VIP, 80, [server]), found)).toEqual(['taken_out']);
  });

  test('a restart beside a dead server leaves the table as it is until a check has passed', () => {
    const found = left(virtualServer(VIP, 80, [A]));
    const [state] = step(emptyNode(1), { kind: 'config_changed', virtualServers: [pool], found }, instant(0));
    expect(tableText(desiredTable(state.services.values()))).toBe(tableText(found));
  });

  test('a group is told by any of its services, each with its own port', () => {
    const match = groupMatch('WEB', [`${VIP}:80`, '192.168.100.241:81']);
    const group = (servers: readonly RealServer[]) => virtualServer(VIP, 0, servers, { match });
    const anyPort = (address: string): RealServer =>
      realServer(address, 0, { checkers: [tcpChecker(target(address, 80))] });
    const both = group([anyPort('192.168.100.8'), anyPort('192.168.100.9')]);
    const found = new Map([...left(group([anyPort('192.168.100.8')]))].slice(1));
    const [state] = step(emptyNode(1), { kind: 'config_changed', virtualServers: [both], found }, instant(0));
    expect(tableText(desiredTable(state.services.values()))).toBe(
      'tcp 192.168.100.240:80 -> 192.168.100.8:80 w1 dr; tcp 192.168.100.241:81 -> 192.168.100.8:81 w1 dr',
    );
  });
});
