/** Routes and rules at random, out of few values, so that two of them are often alike. */
import fc from 'fast-check';
import type { Family, IpAddress } from '../../src/base/ip.ts';
import { NO_METRICS, type Route, type Rule } from '../../src/base/routing.ts';
import { type IfIndex, ifIndex, interfaceName } from '../../src/base/units.ts';
import type { RoutingWish } from '../../src/net/core/routing.ts';

const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  inet: ['10.0.0.2', '10.0.0.3'],
  inet6: ['fe80::2', 'fe80::3'],
};
const NETWORKS: Readonly<Record<Family, readonly string[]>> = {
  inet: ['10.1.0.0', '10.2.0.0'],
  inet6: ['2001:db8:1::', '2001:db8:2::'],
};
const pick = (from: readonly string[]): fc.Arbitrary<IpAddress> =>
  fc.constantFrom(...from).map((text) => text as IpAddress);
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const device = fc.constantFrom(2, 3).map(ifIndex);

const metrics = fc.oneof(
  fc.constant(NO_METRICS),
  fc.record({
    values: fc.record(
      { mtu: fc.constant(1400), initcwnd: fc.integer({ min: 1, max: 20 }) },
      { requiredKeys: [] },
    ),
    congestionControl: nullable(fc.constantFrom('cubic', 'reno')),
    locked: fc.constantFrom(0, 4),
  }),
);

export const anyRoute: fc.Arbitrary<Route<IfIndex>> = fc
  .constantFrom<Family>('inet', 'inet6')
  .chain((family) =>
    fc.record({
      family: fc.constant(family),
      type: fc.constantFrom(1, 6),
      destination: fc.record({ address: pick(NETWORKS[family]), length: fc.constantFrom(16, 24) }),
      from:
        family === 'inet6'
          ? nullable(fc.record({ address: pick(NETWORKS.inet6), length: fc.constant(48) }))
          : fc.constant(null),
      table: fc.constantFrom(100, 254, 1000),
      protocol: fc.constantFrom(18, 4),
      scope: family === 'inet' ? fc.constantFrom(0, 253) : fc.constant(0),
      tos: fc.constantFrom(0, 0x10),
      metric: nullable(fc.constantFrom(5, 1024)),
      source: nullable(pick(ADDRESSES[family])),
      via: nullable(pick(ADDRESSES[family])),
      device: nullable(device),
      onlink: fc.boolean(),
      encapsulation: nullable(
        fc.oneof(
          fc.record({
            kind: fc.constant('ip' as const),
            id: fc.constantFrom('5', '18446744073709551615'),
            destination: nullable(pick(ADDRESSES.inet)),
            source: nullable(pick(ADDRESSES.inet)),
            ttl: fc.constantFrom(0, 64),
            tos: fc.constantFrom(0, 8),
            flags: fc.constantFrom(0, 1),
          }),
          fc.record({
            kind: fc.constant('mpls' as const),
            labels: fc.array(fc.integer({ min: 0, max: 0xf_ffff }), { minLength: 1, maxLength: 3 }),
          }),
          fc.record({ kind: fc.constant('ila' as const), locator: fc.constant('4294967297') }),
        ),
      ),
      expires: family === 'inet6' ? nullable(fc.constant(600)) : fc.constant(null),
      metrics,
      realms: nullable(fc.constantFrom(5, 0x3_0004)),
      preference: family === 'inet6' ? nullable(fc.constantFrom(0, 1, 3)) : fc.constant(null),
      ttlPropagate: nullable(fc.boolean()),
      nextHops: fc.constant([]),
    }),
  );

const range = fc.constantFrom({ low: 1, high: 20 }, { low: 5, high: 5 });

export const anyRule: fc.Arbitrary<Rule> = fc.constantFrom<Family>('inet', 'inet6').chain((family) => {
  const prefix = nullable(fc.record({ address: pick(NETWORKS[family]), length: fc.constantFrom(16, 24) }));
  return fc.record({
    family: fc.constant(family),
    priority: fc.constantFrom(10, 20, 0xffff_fff0),
    action: fc.constantFrom<Rule['action']>(
      { kind: 'lookup', table: 100 },
      { kind: 'lookup', table: 1000 },
      { kind: 'goto', target: 30 },
      { kind: 'l3mdev' },
      { kind: 'nop' },
      { kind: 'blackhole' },
      { kind: 'unreachable' },
      { kind: 'prohibit' },
    ),
    invert: fc.boolean(),
    from: prefix,
    to: prefix,
    tos: fc.constantFrom(0, 0x10),
    mark: nullable(fc.constantFrom({ value: 5, mask: 0xffff_ffff }, { value: 5, mask: 0xff })),
    realms: nullable(fc.constantFrom(5, 0x3_0004)),
    suppressPrefixLength: nullable(fc.constant(0)),
    suppressGroup: nullable(fc.constant(3)),
    iif: nullable(fc.constant(interfaceName('eth0'))),
    oif: nullable(fc.constant(interfaceName('eth1'))),
    tunnelId: nullable(fc.constantFrom('77', '18446744073709551615')),
    users: nullable(range),
    ipProtocol: nullable(fc.constant(6)),
    sourcePorts: nullable(range),
    destinationPorts: nullable(range),
    protocol: fc.constantFrom(18, 4),
  });
});

export const anyWish: fc.Arbitrary<RoutingWish> = fc.oneof(
  fc.record({
    kind: fc.constant('route' as const),
    route: anyRoute,
    placement: fc.constantFrom('prepend' as const, 'append' as const),
  }),
  fc.record({ kind: fc.constant('rule' as const), rule: anyRule }),
);
