/** One right advert and everything that can be wrong with it, each with the counter that must tell of it (RFC 9568 §7.1,
 *  RFC 3768 §7.1). The right one is of a better master: were a wrong one believed, the daemon would follow it. */
import type { VrrpCounters } from '../../../src/vrrp/core/status.ts';
import type { Packet } from './sender.ts';

export type Version = 2 | 3;
export type Counter = keyof VrrpCounters | 'strayPackets';

export interface WrongAdvert {
  /** continues `an advert …` */
  readonly what: string;
  readonly counter: Counter;
  readonly packet: Packet;
}

export const VRID = 51;
export const INTERVAL_MS = 1000;
export const THEIR_PRIORITY = 150;

const PASS = { type: 1, password: '1111' };

export const rightAdvert = (version: Version): Packet => ({
  version,
  type: 1,
  vrid: VRID,
  priority: THEIR_PRIORITY,
  addresses: ['10.0.0.240'],
  interval: version === 2 ? INTERVAL_MS / 1000 : INTERVAL_MS / 10,
  ...(version === 2 ? { auth: PASS } : {}),
  ttl: 255,
});

type Row = readonly [what: string, counter: Counter, difference: Partial<Packet>];

/** Without a second octet there is no VRID, so no instance to count it for. */
const EITHER_VERSION: readonly Row[] = [
  ['cut to 0 octets', 'strayPackets', { length: 0 }],
  ['cut to 1 octet', 'strayPackets', { length: 1 }],
  ['cut to 2 octets', 'packetLengthErrors', { length: 2 }],
  ['cut to 7 octets', 'packetLengthErrors', { length: 7 }],
  ['cut to its header', 'packetLengthErrors', { length: 8 }],
  ['cut within its address', 'packetLengthErrors', { length: 11 }],
  ['filled to 1,400 octets', 'packetLengthErrors', { length: 1400 }],
  ['that announces 255 addresses and has one', 'packetLengthErrors', { count: 255 }],
  ['that announces no address and has one', 'packetLengthErrors', { count: 0 }],
  ['with a wrong checksum', 'checksumErrors', { checksumOff: 1 }],
  ['with TTL 64', 'ttlErrors', { ttl: 64 }],
  ['with TTL 254', 'ttlErrors', { ttl: 254 }],
  ['with another VRID', 'strayPackets', { vrid: VRID + 1 }],
  ['of version 0', 'versionErrors', { version: 0, auth: PASS }],
  ['of version 4', 'versionErrors', { version: 4, auth: PASS }],
  ['of type 2', 'invalidTypeReceived', { type: 2 }],
];

const VERSION_2: readonly Row[] = [
  ['cut within its password', 'packetLengthErrors', { length: 19 }],
  ['of version 3', 'versionErrors', { version: 3, interval: 100 }],
  ['without authentication', 'authTypeMismatch', { auth: { type: 0, password: '' } }],
  ['of authentication type AH', 'authTypeMismatch', { auth: { ...PASS, type: 2 } }],
  ['of authentication type 3', 'invalidAuthType', { auth: { ...PASS, type: 3 } }],
  ['with a wrong password', 'authFailures', { auth: { ...PASS, password: '1112' } }],
  ['with another interval', 'advertIntervalErrors', { interval: 2 }],
];

const VERSION_3: readonly Row[] = [
  ['of version 2', 'versionErrors', { version: 2, interval: 1, auth: PASS }],
  ['with interval 0', 'advertIntervalErrors', { interval: 0 }],
];

export function wrongAdverts(version: Version): readonly WrongAdvert[] {
  const rows = [...EITHER_VERSION, ...(version === 2 ? VERSION_2 : VERSION_3)];
  return rows.map(([what, counter, difference]) => ({
    what,
    counter,
    packet: { ...rightAdvert(version), ...difference },
  }));
}
