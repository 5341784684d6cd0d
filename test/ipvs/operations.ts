/** Arbitrary operations over few keys, right ones and wrong ones: what a model kernel and the real one are asked alike. */
import fc from 'fast-check';
import { port } from '../../src/base/units.ts';
import type { DestinationConfig, ServiceConfig } from '../../src/ipvs/core/table.ts';
import type { IpvsOperation } from '../../src/ports/ipvs-kernel.ts';
import { destination, ip, service, tcp } from './samples.ts';

const SERVICES = [tcp('192.0.2.1', 80), tcp('192.0.2.1', 443), tcp('2001:db8::1', 80)] as const;
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '2001:db8::8'] as const;

const anyService: fc.Arbitrary<ServiceConfig> = fc
  .record({
    key: fc.constantFrom(...SERVICES),
    scheduler: fc.constantFrom('rr', 'wlc', 'sh'),
    flags: fc.constantFrom(0, 0x8, 0x10),
    persistenceTimeout: fc.constantFrom(0, 60),
    /** 0 and 64 are too little or too much for some */
    persistencePrefix: fc.constantFrom(0, 24, 64),
  })
  .map(({ key, ...changes }) => {
    const isInet = key.kind === 'address' && !key.address.includes(':');
    const prefix = isInet ? Math.min(32, changes.persistencePrefix || 32) : changes.persistencePrefix;
    return service(key, { ...changes, persistencePrefix: prefix });
  });

const anyDestination: fc.Arbitrary<DestinationConfig> = fc
  .record({
    address: fc.constantFrom(...ADDRESSES),
    weight: fc.constantFrom(-1, 0, 1, 0x7fff_ffff),
    limits: fc.constantFrom([0, 0], [10, 5], [5, 10]),
    forwarding: fc.constantFrom<DestinationConfig['forwarding']>(
      { kind: 'nat' },
      { kind: 'dr' },
      { kind: 'tun', encapsulation: 'ipip', port: port(0), checksum: 'none' },
      { kind: 'tun', encapsulation: 'gue', port: port(6080), checksum: 'none' },
      { kind: 'tun', encapsulation: 'gue', port: port(0), checksum: 'none' },
    ),
  })
  .map(({ address, weight, limits: [upperThreshold = 0, lowerThreshold = 0], forwarding }) =>
    destination(address, 80, { weight, upperThreshold, lowerThreshold, forwarding }),
  );

const key = fc.constantFrom(...SERVICES);

export const anyOperation: fc.Arbitrary<IpvsOperation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add_service' as const, 'edit_service' as const), service: anyService }),
  fc.record({ kind: fc.constant('remove_service' as const), service: key }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('add_destination' as const, 'edit_destination' as const),
      service: key,
      destination: anyDestination,
    }),
  },
  fc.record({
    kind: fc.constant('remove_destination' as const),
    service: key,
    destination: fc.constantFrom(...ADDRESSES).map((address) => ({ address: ip(address), port: port(80) })),
  }),
);
