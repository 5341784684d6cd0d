/** The codec against what ipvsadm sends: bytes → value, value → bytes, bytes → value → bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ipv4 } from '../../../src/base/ip.ts';
import { fwMark, port } from '../../../src/base/units.ts';
import {
  destinationAttributes,
  destinationFromAttributes,
  usageFromAttributes,
} from '../../../src/ipvs/wire/destination.ts';
import { bare, type IpvsRequest, onService, operationRequest } from '../../../src/ipvs/wire/requests.ts';
import {
  countersFromAttributes,
  serviceAttributes,
  serviceFromAttributes,
} from '../../../src/ipvs/wire/service.ts';
import { COMMAND, INFO, IPVS_COMMAND } from '../../../src/ipvs/wire/tables.ts';
import { attributeBytes, decodeAttributes } from '../../../src/net/netlink/attributes.ts';
import { genericBody } from '../../../src/net/netlink/generic.ts';
import { captured, fromHex, toHex } from '../captured.ts';
import { anyDestination, anyService, destination, ip, service, tcp } from '../samples.ts';

const requests = captured('requests.hex');
const encoded = ({ command, attributes }: IpvsRequest): string =>
  toHex(genericBody({ command, version: 1 }, COMMAND, attributes));

/** The fields of a captured body; fails the test when it does not decode. */
function decoded(attributes: Uint8Array) {
  const fields = decodeAttributes(COMMAND, attributes);
  if (!fields.ok) throw new Error(JSON.stringify(fields.error));
  return fields.value;
}

describe('captured requests', () => {
  test.each(requests)('$name #$# decodes and encodes to the same bytes', ({ attributes }) => {
    expect(toHex(attributeBytes(COMMAND, decoded(attributes)))).toBe(toHex(attributes));
  });

  test('every command of the family that a tool sends is among them', () => {
    const sent = new Set(requests.map((request) => request.command));
    const replyOnly = new Set<number>([IPVS_COMMAND.setInfo]);
    expect(Object.values(IPVS_COMMAND).filter((c) => !replyOnly.has(c) && !sent.has(c))).toEqual([]);
  });

  test.each(requests)(
    '$name #$# cut short anywhere gives an error or less, never an exception',
    ({ attributes }) => {
      for (let length = 0; length < attributes.length; length++) {
        const fields = decodeAttributes(COMMAND, attributes.subarray(0, length));
        if (fields.ok)
          expect(toHex(attributeBytes(COMMAND, fields.value)).length).toBeLessThan(attributes.length * 2);
      }
    },
  );
});

