import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIpv4Header, encodeIpv4Header } from '../../../src/net/wire/ipv4.ts';
import { anyIpv4 } from './arbitraries.ts';
import { ADVERT } from './captured-frames.ts';

const PACKET = ADVERT.subarray(14);

describe('the IPv4 header (RFC 791 §3.1)', () => {
  test('of a captured advert is read and written back byte for byte', () => {
    const header = decodeIpv4Header(PACKET);
    expect(header).toEqual({
      tos: 0xc0,
      totalLength: 40,
      headerLength: 20,
      id: 2,
      ttl: 255,
      protocol: 112,
      source: '192.168.100.101',
      destination: '224.0.0.18',
    });
    if (header !== null) expect(encodeIpv4Header(header, 20)).toEqual(PACKET.subarray(0, 20));
  });

  test('gives back what was written', () => {
    const header = fc.record({
      tos: fc.nat(255),
      id: fc.nat(0xffff),
      ttl: fc.nat(255),
      protocol: fc.nat(255),
      source: anyIpv4,
      destination: anyIpv4,
    });
    fc.assert(
      fc.property(header, fc.nat(1480), (h, length) => {
        const expected = { ...h, headerLength: 20, totalLength: 20 + length };
        expect(decodeIpv4Header(encodeIpv4Header(h, length))).toEqual(expected);
      }),
    );
  });

  test('cut at any length is refused', () => {
    for (let length = 0; length < 20; length++)
      expect(decodeIpv4Header(PACKET.subarray(0, length))).toBeNull();
  });

  test('with options is longer, and refused when the options are not all there', () => {
    const withOptions = new Uint8Array(24);
    withOptions.set(PACKET.subarray(0, 20));
    withOptions[0] = 0x46;
    expect(decodeIpv4Header(withOptions)?.headerLength).toBe(24);
    expect(decodeIpv4Header(withOptions.subarray(0, 23))).toBeNull();
  });

  test('of another version or with an impossible length is refused', () => {
    for (const first of [0x65, 0x44, 0x40]) {
      const wrong = PACKET.slice();
      wrong[0] = first;
      expect(decodeIpv4Header(wrong)).toBeNull();
    }
  });
});
