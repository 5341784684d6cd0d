import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { priority, seconds } from '../../../src/base/units.ts';
import type { VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { unicastTo, virtualAddress, vrrpInstance } from '../../../src/sim/topology.ts';
import { type Advert, encodeAdvert } from '../../../src/vrrp/wire/advert.ts';
import { type ReceiveContext, type ReceivedPacket, receiveAdvert } from '../../../src/vrrp/wire/receive.ts';
import { FIXTURES, ip, octets } from './advert.fixtures.ts';

const V2 = '2133640100015531c0a864f00000000000000000';
const V3 = '3133640100323f63c0a864f0';

const packetOf = (hex: string, changes: Partial<ReceivedPacket> = {}): ReceivedPacket => {
  const payload = changes.payload ?? octets(hex);
  return {
    source: ip('192.168.100.101'),
    destination: ip('224.0.0.18'),
    ttl: 255,
    announcedLength: payload.length,
    seal: { kind: 'none' },
    ...changes,
    payload,
  };
};

const contextOf = (
  instance: Partial<VrrpInstance>,
  changes: Partial<ReceiveContext> = {},
): ReceiveContext => {
  const whole = vrrpInstance(instance);
  return { instance: whole, groupForChecksum: null, listed: whole.virtualAddresses, ...changes };
};

const reasonOf = (packet: ReceivedPacket, context: ReceiveContext): string => {
  const verdict = receiveAdvert(packet, context);
  return verdict.ok ? 'accepted' : verdict.error;
};

/** The captured v2 advert with other values, its checksum made right. */
const built = (changes: Partial<Advert>): ReceivedPacket => {
  const path = { source: ip('192.168.100.101'), destination: ip('224.0.0.18') };
  const base = FIXTURES.find(({ hex }) => hex === V2)?.advert;
  if (base === undefined) throw new Error('the fixture is gone');
  return packetOf('', { payload: encodeAdvert({ ...base, ...changes }, path) });
};

describe('what is accepted', () => {
  test('the captured adverts, by an instance that is configured like their sender', () => {
    expect(reasonOf(packetOf(V2), contextOf({}))).toBe('accepted');
    expect(reasonOf(packetOf(V3), contextOf({ version: 3 }))).toBe('accepted');
    const pass = '213364010101f1cec0a864f03131313100000000';
    const authentication = { kind: 'pass', password: '1111' } as const;
    expect(reasonOf(packetOf(pass), contextOf({ authentication }))).toBe('accepted');
  });

  test('a v3 advert with another interval than ours (behaviour.md section 5, step 10)', () => {
    expect(reasonOf(packetOf(V3), contextOf({ version: 3, advertInterval: seconds(3) }))).toBe('accepted');
  });

  test('an address list that differs is named, not dropped, as in keepalived (Q8)', () => {
    const other = contextOf({ virtualAddresses: [virtualAddress('192.168.100.241')] });
    expect(receiveAdvert(packetOf(V2), other)).toMatchObject({
      ok: true,
      value: { addressMismatch: ['192.168.100.241'] },
    });
    const more = contextOf({
      virtualAddresses: [virtualAddress('192.168.100.240'), virtualAddress('192.168.100.241')],
    });
    expect(receiveAdvert(packetOf(V2), more)).toMatchObject({ value: { addressMismatch: 'count' } });
    expect(receiveAdvert(packetOf(V2), { ...more, listed: null })).toMatchObject({
      value: { addressMismatch: null },
    });
  });

  test.each([
    { padded: 46, verdict: 'accepted' },
    { padded: 42, verdict: 'accepted' },
    { padded: 43, verdict: 'packet_length' },
    { padded: 50, verdict: 'packet_length' },
  ])('a short IPv4 packet of 40 octets that arrives as $padded: $verdict', ({ padded, verdict }) => {
    const payload = new Uint8Array(padded - 20);
    payload.set(octets(V2));
    expect(reasonOf(packetOf('', { payload, announcedLength: 20 }), contextOf({}))).toBe(verdict);
  });

  test('a unicast advert whose sender put the group into the checksum, where that is allowed', () => {
    const unicast = contextOf({
      version: 3,
      destination: unicastTo([ip('192.168.100.101')]),
    });
    const packet = packetOf(V3, { destination: ip('192.168.100.102') });
    expect(reasonOf(packet, unicast)).toBe('checksum');
    expect(receiveAdvert(packet, { ...unicast, groupForChecksum: ip('224.0.0.18') })).toMatchObject({
      ok: true,
      value: { checksum: 'group' },
    });
  });
});

describe('each reason to drop a packet', () => {
  test('packet_length: shorter than a header, or than its own count of addresses, or than the IP header says', () => {
    expect(reasonOf(packetOf('2133'), contextOf({}))).toBe('packet_length');
    expect(reasonOf(packetOf(V2.slice(0, -2)), contextOf({}))).toBe('packet_length');
    expect(reasonOf(packetOf(V2, { announcedLength: 24 }), contextOf({}))).toBe('packet_length');
    expect(reasonOf(packetOf(`${V2}00`), contextOf({}))).toBe('packet_length');
  });

  test('ttl: anything but 255, and an unknown one (RFC 9568 §5.1.1.3)', () => {
    expect(reasonOf(packetOf(V2, { ttl: 254 }), contextOf({}))).toBe('ttl');
    expect(reasonOf(packetOf(V2, { ttl: null }), contextOf({}))).toBe('ttl');
  });

  test('version: v2 at a v3 router and the other way round', () => {
    expect(reasonOf(packetOf(V2), contextOf({ version: 3 }))).toBe('version');
    expect(reasonOf(packetOf(V3), contextOf({}))).toBe('version');
  });

  test('invalid_auth_type, auth_type_mismatch, auth_failure', () => {
    const pass = contextOf({ authentication: { kind: 'pass', password: 'secret' } });
    const zeros = '0000000000000000';
    const withAuth = (type: number, data = zeros): ReceivedPacket =>
      built({ authentication: { type, octets: data } });
    expect(reasonOf(withAuth(3), contextOf({}))).toBe('invalid_auth_type');
    expect(reasonOf(withAuth(1), contextOf({}))).toBe('auth_type_mismatch');
    expect(reasonOf(withAuth(2), contextOf({}))).toBe('auth_type_mismatch');
    expect(reasonOf(withAuth(0), pass)).toBe('auth_type_mismatch');
    expect(reasonOf(withAuth(1), pass)).toBe('auth_failure');
    expect(reasonOf(withAuth(1, '7365637265740000'), pass)).toBe('accepted');
  });

  test('advert_interval: a v2 interval that is not ours (RFC 3768 §7.1), and a v3 interval of zero', () => {
    expect(reasonOf(built({ interval: seconds(2) }), contextOf({}))).toBe('advert_interval');
    const path = { source: ip('192.168.100.101'), destination: ip('224.0.0.18') };
    const advert = FIXTURES.find(({ hex }) => hex === V3)?.advert;
    const payload = encodeAdvert({ ...(advert as Advert), interval: seconds(0) }, path);
    expect(reasonOf(packetOf('', { payload }), contextOf({ version: 3 }))).toBe('advert_interval');
  });

  test('invalid_type: only type 1 exists (RFC 9568 §5.2.2)', () => {
    expect(reasonOf(built({ type: 2 }), contextOf({}))).toBe('invalid_type');
  });

  test('checksum', () => {
    expect(reasonOf(packetOf(V2.replace('5531', '5532')), contextOf({}))).toBe('checksum');
  });

  test('destination: multicast at a unicast instance and the other way round', () => {
    const unicast = contextOf({ destination: unicastTo([ip('192.168.100.101')]) });
    expect(reasonOf(packetOf(V2), unicast)).toBe('destination');
    expect(reasonOf(packetOf(V2, { destination: ip('192.168.100.102') }), contextOf({}))).toBe('destination');
  });

  test('unknown_peer: where the source is checked only the peers count, and only inside their range of TTLs', () => {
    const destination = ip('192.168.100.102');
    const peer = (address: string): ReceiveContext =>
      contextOf({
        destination: unicastTo([], {
          checkSource: true,
          peers: [{ address: ip(address), minTtl: 250, maxTtl: null }],
        }),
      });
    expect(reasonOf(packetOf(V2, { destination, ttl: 250 }), peer('192.168.100.101'))).toBe('accepted');
    expect(reasonOf(packetOf(V2, { destination, ttl: 249 }), peer('192.168.100.101'))).toBe('unknown_peer');
    expect(reasonOf(packetOf(V2, { destination }), peer('192.168.100.103'))).toBe('unknown_peer');
    const unchecked = contextOf({ destination: unicastTo([ip('192.168.100.103')]) });
    expect(reasonOf(packetOf(V2, { destination, ttl: 1 }), unchecked)).toBe('accepted');
  });

  test('the first check that fails gives the reason: TTL before version before authentication', () => {
    const pass = { kind: 'pass', password: 'secret' } as const;
    const everything = contextOf({ version: 3, authentication: pass });
    expect(reasonOf(packetOf(V2, { ttl: 1 }), everything)).toBe('ttl');
    expect(reasonOf(packetOf(V2), everything)).toBe('version');
    const wrong = packetOf(V2.replace('5531', '5532'));
    expect(reasonOf(wrong, contextOf({ authentication: pass }))).toBe('auth_type_mismatch');
  });
});

describe('properties', () => {
  test('a captured advert with one flipped bit is dropped, or is another advert with the same checksum', () => {
    for (let bit = 0; bit < V2.length * 4; bit++) {
      const payload = octets(V2);
      payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(receiveAdvert(packetOf('', { payload }), contextOf({})).ok).toBe(false);
    }
  });

  test('no packet makes the receiver throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: -1, max: 70_000 }),
        fc.constantFrom(2 as const, 3 as const),
        (payload, announcedLength, version) => {
          receiveAdvert(
            packetOf('', { payload, announcedLength }),
            contextOf({ version, priority: priority(1) }),
          );
        },
      ),
    );
  });
});