describe('services', () => {
  const sip = service(tcp('192.168.60.201', 5060), { persistenceTimeout: 60, persistenceEngine: 'sip' });
  const mark = service(
    { kind: 'fwmark', mark: fwMark(7), family: 'inet' },
    { scheduler: 'sh', persistenceTimeout: 50, persistencePrefix: 24 },
  );
  const maglev = service(tcp('2001:db8::240', 80), { scheduler: 'mh', flags: 0x18 });
  const oneByOne = service(
    { kind: 'address', protocol: 'udp', address: ip('192.168.60.200'), port: port(53) },
    { scheduler: 'wrr', flags: 0x4 },
  );

  test.each([
    ['persistent with the sip engine', sip, '0600010002000000060002000600000014000300c0a83cc9'],
    ['by mark with a persistence mask', mark, '0600010002000000080005000700000007000600736800'],
    ['IPv6 with scheduler flags', maglev, '060001000a00000006000200060000001400030020010db8'],
    ['one-packet', oneByOne, '0600010002000000060002001100000014000300c0a83cc8'],
  ] as const)('%s: the request to add it is the one that ipvsadm sends', (_, config, part) => {
    const ours = encoded(operationRequest({ kind: 'add_service', service: config }));
    expect(ours).toContain(part);
    expect(requests.map((request) => toHex(request.body))).toContain(ours);
  });

  test('the persistent flag is asked for when there is a timeout and only then, the hashed flag never', () => {
    expect(serviceAttributes(service(tcp('10.0.0.1', 80), { flags: 0x3 })).flags).toBe(0);
    expect(serviceAttributes(service(tcp('10.0.0.1', 80), { flags: 0x2, persistenceTimeout: 9 })).flags).toBe(
      1,
    );
  });

  test('a service that the kernel sent has its flags as they are', () => {
    const reply = captured('listing-misc.hex').find((m) => m.name === 'reply' && m.command === 1);
    const fields = decoded(reply?.attributes ?? new Uint8Array(0));
    expect(fields.service === null ? null : serviceFromAttributes(fields.service)).toEqual({
      ...oneByOne,
      flags: 0x6,
    });
  });

  test('survives the way to bytes and back (property)', () => {
    fc.assert(
      fc.property(anyService, (config) => {
        const bytes = attributeBytes(COMMAND, { service: serviceAttributes(config) });
        const { service: fields } = decoded(bytes);
        const flags = (config.flags & ~0x3) | (config.persistenceTimeout > 0 ? 1 : 0);
        expect(fields === null ? null : serviceFromAttributes(fields)).toEqual({ ...config, flags });
      }),
    );
  });

  test('an IPv4 mask with gaps stays a mask, so that it equals no prefix length', () => {
    const config = service(tcp('10.0.0.1', 80), { persistenceTimeout: 9 });
    const gaps = { ...serviceAttributes(config), netmask: fromHex('ff00ff00') };
    expect(serviceFromAttributes(gaps)?.persistencePrefix).toBe('255.0.255.0');
    const held = { ...config, persistencePrefix: ip('255.0.255.0') as Ipv4 };
    expect(serviceAttributes(held).netmask).toEqual(gaps.netmask);
  });

  test('attributes without scheduler, flags, timeout or netmask are no service', () => {
    const complete = serviceAttributes(service(tcp('10.0.0.1', 80)));
    for (const name of ['scheduler', 'flags', 'timeout', 'netmask', 'protocol', 'address', 'port'] as const) {
      expect(serviceFromAttributes({ ...complete, [name]: null }), name).toBeNull();
    }
    expect(serviceFromAttributes({ ...complete, family: 3 })).toBeNull();
  });
});

describe('destinations', () => {
  const web = tcp('192.168.60.201', 5060);
  const gue = destination('10.0.0.9', 5060, {
    forwarding: { kind: 'tun', encapsulation: 'gue', port: port(6080), checksum: 'none' },
  });

  test('are encoded as ipvsadm encodes them; it repeats the whole service where its name is enough', () => {
    const ours = operationRequest({ kind: 'add_destination', service: web, destination: gue });
    const theirs = requests.find(
      (r) => r.command === IPVS_COMMAND.newDestination && toHex(r.body).includes('17c0'),
    );
    const fields = decoded(theirs?.attributes ?? new Uint8Array(0));
    const bytes = (destination: typeof fields.destination | undefined): string =>
      toHex(attributeBytes(COMMAND, { destination: destination ?? null }));
    expect(bytes(ours.attributes.destination)).toBe(bytes(fields.destination));
    expect(fields.service).toMatchObject({ family: 2, protocol: 6, port: 5060 });
    expect(ours.attributes.service).toMatchObject({ family: 2, protocol: 6, port: 5060, scheduler: null });
  });

  test('a removal names the destination and nothing else', () => {
    const ours = operationRequest({ kind: 'remove_destination', service: web, destination: gue.key });
    expect(encoded(ours)).toBe(
      '07010000' +
        '30000180' +
        '0600010002000000' +
        '0600020006000000' +
        '14000300c0a83cc9000000000000000000000000' +
        '0600040013c40000' +
        '28000280' +
        '06000b0002000000' +
        '140001000a000009000000000000000000000000' +
        '0600020013c40000',
    );
  });

  test('survive the way to bytes and back (property)', () => {
    fc.assert(
      fc.property(anyDestination('inet6'), (config) => {
        const { destination: fields } = decoded(
          attributeBytes(COMMAND, { destination: destinationAttributes(config) }),
        );
        expect(fields === null ? null : destinationFromAttributes(fields, 'inet')).toEqual(config);
      }),
    );
  });

  test("the family is the service's where an old kernel does not tell it", () => {
    const fields = { ...destinationAttributes(gue), family: null };
    expect(destinationFromAttributes(fields, 'inet')).toEqual(gue);
  });

  test('an unknown way of forwarding, tunnel or checksum is no destination', () => {
    const fields = destinationAttributes(gue);
    expect(destinationFromAttributes({ ...fields, forwarding: 7 }, 'inet')).toBeNull();
    expect(destinationFromAttributes({ ...fields, tunnelType: 3 }, 'inet')).toBeNull();
    expect(destinationFromAttributes({ ...fields, tunnelFlags: 3 }, 'inet')).toBeNull();
  });

  test('what the kernel adds to the method is masked away: only the lowest three bits name it', () => {
    const fields = { ...destinationAttributes(gue), forwarding: 0x102 };
    expect(destinationFromAttributes(fields, 'inet')?.forwarding.kind).toBe('tun');
  });
});

