import { describe, expect, test } from 'vitest';
import { type InterfaceName, interfaceName, priority } from '../../../src/base/units.ts';
import type { VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { address, ETH0, unicastTo, virtualAddress, vrrpInstance } from '../../../src/sim/topology.ts';
import { allAddresses } from '../../../src/vrrp/core/effects.ts';
import { assessHealth, effectivePriority, faultReason } from '../../../src/vrrp/core/health.ts';
import {
  type AddressFact,
  addressKey,
  type LinkFact,
  type Network,
  networkOf,
  transportKey,
  withTransport,
} from '../../../src/vrrp/core/network.ts';

const ETH1 = interfaceName('eth1');
const link = (name: InterfaceName, changes: Partial<LinkFact> = {}): LinkFact => ({
  name,
  up: true,
  multicast: true,
  announces: true,
  switchedOn: true,
  mtu: 1500,
  ...changes,
});
const fact = (text: string, prefixLength = 24, name = ETH0): AddressFact => ({
  interface: name,
  address: address(text),
  prefixLength,
  ours: null,
  detection: 'over',
});

const OWN = fact('192.168.100.101');
const PEER = address('192.168.100.102');
const WHOLE = networkOf([link(ETH0), link(ETH1)], [OWN]);

function verdict(changes: Partial<VrrpInstance>, network: Network = WHOLE): string {
  const config = vrrpInstance(changes);
  const health = assessHealth(config, network, new Set(allAddresses(config).map(addressKey)));
  return health.kind === 'fit' ? `from ${health.source}` : faultReason(health.causes);
}

describe('the address that adverts come from', () => {
  test('is the first of the interface that is not virtual (behaviour.md section 3)', () => {
    const residual = fact('192.168.100.240', 32);
    expect(verdict({}, networkOf([link(ETH0)], [residual, OWN]))).toBe('from 192.168.100.101');
    expect(verdict({}, networkOf([link(ETH0)], [fact('10.0.0.7', 24, ETH1), OWN]))).toBe(
      'from 192.168.100.101',
    );
  });

  test('is the configured one, whatever is on the interface', () => {
    expect(verdict({ sourceAddress: address('10.9.9.9') })).toBe('from 10.9.9.9');
  });

  test('is watched with track_src_ip: it must be on the own interface', () => {
    const config = { sourceAddress: OWN.address, trackSource: true };
    expect(verdict(config)).toBe('from 192.168.100.101');
    const elsewhere = networkOf([link(ETH0), link(ETH1)], [{ ...OWN, interface: ETH1 }]);
    expect(verdict(config, elsewhere)).toBe('source address 192.168.100.101 is not on interface eth0');
  });

  test('may be a virtual one for an owner, whose real address that is', () => {
    const only = networkOf([link(ETH0)], [fact('192.168.100.240', 32)]);
    expect(verdict({ priority: priority(255) }, only)).toBe('from 192.168.100.240');
    expect(verdict({}, only)).toBe('interface eth0 has no address to send adverts from');
  });
});

describe('reasons to be in FAULT (behaviour.md sections 4.7 and 6)', () => {
  const down = networkOf([link(ETH0, { up: false }), link(ETH1)], [OWN]);
  const eth1Down = networkOf([link(ETH0), link(ETH1, { up: false })], [OWN]);
  const tracked = (weight: number, reverse = false): Partial<VrrpInstance> => ({
    trackInterfaces: [{ interface: ETH1, weight, reverse }],
  });
  const elsewhere = (isTracked: boolean): Partial<VrrpInstance> => ({
    virtualAddresses: [virtualAddress('10.0.0.1', { interface: ETH1, tracked: isTracked })],
  });

  test.each<{ what: string; changes: Partial<VrrpInstance>; network: Network; reason: string }>([
    { what: 'own link down', changes: {}, network: down, reason: 'eth0 has no carrier' },
    {
      what: 'own link down with dont_track_primary',
      changes: { trackPrimary: false },
      network: down,
      reason: 'from 192.168.100.101',
    },
    {
      what: 'own link missing, also with dont_track_primary',
      changes: { trackPrimary: false },
      network: networkOf([], []),
      reason: 'interface eth0 does not exist',
    },
    {
      what: 'no multicast',
      changes: {},
      network: networkOf([link(ETH0, { multicast: false })], [OWN]),
      reason: 'interface eth0 cannot multicast',
    },
    {
      what: 'no multicast, but unicast',
      changes: { destination: unicastTo([PEER]) },
      network: networkOf([link(ETH0, { multicast: false })], [OWN]),
      reason: 'from 192.168.100.101',
    },
    {
      what: 'unicast without a peer (unicast_fault_no_peer)',
      changes: { destination: unicastTo([]) },
      network: WHOLE,
      reason: 'there is no unicast_peer to send adverts to',
    },
    {
      what: 'unicast in strict mode where multicast is possible',
      changes: { destination: unicastTo([PEER]), strict: true },
      network: WHOLE,
      reason: 'strict mode does not allow unicast on eth0, which can multicast',
    },
    {
      what: 'configured source not on the interface, with track_src_ip',
      changes: { sourceAddress: address('10.9.9.9'), trackSource: true },
      network: WHOLE,
      reason: 'source address 10.9.9.9 is not on interface eth0',
    },
    {
      what: 'configured source on the interface, with track_src_ip',
      changes: { sourceAddress: address('192.168.100.101'), trackSource: true },
      network: WHOLE,
      reason: 'from 192.168.100.101',
    },
    {
      what: 'no socket',
      changes: {},
      network: withTransport(WHOLE, transportKey({ interface: ETH0, family: 'inet' }), 'EPERM'),
      reason: 'there is no VRRP socket: EPERM',
    },
    { what: 'tracked link down', changes: tracked(0), network: eth1Down, reason: 'eth1 has no carrier' },
    {
      what: 'tracked link with weight',
      changes: tracked(10),
      network: eth1Down,
      reason: 'from 192.168.100.101',
    },
    {
      what: 'tracked in reverse',
      changes: tracked(0, true),
      network: WHOLE,
      reason: 'interface eth1 is up and tracked in reverse',
    },
    {
      what: 'tracked in reverse and down',
      changes: tracked(0, true),
      network: eth1Down,
      reason: 'from 192.168.100.101',
    },
    {
      what: 'home of a virtual address down',
      changes: elsewhere(true),
      network: eth1Down,
      reason: 'eth1 has no carrier',
    },
    {
      what: 'the same with no_track',
      changes: elsewhere(false),
      network: eth1Down,
      reason: 'from 192.168.100.101',
    },
  ])('$what: $reason', ({ changes, network, reason }) => {
    expect(verdict(changes, network)).toBe(reason);
  });
});

describe('effective priority = clamp(base + weights, 1..254)', () => {
  const down = networkOf([link(ETH0), link(ETH1, { up: false })], [OWN]);
  test.each([
    { base: 100, weight: 20, reverse: false, up: 120, down: 100 },
    { base: 100, weight: -20, reverse: false, up: 100, down: 80 },
    { base: 100, weight: 20, reverse: true, up: 100, down: 120 },
    { base: 100, weight: -20, reverse: true, up: 80, down: 100 },
    { base: 250, weight: 253, reverse: false, up: 254, down: 250 },
    { base: 10, weight: -253, reverse: false, up: 10, down: 1 },
    { base: 255, weight: -100, reverse: false, up: 255, down: 255 },
  ])('base $base weight $weight reverse $reverse: $up while up, $down while down', (row) => {
    const config = vrrpInstance({
      priority: priority(row.base),
      trackInterfaces: [{ interface: ETH1, weight: row.weight, reverse: row.reverse }],
    });
    expect(effectivePriority(config, WHOLE)).toBe(row.up);
    expect(effectivePriority(config, down)).toBe(row.down);
  });
});

describe('over IPv6 adverts come from a link-local address (RFC 9568 §5.1.2.1)', () => {
  const v6: Partial<VrrpInstance> = { family: 'inet6', virtualAddresses: [virtualAddress('fe80::240')] };
  const global = fact('2001:db8::101', 64);
  const linkLocal = fact('fe80::1', 64);

  test('that is not virtual, and not before its duplicate address detection is over (RFC 4862 §5.4)', () => {
    const running = { ...linkLocal, detection: 'running' } as const;
    const failed = { ...linkLocal, detection: 'failed' } as const;
    const on = (...facts: readonly AddressFact[]): string => verdict(v6, networkOf([link(ETH0)], facts));
    expect(on(fact('fe80::240', 128), global, linkLocal)).toBe('from fe80::1');
    expect(on(global)).toBe('interface eth0 has no address to send adverts from');
    expect(on(running)).toBe('duplicate address detection of fe80::1 on eth0 is not over');
    expect(on(failed)).toBe('another machine has fe80::1, the address of eth0 to send adverts from');
    expect(on(running, fact('fe80::2', 64))).toBe('from fe80::2');
  });

  test('or from the configured one, which is waited for as well', () => {
    const configured = { ...v6, sourceAddress: address('2001:db8::101') };
    const running = { ...global, detection: 'running' } as const;
    expect(verdict(configured, networkOf([link(ETH0)], [linkLocal]))).toBe('from 2001:db8::101');
    expect(verdict(configured, networkOf([link(ETH0)], [running, linkLocal]))).toBe(
      'duplicate address detection of 2001:db8::101 on eth0 is not over',
    );
  });
});
