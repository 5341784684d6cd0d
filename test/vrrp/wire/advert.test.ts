import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { familyOf, type IpAddress, ipFromBytes } from '../../../src/base/ip.ts';
import { micros, priority, vrid } from '../../../src/base/units.ts';
import {
  type Advert,
  advertChecksum,
  decodeAdvert,
  encodeAdvert,
  passwordOctets,
} from '../../../src/vrrp/wire/advert.ts';
import { FIXTURES, ip, octets } from './advert.fixtures.ts';

describe.each(FIXTURES)('captured advert: $name', ({ hex, path, advert }) => {
  const family = familyOf(path.source);

  test('bytes to value', () => {
    expect(decodeAdvert(octets(hex), family)).toEqual({ ok: true, value: advert });
  });

  test('value to bytes, checksum included', () => {
    expect(Buffer.from(encodeAdvert(advert, path)).toString('hex')).toBe(hex);
  });

  test('its checksum is right, and wrong after any flipped bit', () => {
    expect(advertChecksum(octets(hex), path)).toBe(0);
    for (let bit = 8; bit < hex.length * 4; bit++) {
      const flipped = octets(hex);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(advertChecksum(flipped, path)).not.toBe(0);
    }
  });

  test('is refused at every other length', () => {
    const bytes = octets(hex);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeAdvert(bytes.subarray(0, length), family).ok).toBe(false);
    }
    expect(decodeAdvert(Uint8Array.of(...bytes, 0), family).ok).toBe(false);
  });
});

test('the v3 checksum covers both ends of the path, the v2 checksum none (RFC 9568 §5.2.8, RFC 3768 §5.3.8)', () => {
  const elsewhere = { source: ip('192.168.100.101'), destination: ip('192.168.100.103') };
  expect(advertChecksum(octets('3133640100323f63c0a864f0'), elsewhere)).not.toBe(0);
  expect(advertChecksum(octets('2133640100015531c0a864f00000000000000000'), elsewhere)).toBe(0);
});

test('a version that is neither 2 nor 3 is named', () => {
  expect(decodeAdvert(octets('4133640100323f63c0a864f0'), 'inet')).toEqual({
    ok: false,
    error: { kind: 'unknown_version', version: 4 },
  });
});

test('reserved bits of the v3 interval are not read (RFC 9568 §5.2.6)', () => {
  const decoded = decodeAdvert(octets('31336401f0323f63c0a864f0'), 'inet');
  expect(decoded.ok && decoded.value.interval).toBe(500_000);
});

test('a password is cut at eight octets, not at eight letters', () => {
  expect(passwordOctets('1111')).toBe('3131313100000000');
  expect(passwordOctets('longer than eight')).toBe('6c6f6e6765722074');
  expect(passwordOctets('äöüßé')).toBe('c3a4c3b6c3bcc39f');
});

describe('properties', () => {
  const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
    fc.uint8Array({ minLength: length, maxLength: length });
  const address = (length: 4 | 16): fc.Arbitrary<IpAddress> =>
    bytesOf(length).map((bytes) => ipFromBytes(bytes) ?? ip('0.0.0.0'));
  const octet = fc.integer({ min: 0, max: 255 });
  const wirePath = fc.constantFrom<4 | 16>(4, 16).chain((length) =>
    fc.record({
      length: fc.constant(length),
      path: fc.record({ source: address(length), destination: address(length) }),
      addresses: fc.array(address(length), { maxLength: 20 }),
    }),
  );
  const anyAdvert = fc
    .tuple(wirePath, fc.constantFrom<2 | 3>(2, 3), octet, octet, fc.integer({ min: 0, max: 255 }), bytesOf(8))
    .map(([{ length, path, addresses }, version, id, prio, interval, auth]) => {
      const authOctets = length === 4 ? Buffer.from(auth).toString('hex') : '';
      const advert: Advert = {
        version,
        type: 1,
        vrid: vrid(id),
        priority: priority(prio),
        interval: micros(interval * (version === 2 ? 1_000_000 : 10_000)),
        authentication: version === 2 ? { type: 1, octets: authOctets } : null,
        addresses,
      };
      return { advert, path };
    });

  test('value to bytes to value is the same value, and the checksum is right', () => {
    fc.assert(
      fc.property(anyAdvert, ({ advert, path }) => {
        const bytes = encodeAdvert(advert, path);
        expect(advertChecksum(bytes, path)).toBe(0);
        expect(decodeAdvert(bytes, familyOf(path.source))).toEqual({ ok: true, value: advert });
      }),
    );
  });

  test('no bytes make the decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), fc.constantFrom('inet', 'inet6'), (bytes, family) => {
        decodeAdvert(bytes, family);
      }),
    );
  });
});
