import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import type { IpAddress, Ipv4 } from '../../../src/base/ip.ts';
import { ifIndex } from '../../../src/base/units.ts';
import { decodeAddress, encodeAddressToAdd, encodeAddressToRemove } from '../../../src/net/rtnl/address.ts';
import { decodeLink, encodeLinkDump } from '../../../src/net/rtnl/link.ts';
import type { AddressState } from '../../../src/ports/net-kernel.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (message: Uint8Array): string => Buffer.from(message).toString('hex');

// Bodies of RTM_NEWLINK and RTM_NEWADDR as Linux 6.18 gave them; of the links the attributes behind the MAC
// are cut away.
const VETH = bytes(
  '00000100030000004310010000000000070003007661000008000d00e803000005001000060000000500110000000000' +
    '050043000000000008000400dc050000080032004400000008003300ffff000008001b000000000008001e0000000000' +
    '08003d000000000008001f000200000008002800ffff0000080029000000010008003a000000010008003f0000000100' +
    '080040000000010008003b00f8ff070008003c00ffff0000080042000000000008002000020000000500210001000000' +
    '080023000200000008002f00010000000800300000100000060044000000000006004500000000000500270000000000' +
    '0a00010002000000000100000a000200ffffffffffff0000',
);
const TUN = bytes('0000feff040000009010000000000000070003007474000008000d00f401000008000400dc050000');
const PRIMARY =
  '0218800003000000080001000a090001080002000a090001080004000a0900ff07000300766100000800080080000000' +
  '14000600ffffffffffffffff940c0300940c0300';
const SECONDARY =
  '0218810003000000080001000a090002080002000a0900020900030076613a3100000000080008008100000014000600' +
  'ffffffffffffffff940c0300940c0300';
const PEER =
  '0220800003000000080001000a010102080002000a0101010700030076610000080008008000000014000600ffffffff' +
  'ffffffff940c0300940c0300';
const LINK_LOCAL =
  '0a40c0fd0300000014000100fe80000000000000000000fffe00000114000600ffffffffffffffff930c0300930c0300' +
  '08000800c000000005000b0003000000';

const address = (text: string, prefixLength: number, more: Partial<AddressState> = {}): AddressState => ({
  ifIndex: ifIndex(3),
  address: text as IpAddress,
  prefixLength,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: null,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
  ...more,
});

describe('links (linux/if_link.h)', () => {
  test('a captured veth is up, running, multicast, with its MAC and MTU', () => {
    expect(decodeLink(VETH)).toEqual({
      ok: true,
      value: {
        index: 3,
        name: 'va',
        up: true,
        running: true,
        multicast: true,
        noArp: false,
        loopback: false,
        mac: '02:00:00:00:00:01',
        mtu: 1500,
        layer: null,
      },
    });
  });

  test('a captured tunnel that is down has no MAC and does no ARP', () => {
    const link = decodeLink(TUN);
    expect(link.ok && link.value).toMatchObject({
      name: 'tt',
      up: false,
      running: false,
      noArp: true,
      mac: null,
    });
  });

  test("a bridge's report about one of its ports is not about the link (AF_BRIDGE)", () => {
    const port = VETH.slice();
    port[0] = 7;
    expect(decodeLink(port)).toEqual({ ok: true, value: null });
  });

  test('cut at any length is refused or has all its required parts, never thrown', () => {
    for (let length = 0; length < VETH.length; length++) {
      const link = decodeLink(VETH.subarray(0, length));
      if (link.ok) expect(link.value?.name).toBe('va');
    }
    expect(decodeLink(VETH.subarray(0, 15)).ok).toBe(false);
  });

  test('are asked for without statistics', () => {
    expect(hex(encodeLinkDump())).toBe(`${'00'.repeat(16)}08001d0008000000`);
  });
});

