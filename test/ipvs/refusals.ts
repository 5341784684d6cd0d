/** What the kernel refuses, row by row: the table as a value must refuse it too (core/apply.test.ts), and the
 *  lab asks a real kernel whether these rows are true. */
import { port } from '../../src/base/units.ts';
import type { IpvsRefusal } from '../../src/ipvs/core/apply.ts';
import type { IpvsOperation } from '../../src/ports/ipvs-kernel.ts';
import { destination, ip, service, table, tcp } from './samples.ts';

export const web = tcp('192.0.2.1', 80);
export const absent = tcp('192.0.2.9', 80);
export const rs1 = destination('10.0.0.1', 80);
export const rs2 = destination('10.0.0.2', 80);
/** the table that the refusals are refused on */
export const held = table([service(web), rs1]);
/** `rs2`, changed, into the service */
export const add = (changed: object): IpvsOperation => ({
  kind: 'add_destination',
  service: web,
  destination: { ...rs2, ...changed },
});
const gueWithoutPort = { kind: 'tun', encapsulation: 'gue', port: port(0), checksum: 'none' } as const;

export const REFUSALS: readonly (readonly [string, IpvsRefusal, IpvsOperation])[] = [
  ['a service that exists', 'EEXIST', { kind: 'add_service', service: service(web) }],
  ['an edit of no service', 'ESRCH', { kind: 'edit_service', service: service(absent) }],
  ['the removal of no service', 'ESRCH', { kind: 'remove_service', service: absent }],
  ['a destination in no service', 'ESRCH', { kind: 'add_destination', service: absent, destination: rs1 }],
  ['an edit in no service', 'ESRCH', { kind: 'edit_destination', service: absent, destination: rs1 }],
  ['a removal in no service', 'ESRCH', { kind: 'remove_destination', service: absent, destination: rs1.key }],
  ['a destination that exists', 'EEXIST', { kind: 'add_destination', service: web, destination: rs1 }],
  ['an edit of no destination', 'ENOENT', { kind: 'edit_destination', service: web, destination: rs2 }],
  [
    'the removal of no destination',
    'ENOENT',
    { kind: 'remove_destination', service: web, destination: rs2.key },
  ],
  ['a lower threshold above the upper one', 'ERANGE', add({ upperThreshold: 5, lowerThreshold: 10 })],
  ['a negative weight', 'ERANGE', add({ weight: -1 })],
  ['GUE without a port', 'EINVAL', add({ forwarding: gueWithoutPort })],
  ['mixed families without a tunnel', 'EINVAL', add({ key: { address: ip('2001:db8::9'), port: port(80) } })],
  [
    'an IPv6 service with a prefix of 0',
    'EINVAL',
    { kind: 'add_service', service: service(tcp('2001:db8::1', 80), { persistencePrefix: 0 }) },
  ],
];
