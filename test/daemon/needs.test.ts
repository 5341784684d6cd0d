import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../src/base/address-traits.ts';
import { type IpAddress, parseIp } from '../../src/base/ip.ts';
import { invariant } from '../../src/base/never.ts';
import { ifIndex, interfaceName } from '../../src/base/units.ts';
import type { VirtualAddress } from '../../src/config/model/vrrp.ts';
import {
  childrenFor,
  planRelease,
  planRoutingRelease,
  routingInterest,
  verdictsFor,
} from '../../src/daemon/core/needs.ts';
import type { AddressState, LinkState, NetState } from '../../src/ports/net-kernel.ts';
import type { RoutingState } from '../../src/ports/routing-kernel.ts';
import { virtualRoute, virtualRule, vrrpInstance } from '../../src/sim/topology.ts';
import { bfdInstance } from '../bfd/model.ts';
import { config } from '../checks/model.ts';

const address = (text: string): IpAddress => {
  const parsed = parseIp(text);
  invariant(parsed !== null, () => text);
  return parsed;
};

const ETH0: LinkState = {
  index: ifIndex(2),
  name: interfaceName('eth0'),
  up: true,
  running: true,
  multicast: true,
  noArp: false,
  loopback: false,
  mac: null,
  mtu: 1500,
  layer: null,
};
const present = (text: string, prefixLength: number): AddressState => ({
  ifIndex: ETH0.index,
  address: address(text),
  prefixLength,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: null,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
});
const virtual = (text: string, prefixLength: number, name = 'eth0'): VirtualAddress => ({
  address: address(text),
  prefixLength,
  interface: interfaceName(name),
  label: null,
  scope: 0,
  broadcast: null,
  traits: PLAIN_TRAITS,
  tracked: true,
});
const kernel = (...addresses: readonly AddressState[]): NetState => ({
  links: new Map([[ETH0.index, ETH0]]),
  addresses,
});

describe('what a dead vrrp child left is released', () => {
  test('the virtual address goes, the address of the host stays', () => {
    const host = present('192.168.100.101', 24);
    const vip = present('192.168.100.240', 32);
    expect(planRelease([virtual('192.168.100.240', 32)], kernel(host, vip))).toEqual([
      { kind: 'remove_address', address: vip },
    ]);
  });

  test.each([
    ['another prefix length', virtual('192.168.100.240', 24)],
    ['another interface', virtual('192.168.100.240', 32, 'eth1')],
  ])('an address with %s is not ours', (_, wanted) => {
    expect(planRelease([wanted], kernel(present('192.168.100.240', 32)))).toEqual([]);
  });

  test('nothing is done about addresses that are not there', () => {
    expect(planRelease([virtual('192.168.100.240', 32)], kernel())).toEqual([]);
  });
});

describe('routes and rules that a dead vrrp child left are released', () => {
  const route = virtualRoute('10.9.0.0');
  const rule = virtualRule(100);
  const links = new Map([[ETH0.index, ETH0]]);
  const left: RoutingState = {
    routes: [
      { ...route.route, nextHops: [], device: ETH0.index, metric: 0 },
      { ...route.route, nextHops: [], device: ETH0.index, metric: 5 },
    ],
    rules: [rule.rule, { ...rule.rule, priority: 101 }],
  };

  test('rules first, and what is not configured stays', () => {
    expect(planRoutingRelease([route, rule], left, links)).toEqual([
      { kind: 'remove_rule', rule: rule.rule },
      { kind: 'remove_route', route: left.routes[0] },
    ]);
  });

  test('only what is at risk is read', () => {
    expect(routingInterest([route, rule], links)).toEqual({
      routes: [{ family: 'inet', table: 254, protocol: 18 }],
      rules: ['inet'],
    });
  });

  test('a route over an interface that is gone went with it', () => {
    expect(planRoutingRelease([route], { routes: [], rules: [] }, new Map())).toEqual([]);
  });
});

describe('the vrrp child is needed', () => {
  const bare = config([]);
  test.each([
    ['for an instance', { ...bare, vrrpInstances: [vrrpInstance()] }],
    [
      'for a static entry alone',
      { ...bare, statics: { ...bare.statics, rules: [{ entry: virtualRule(1), members: [] }] } },
    ],
  ])('%s', (_, wanted) => {
    expect(childrenFor(wanted, { vrrp: true, checkers: true, bfd: true, idle: false })).toEqual(['vrrp']);
    expect(childrenFor(wanted, { vrrp: false, checkers: true, bfd: true, idle: false })).toEqual([]);
    expect(childrenFor(wanted, { vrrp: true, checkers: true, bfd: true, idle: true })).toEqual([
      'checkers',
      'vrrp',
      'bfd',
    ]);
  });
});

describe('the BFD child is needed', () => {
  const withSession = { ...config([]), bfdInstances: [bfdInstance()] };

  test('for a session, whoever follows it, and never with -B', () => {
    expect(childrenFor(withSession, { vrrp: true, checkers: true, bfd: true, idle: false })).toEqual(['bfd']);
    expect(childrenFor(withSession, { vrrp: true, checkers: true, bfd: false, idle: false })).toEqual([]);
    expect(childrenFor(config([]), { vrrp: true, checkers: true, bfd: true, idle: false })).toEqual([]);
  });

  test('what it said of sessions that are configured no more is forgotten', () => {
    expect(verdictsFor(withSession, { b1: 'up', gone: 'up' })).toEqual({ b1: 'up' });
  });
});

describe('the checkers child is needed', () => {
  const sync = {
    interface: interfaceName('eth0'),
    id: 0,
    maxLength: null,
    port: null,
    ttl: null,
    group: null,
  };

  test('for sync daemons that follow no instance, and not for those that follow one', () => {
    const needs = (instance: string | null) =>
      childrenFor(config([], { syncDaemon: { ...sync, instance } }), {
        vrrp: true,
        checkers: true,
        bfd: true,
        idle: false,
      });
    expect([needs(null), needs('VI_1')]).toEqual([['checkers'], []]);
  });
});
