/** Tables to test with: by hand, and arbitrary ones. */
import fc from 'fast-check';
import { addressBits, type IpAddress, parseIp } from '../../src/base/ip.ts';
import { fwMark, port } from '../../src/base/units.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsTable,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
  serviceKeyText,
} from '../../src/ipvs/core/table.ts';

export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

export const tcp = (address: string, portNumber: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address: ip(address),
  port: port(portNumber),
});

export function service(key: ServiceKey, changes: Partial<ServiceConfig> = {}): ServiceConfig {
  return {
    key,
    scheduler: 'rr',
    flags: 0,
    persistenceTimeout: 0,
    persistencePrefix: addressBits(serviceFamily(key)),
    persistenceEngine: null,
    ...changes,
  };
}

export const destination = (
  address: string,
  portNumber: number,
  changes: Partial<DestinationConfig> = {},
): DestinationConfig => ({
  key: { address: ip(address), port: port(portNumber) },
  weight: 1,
  forwarding: { kind: 'dr' },
  upperThreshold: 0,
  lowerThreshold: 0,
  ...changes,
});

export const table = (
  ...services: readonly (readonly [ServiceConfig, ...(readonly DestinationConfig[])])[]
): IpvsTable =>
  new Map(
    services.map(([config, ...destinations]) => [
      serviceKeyText(config.key),
      { config, destinations: new Map(destinations.map((d) => [destinationKeyText(d.key), d])) },
    ]),
  );

const anyPort = fc.integer({ min: 0, max: 0xffff }).map(port);
const inet = fc.integer({ min: 1, max: 254 }).map((n) => ip(`10.0.0.${n}`));
const inet6 = fc.integer({ min: 1, max: 0xffff }).map((n) => ip(`2001:db8::${n.toString(16)}`));
const fewPorts = fc.constantFrom(80, 443).map(port);

/** Few different ones, so that two tables share some. */
const serviceKey: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address: fc.constantFrom(ip('192.0.2.1'), ip('192.0.2.2'), ip('2001:db8::1')),
    port: fewPorts,
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    mark: fc.constantFrom(1, 0xffff_ffff).map(fwMark),
    family: fc.constantFrom('inet' as const, 'inet6' as const),
  }),
);

const forwarding: fc.Arbitrary<DestinationConfig['forwarding']> = fc.oneof(
  fc.constantFrom({ kind: 'nat' as const }, { kind: 'dr' as const }),
  fc.record({
    kind: fc.constant('tun' as const),
    encapsulation: fc.constantFrom('ipip' as const, 'gue' as const, 'gre' as const),
    port: fc.integer({ min: 1, max: 0xffff }).map(port),
    checksum: fc.constantFrom('none' as const, 'csum' as const, 'remcsum' as const),
  }),
);

export const anyDestination = (family: 'inet' | 'inet6'): fc.Arbitrary<DestinationConfig> =>
  fc
    .record({
      key: fc.record({ address: family === 'inet' ? inet : inet6, port: fc.oneof(fewPorts, anyPort) }),
      weight: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 0x7fff_ffff })),
      forwarding,
      upperThreshold: fc.integer({ min: 0, max: 0xffff_ffff }),
      lowerThreshold: fc.integer({ min: 0, max: 0xffff_ffff }),
    })
    .map((d) => ({ ...d, lowerThreshold: Math.min(d.lowerThreshold, d.upperThreshold) }));

export const anyService: fc.Arbitrary<ServiceConfig> = serviceKey.chain((key) => {
  return fc.record({
    key: fc.constant(key),
    scheduler: fc.constantFrom('rr', 'wlc', 'mh'),
    flags: fc.integer({ min: 0, max: 0x3f }),
    persistenceTimeout: fc.constantFrom(0, 60, 360),
    persistencePrefix: fc.integer({ min: 1, max: addressBits(serviceFamily(key)) }),
    persistenceEngine: fc.constantFrom(null, 'sip'),
  });
});

export const anyTable: fc.Arbitrary<IpvsTable> = fc
  .array(
    anyService.chain((config) =>
      fc
        .array(anyDestination(serviceFamily(config.key)), { maxLength: 6 })
        .map((destinations) => [config, ...destinations] as const),
    ),
    { maxLength: 6 },
  )
  .map((services) => table(...services));