describe('addresses (linux/if_addr.h)', () => {
  test('captured ones have their own address, not the peer, with label, broadcast, scope and order', () => {
    const decoded = [PRIMARY, SECONDARY, PEER, LINK_LOCAL].map((text) => {
      const result = decodeAddress(bytes(text));
      return result.ok ? result.value : result.error;
    });
    expect(decoded).toEqual([
      address('10.9.0.1', 24, { label: 'va', broadcast: '10.9.0.255' as Ipv4 }),
      address('10.9.0.2', 24, { label: 'va:1', secondary: true }),
      address('10.1.1.1', 32, { label: 'va', traits: { ...PLAIN_TRAITS, peer: '10.1.1.2' as IpAddress } }),
      address('fe80::ff:fe00:1', 64, {
        scope: 253,
        protocol: 3,
        traits: { ...PLAIN_TRAITS, detectDuplicates: true },
        detection: 'running',
      }),
    ]);
  });

  test('an order to add IPv4 says address, label, broadcast and the protocol number', () => {
    const vip = address('10.9.0.1', 24, { label: 'va:v', broadcast: '10.9.0.255' as Ipv4, protocol: 18 });
    expect(hex(encodeAddressToAdd(vip))).toBe(
      '0218000003000000' +
        '080001000a090001' +
        '080002000a090001' +
        '0900030076613a7600000000' +
        '080004000a0900ff' +
        '05000b0012000000',
    );
    expect(decodeAddress(encodeAddressToAdd(vip))).toEqual({ ok: true, value: vip });
  });

  test('an order to add IPv6 skips duplicate address detection unless that is wanted', () => {
    const order = (detectDuplicates: boolean): string =>
      hex(encodeAddressToAdd(address('2001:db8::9', 64, { traits: { ...PLAIN_TRAITS, detectDuplicates } })));
    expect(order(false)).toContain('0800080002000000');
    expect(order(true)).not.toContain('08000800');
  });

  test.each<{ what: string; traits: Partial<AddressState['traits']>; attribute: string }>([
    {
      what: 'a preferred lifetime of 0',
      traits: { preferredSeconds: 0 },
      attribute: '1400060000000000ffffffff',
    },
    { what: 'home', traits: { home: true }, attribute: '0800080012000000' },
    { what: 'mngtmpaddr', traits: { manageTemporary: true }, attribute: '0800080002010000' },
    { what: 'noprefixroute', traits: { noPrefixRoute: true }, attribute: '0800080002020000' },
    { what: 'autojoin', traits: { autojoin: true }, attribute: '0800080002040000' },
  ])('an order to add with $what says so, and reads back the same', ({ traits, attribute }) => {
    const vip = address('2001:db8::9', 64, { traits: { ...PLAIN_TRAITS, ...traits } });
    const order = encodeAddressToAdd(vip);
    expect(hex(order)).toContain(attribute);
    expect(decodeAddress(order)).toEqual({ ok: true, value: vip });
  });

  test('of a point-to-point link name their peer, when they come and when they go', () => {
    const traits = { ...PLAIN_TRAITS, peer: '10.1.1.2' as IpAddress };
    const own = address('10.1.1.1', 32, { traits });
    for (const order of [encodeAddressToAdd(own), encodeAddressToRemove(own)]) {
      expect(hex(order)).toContain('080001000a010102' + '080002000a010101');
    }
  });

  test.each([
    ['40', 'running'],
    ['48', 'failed'],
    ['08', 'failed'],
    ['80', 'over'],
  ] as const)('with flags 0x%s have their duplicate address detection %s', (flags, detection) => {
    const message = bytes(LINK_LOCAL.replace('08000800c0', `08000800${flags}`));
    expect(decodeAddress(message)).toMatchObject({ ok: true, value: { detection } });
  });

  test('an order to remove names neither label nor protocol', () => {
    const vip = address('10.9.0.1', 24, { label: 'va:v', protocol: 18 });
    expect(hex(encodeAddressToRemove(vip))).toBe(
      '0218000003000000' + '080001000a090001' + '080002000a090001',
    );
  });

  test('of another family are not ours', () => {
    expect(decodeAddress(bytes(`1c${PRIMARY.slice(2)}`))).toEqual({ ok: true, value: null });
  });

  test('cut at any length are refused or have their address, never thrown', () => {
    const whole = bytes(PRIMARY);
    for (let length = 0; length < whole.length; length++) {
      const result = decodeAddress(whole.subarray(0, length));
      if (result.ok) expect(result.value?.address).toBe('10.9.0.1');
    }
    expect(decodeAddress(whole.subarray(0, 8)).ok).toBe(false);
  });
});
