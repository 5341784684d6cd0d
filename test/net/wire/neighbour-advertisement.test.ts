import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ipv6, parseIpv6 } from '../../../src/base/ip.ts';
import { type MacAddress, parseMac } from '../../../src/base/mac.ts';
import {
  decodeNeighbourAdvertisement,
  neighbourAdvertisementFrame,
} from '../../../src/net/wire/neighbour-advertisement.ts';
import { anyIpv6, anyMac } from './arbitraries.ts';
import { NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_ADVERTISEMENT_LINK_LOCAL } from './captured-frames.ts';

const mac = parseMac('02:00:00:00:00:01') as MacAddress;
const address = (text: string): Ipv6 => parseIpv6(text) as Ipv6;
const PACKET = NEIGHBOUR_ADVERTISEMENT.subarray(14);

describe('the unsolicited neighbour advertisement', () => {
  test('is the frame that keepalived sends, byte for byte', () => {
    const frame = (text: string) =>
      neighbourAdvertisementFrame({ address: address(text), mac, router: false });
    expect(frame('2001:db8::240')).toEqual(NEIGHBOUR_ADVERTISEMENT);
    expect(frame('fe80::240')).toEqual(NEIGHBOUR_ADVERTISEMENT_LINK_LOCAL);
  });

  test('of a router differs in the Router flag and the checksum only (RFC 4861 §4.4)', () => {
    const frame = neighbourAdvertisementFrame({ address: address('2001:db8::240'), mac, router: true });
    const differing = [...frame.keys()].filter((i) => frame[i] !== NEIGHBOUR_ADVERTISEMENT[i]);
    expect(differing).toEqual([14 + 40 + 2, 14 + 40 + 4]);
    expect(frame[14 + 40 + 4]).toBe(0xa0);
  });

  test('gives back what was written', () => {
    const advertisement = fc.record({ address: anyIpv6, mac: anyMac, router: fc.boolean() });
    fc.assert(
      fc.property(advertisement, (a) => {
        expect(decodeNeighbourAdvertisement(neighbourAdvertisementFrame(a).subarray(14))).toEqual(a);
      }),
    );
  });

  test('is refused when cut at any length, or forwarded (RFC 4861 §7.1.2)', () => {
    for (let length = 0; length < PACKET.length; length++) {
      expect(decodeNeighbourAdvertisement(PACKET.subarray(0, length))).toBeNull();
    }
    const forwarded = PACKET.slice();
    forwarded[7] = 254;
    expect(decodeNeighbourAdvertisement(forwarded)).toBeNull();
  });
});