describe('counters', () => {
  const counters = {
    connections: 1n,
    inPackets: 2n,
    outPackets: 3n,
    inBytes: 4n,
    outBytes: 5n,
    connectionsPerSecond: 6n,
    inPacketsPerSecond: 7n,
    outPacketsPerSecond: 8n,
    inBytesPerSecond: 9n,
    outBytesPerSecond: 10n,
  };
  const wrapped = Object.fromEntries(Object.keys(counters).map((name) => [name, 9])) as never;
  const known = {
    connections: 1n,
    inPackets: 2n,
    outPackets: 3n,
    inBytes: 4n,
    outBytes: 5n,
    perSecond: { connections: 6n, inPackets: 7n, outPackets: 8n, inBytes: 9n, outBytes: 10n },
  };

  test('the 64-bit form is preferred, since the other wraps around', () => {
    expect(countersFromAttributes({ stats: wrapped, stats64: counters })).toEqual(known);
    expect(countersFromAttributes({ stats: null, stats64: null })).toMatchObject({
      connections: 0n,
      inBytes: 0n,
    });
  });

  test('a destination has its connections beside them', () => {
    const fields = { ...destinationAttributes(destination('10.0.0.9', 80)), stats64: counters };
    const connections = { activeConnections: 7, inactiveConnections: 8, persistentConnections: 9 };
    expect(usageFromAttributes({ ...fields, ...connections })).toEqual({ ...known, ...connections });
  });
});

describe('questions', () => {
  test.each([
    ['the destinations of a service', onService(IPVS_COMMAND.getDestination, tcp('192.168.60.201', 5060))],
    [
      'those of a mark',
      onService(IPVS_COMMAND.getDestination, { kind: 'fwmark', mark: fwMark(7), family: 'inet' }),
    ],
    ['all services', bare(IPVS_COMMAND.getService)],
    ['the version', bare(IPVS_COMMAND.getInfo)],
    ['the timeouts', bare(IPVS_COMMAND.getConfig)],
    ['the daemons', bare(IPVS_COMMAND.getDaemon)],
    ['all counters to zero', bare(IPVS_COMMAND.zero)],
    ['an empty table', bare(IPVS_COMMAND.flush)],
  ] as const)('%s: byte for byte as ipvsadm asks', (_, request) => {
    expect(requests.map((r) => toHex(r.body))).toContain(encoded(request));
  });
});

describe('bytes that are no IPVS message', () => {
  test('never throw, whatever they are (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeAttributes(COMMAND, bytes);
        decodeAttributes(INFO, bytes);
      }),
    );
  });

  test('a captured message with one byte changed never throws (property)', () => {
    const bodies = captured('listing-misc.hex').map((m) => m.attributes);
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), fc.nat(255), (body, at, value) => {
        const changed = body.slice();
        if (changed.length > 0) changed[at % changed.length] = value;
        const fields = decodeAttributes(COMMAND, changed);
        if (fields.ok && fields.value.service !== null) serviceFromAttributes(fields.value.service);
        if (fields.ok && fields.value.destination !== null)
          destinationFromAttributes(fields.value.destination, 'inet');
      }),
      { numRuns: 2000 },
    );
  });
});
