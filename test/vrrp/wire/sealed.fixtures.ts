/** Sealed adverts as keepalived sent them (router 192.168.100.101 / fe80::ff:fe00:1, VRID 51), captured with tcpdump. */
import type { VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { ip } from './advert.fixtures.ts';

/** keepalived 2.2.7, auth_type AH with auth_pass secret12: whole IPv4 packets, the last with priority 0. */
export const AH_PACKETS = [
  '45c0004000010000ff33b5a9c0a86465e000001270040000c0a864650000000132f11d2a14411fdecae314922133640102015331c0a864f00000000000000000',
  '45c0004000020000ff33b5a8c0a86465e000001270040000c0a8646500000002847acca411ccff7bad9f729e2133640102015331c0a864f00000000000000000',
  '45c0004000030000ff33b5a7c0a86465e000001270040000c0a8646500000003483157b41f6a392aa7b159902133640102015331c0a864f00000000000000000',
  '45c0004000040000ff33b5a6c0a86465e000001270040000c0a8646500000004b2c1505f5881d2dcd06ae6c1213300010201b731c0a864f00000000000000000',
] as const;

export interface HmacFixture {
  readonly name: string;
  readonly instance: Partial<VrrpInstance>;
  readonly keyId: number;
  /** of the key, in hex */
  readonly key: string;
  /** VRRP message and trailer, the last with priority 0 */
  readonly packets: readonly [string, string, ...string[]];
}

const HEX_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

/** keepalived 2.4.3 */
export const HMAC_FIXTURES: readonly HmacFixture[] = [
  {
    name: 'v3 over IPv4',
    instance: { version: 3 },
    keyId: 1,
    key: HEX_KEY,
    packets: [
      '3133640100643f31c0a864f0010100006affd9c4c7fc0000e93ea0c5d5d4c86ce4175ce245c19e0c',
      '3133640100643f31c0a864f0010100006affd9c5c86c000088c6e8ee6542b14370cd97f6e31f9c0b',
      '313300010064a331c0a864f0010100006affd9c826c80000c9cf1ed11b1e7b4f7f5df53543f94a63',
    ],
  },
  {
    name: 'v2 with a key in text',
    instance: { version: 2 },
    keyId: 7,
    key: Buffer.from('0123456789abcdef0123456789abcdef').toString('hex'),
    packets: [
      '2133640100015531c0a864f00000000000000000010700006affd9cd84b6000057fd10a37858e0b1698bfd24fa1adb1a',
      '2133640100015531c0a864f00000000000000000010700006affd9ce85000000abe27de146e08fd76868ae4203006132',
      '213300010001b931c0a864f00000000000000000010700006affd9d0e3160000b75e18cb6ff089a83e5eba5fc8801b2b',
    ],
  },
  {
    name: 'v3 over IPv6, whose checksum covers the trailer',
    instance: {
      version: 3,
      family: 'inet6',
      destination: { kind: 'multicast', group: ip('ff02::12') },
    },
    keyId: 1,
    key: HEX_KEY,
    packets: [
      '313364010064f32efe800000000000000000000000000240010100006affd9d641ef0000f644b901ad8345f04e91bc81a3a99ffe',
      '313364010064e284fe800000000000000000000000000240010100006affd9d742410000d20d5122d0a26717656405abc8ab7327',
      '3133000100640777fe800000000000000000000000000240010100006affd9d99f91000078c4da62203e720c4c69156af8cda375',
    ],
  },
];
