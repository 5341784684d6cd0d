/** Adverts as keepalived 2.2.7 sent them (router 192.168.100.101 / fe80::ff:fe00:1 / 2001:db8::101), captured with
 *  tcpdump on a bridge: the octets behind the IP header, and what they mean. */
import { type IpAddress, parseIp } from '../../../src/base/ip.ts';
import { priority, seconds, vrid } from '../../../src/base/units.ts';
import type { Advert, AdvertPath } from '../../../src/vrrp/wire/advert.ts';

export interface Fixture {
  readonly name: string;
  readonly hex: string;
  readonly path: AdvertPath;
  readonly advert: Advert;
}

export const ip = (text: string): IpAddress => {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
};

export const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const MULTICAST: AdvertPath = { source: ip('192.168.100.101'), destination: ip('224.0.0.18') };
const UNICAST: AdvertPath = { source: ip('192.168.100.101'), destination: ip('192.168.100.102') };
const MULTICAST6: AdvertPath = { source: ip('fe80::ff:fe00:1'), destination: ip('ff02::12') };
const UNICAST6: AdvertPath = { source: ip('2001:db8::101'), destination: ip('2001:db8::102') };
const NO_AUTH = { type: 0, octets: '0000000000000000' };

const v2 = (changes: Partial<Advert>): Advert => ({
  version: 2,
  type: 1,
  vrid: vrid(51),
  priority: priority(100),
  interval: seconds(1),
  authentication: NO_AUTH,
  addresses: [ip('192.168.100.240')],
  ...changes,
});
const v3 = (changes: Partial<Advert>): Advert => v2({ version: 3, authentication: null, ...changes });

export const FIXTURES: readonly Fixture[] = [
  {
    name: 'v2 with a PASS password',
    hex: '213364010101f1cec0a864f03131313100000000',
    path: MULTICAST,
    advert: v2({ authentication: { type: 1, octets: '3131313100000000' } }),
  },
  {
    name: 'v2 with a PASS password, resigning',
    hex: '21330001010155cfc0a864f03131313100000000',
    path: MULTICAST,
    advert: v2({ priority: priority(0), authentication: { type: 1, octets: '3131313100000000' } }),
  },
  {
    name: 'v2 with three addresses and an interval of two seconds',
    hex: '21336403000209f9c0a864f0c0a864f1c0a864f20000000000000000',
    path: MULTICAST,
    advert: v2({
      interval: seconds(2),
      addresses: [ip('192.168.100.240'), ip('192.168.100.241'), ip('192.168.100.242')],
    }),
  },
  {
    name: 'v2 to a unicast peer: the same octets as to the group',
    hex: '2133640100015531c0a864f00000000000000000',
    path: UNICAST,
    advert: v2({}),
  },
  {
    name: 'v2 resigning',
    hex: '213300010001b931c0a864f00000000000000000',
    path: MULTICAST,
    advert: v2({ priority: priority(0) }),
  },
  {
    name: 'v3 at half a second',
    hex: '3133640100323f63c0a864f0',
    path: MULTICAST,
    advert: v3({ interval: seconds(0.5) }),
  },
  {
    name: 'v3 from the address owner',
    hex: '3133ff010064a430c0a864f0',
    path: MULTICAST,
    advert: v3({ priority: priority(255) }),
  },
  {
    name: 'v3 resigning',
    hex: '313300010064a331c0a864f0',
    path: MULTICAST,
    advert: v3({ priority: priority(0) }),
  },
  {
    name: 'v3 over IPv6',
    hex: '3133640200643c7dfe80000000000000000000000000024020010db8000000000000000000000240',
    path: MULTICAST6,
    advert: v3({ addresses: [ip('fe80::240'), ip('2001:db8::240')] }),
  },
  {
    name: 'v3 over IPv6 to a unicast peer',
    hex: '313364020064db9dfe80000000000000000000000000024020010db8000000000000000000000241',
    path: UNICAST6,
    advert: v3({ addresses: [ip('fe80::240'), ip('2001:db8::241')] }),
  },
];
