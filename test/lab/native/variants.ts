/** The dialects of VRRP in which two different daemons must understand each other, as rows, and the configuration that a
 *  row makes for either side. Both daemons get the same text. */
import type { Family } from '../../../src/base/ip.ts';
import type { Ms } from '../harness/clock.ts';
import type { Side } from './wire.ts';

export interface Variant {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: Family;
  /** between two adverts */
  readonly interval: Ms;
  /** what the instance needs beside the common lines */
  readonly lines: (side: Side) => readonly string[];
}

const V2 = { version: 2, family: 'inet', interval: 1000 } as const;
const V3 = { version: 3, family: 'inet', interval: 200 } as const;

const nothing = () => [];
const authentication = (type: string) => () => [
  'authentication {',
  `    auth_type ${type}`,
  '    auth_pass 1111',
  '}',
];
const unicast = (family: Family) => (side: Side) => [
  `unicast_src_ip ${ADDRESS[family][side]}`,
  'unicast_peer {',
  `    ${ADDRESS[family][side === 'higher' ? 'lower' : 'higher']}`,
  '}',
];

export const VARIANTS: readonly Variant[] = [
  { name: 'v2', ...V2, lines: nothing },
  { name: 'v2 PASS', ...V2, lines: authentication('PASS') },
  { name: 'v2 AH', ...V2, lines: authentication('AH') },
  { name: 'v3 IPv4', ...V3, lines: nothing },
  { name: 'unicast IPv4', ...V3, lines: unicast('inet') },
  { name: 'v3 IPv6', ...V3, family: 'inet6', lines: nothing },
  { name: 'unicast IPv6', ...V3, family: 'inet6', lines: unicast('inet6') },
];

export const VRID = 51;
export const PRIORITY: Readonly<Record<Side, number>> = { higher: 150, lower: 100 };
/** When it is down the higher router is the lower one. */
export const TRACKED_INTERFACE = 'tracked';
const TRACKED_WEIGHT = -100;
export const PRIORITY_WITHOUT_TRACKED = PRIORITY.higher + TRACKED_WEIGHT;

export const ADDRESS: Readonly<Record<Family, Readonly<Record<Side, string>>>> = {
  inet: { higher: '10.0.0.1', lower: '10.0.0.2' },
  inet6: { higher: 'fd00::1', lower: 'fd00::2' },
};
export const PREFIX_LENGTH: Readonly<Record<Family, number>> = { inet: 24, inet6: 64 };
export const VIP: Readonly<Record<Family, string>> = { inet: '10.0.0.240', inet6: 'fe80::240' };

export function configOf({ version, family, interval, lines }: Variant, side: Side): string {
  const tracking = ['track_interface {', `    ${TRACKED_INTERFACE} weight ${TRACKED_WEIGHT}`, '}'];
  const body = [
    'interface eth0',
    `virtual_router_id ${VRID}`,
    `version ${version}`,
    `priority ${PRIORITY[side]}`,
    `advert_int ${interval / 1000}`,
    ...lines(side),
    ...(side === 'higher' ? tracking : []),
    'virtual_ipaddress {',
    `    ${VIP[family]}/${PREFIX_LENGTH[family]}`,
    '}',
  ];
  return ['vrrp_instance VI_1 {', ...body.map((line) => `    ${line}`), '}', ''].join('\n');
}

/** The silence after which a side takes over (RFC 3768 §6.1, RFC 9568 §6.1). */
export function masterDownInterval({ version, interval }: Variant, side: Side): Ms {
  const skew = ((256 - PRIORITY[side]) / 256) * (version === 2 ? 1000 : interval);
  return 3 * interval + skew;
}
