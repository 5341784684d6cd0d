import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../../src/base/ip.ts';
import { parseMac } from '../../../src/base/mac.ts';
import { arpProbeFrame, decodeArp, encodeArp, gratuitousArpFrame } from '../../../src/net/wire/arp.ts';
import { decodeEthernet, encodeEthernet } from '../../../src/net/wire/ethernet.ts';
import { anyIpv4, anyMac } from './arbitraries.ts';
import { ARP_REPLY, GRATUITOUS_ARP, GRATUITOUS_ARP_VMAC } from './captured-frames.ts';

const vip = parseIpv4('192.168.100.240');
const mac = parseMac('02:00:00:00:00:01');
const vmac = parseMac('00:00:5e:00:01:33');

describe('gratuitous ARP', () => {
  test('is the frame that keepalived sends, byte for byte', () => {
    if (vip === null || mac === null || vmac === null) throw new Error('bad fixture');
    expect(gratuitousArpFrame(mac, vip)).toEqual(GRATUITOUS_ARP);
    expect(gratuitousArpFrame(vmac, vip)).toEqual(GRATUITOUS_ARP_VMAC);
  });
});

describe('an ARP Probe (RFC 5227 §1.1)', () => {
  test('asks everybody for the address and says nothing about the sender but its MAC', () => {
    if (vip === null || mac === null) throw new Error('bad fixture');
    const frame = decodeEthernet(arpProbeFrame(mac, vip));
    expect(frame).toMatchObject({ destination: 'ff:ff:ff:ff:ff:ff', source: mac, ethertype: 0x0806 });
    expect(decodeArp(frame?.payload ?? new Uint8Array(0))).toEqual({
      operation: 'request',
      senderMac: mac,
      senderIp: '0.0.0.0',
      targetMac: '00:00:00:00:00:00',
      targetIp: vip,
    });
  });
});

describe('the ARP codec (RFC 826)', () => {
  test('reads a captured reply and writes the same bytes', () => {
    const outer = decodeEthernet(ARP_REPLY);
    const arp = outer === null ? null : decodeArp(outer.payload);
    expect(arp).toEqual({
      operation: 'reply',
      senderMac: '02:00:00:00:00:02',
      senderIp: '192.168.100.102',
      targetMac: mac,
      targetIp: '192.168.100.101',
    });
    if (outer === null || arp === null) throw new Error('not decoded');
    expect(encodeEthernet({ ...outer, payload: encodeArp(arp) })).toEqual(ARP_REPLY);
  });

  test('gives back what was written', () => {
    const packet = fc.record({
      operation: fc.constantFrom('request' as const, 'reply' as const),
      senderMac: anyMac,
      senderIp: anyIpv4,
      targetMac: anyMac,
      targetIp: anyIpv4,
    });
    fc.assert(
      fc.property(packet, (p) => {
        expect(decodeArp(encodeArp(p))).toEqual(p);
      }),
    );
  });

  test('refuses a packet cut at any length, and one for other hardware or protocols', () => {
    const arp = GRATUITOUS_ARP.subarray(14);
    for (let length = 0; length < arp.length; length++) expect(decodeArp(arp.subarray(0, length))).toBeNull();
    for (const at of [0, 2, 4, 5, 6]) {
      const wrong = arp.slice();
      wrong[at] = 0x7f;
      expect(decodeArp(wrong)).toBeNull();
    }
  });

  test('ignores the padding that Ethernet adds behind a short packet', () => {
    const padded = new Uint8Array(46);
    padded.set(GRATUITOUS_ARP.subarray(14));
    expect(decodeArp(padded)).toEqual(decodeArp(GRATUITOUS_ARP.subarray(14)));
  });
});

test('an Ethernet frame shorter than its header is refused', () => {
  for (let length = 0; length < 14; length++) {
    expect(decodeEthernet(GRATUITOUS_ARP.subarray(0, length))).toBeNull();
  }
  expect(decodeEthernet(GRATUITOUS_ARP.subarray(0, 14))?.payload.length).toBe(0);
});
