/** RFC 3768 (VRRP version 2), section by section: one test for each MUST that applies to what vipd does. Forwarding of
 *  packets for the virtual MAC and the ARP answers are the kernel's business. Where keepalived is laxer than the RFC and
 *  vipd follows it, for the wire's sake, the test says so. */
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../src/base/ip.ts';
import { invariant } from '../../src/base/never.ts';
import { priority, seconds, vrid } from '../../src/base/units.ts';
import { advertChecksum, encodeAdvert } from '../../src/vrrp/wire/advert.ts';
import { after, countersAfter, orders } from './played.ts';
import { backupIn, expectDiscarded, masterIn, stateRules } from './state-rules.ts';

const DIALECT = {
  words: 'version=2',
  vip: '10.0.0.1/32',
  greater: '192.168.100.102',
  smaller: '192.168.100.9',
} as const;
const BACKUP = backupIn(DIALECT);
const MASTER = masterIn(DIALECT);
const OWNER = ['instance VI_1 version=2 priority=255 state=MASTER', 'start'] as const;

/** What an advert of version 2 looks like on the wire. */
function sent(changes: { readonly priority?: number } = {}): Uint8Array {
  const [source, destination, vip] = ['10.0.0.2', '224.0.0.18', '10.0.0.1'].map(parseIp);
  invariant(!!source && !!destination && !!vip, () => 'addresses of the test');
  const authentication = { type: 0, octets: '0000000000000000' };
  const common = { version: 2, type: 1, vrid: vrid(51), interval: seconds(1), authentication } as const;
  const advert = { ...common, priority: priority(changes.priority ?? 100), addresses: [vip] };
  return encodeAdvert(advert, { source, destination });
}

describe('5.2 IP field descriptions', () => {
  test('5.2.3: a packet whose TTL is not 255 MUST be discarded', () => {
    for (const ttl of [0, 1, 64, 254])
      expectDiscarded(DIALECT, `advert priority=200 ttl=${ttl}`, { ttlErrors: 1 });
  });
});

describe('5.3 VRRP field descriptions', () => {
  test('5.3.1: the version is 2', () => expect((sent()[0] ?? 0) >> 4).toBe(2));

  test('5.3.2: a packet with unknown type MUST be discarded', () => {
    for (const type of [0, 2, 15]) {
      expectDiscarded(DIALECT, `advert priority=200 type=${type}`, { invalidTypeReceived: 1 });
    }
  });

  test('5.3.4: the owner of the addresses MUST use priority 255', () => {
    expect(orders(after(...OWNER))[0]).toBe('advert priority 255');
  });

  test('5.3.4: priority 0 says that the master stops', () => {
    expect(orders(after(...MASTER, 'stop'))[0]).toBe('advert priority 0');
  });

  test('5.3.5: the count is that of the addresses', () => expect(sent()[3]).toBe(1));

  test('5.3.6: a packet of unknown authentication type MUST be discarded', () => {
    expectDiscarded(DIALECT, 'advert priority=200 authtype=3', { invalidAuthType: 1 });
  });

  test('5.3.6: and one whose type is not that of the own configuration', () => {
    expectDiscarded(DIALECT, 'advert priority=200 authtype=1 password=1111', { authTypeMismatch: 1 });
  });

  test('5.3.6.1: without authentication the data is zero when sent', () => {
    expect([...sent().subarray(-8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('5.3.8: the checksum covers the message from its version on, and no pseudo header', () => {
    const [other] = ['10.9.9.9'].map(parseIp);
    invariant(!!other, () => 'address of the test');
    expect(advertChecksum(sent(), { source: other, destination: other })).toBe(0);
  });
});

describe('6.1 Parameters per virtual router', () => {
  test.each([
    { priority: 254, skew: 2 / 256 },
    { priority: 100, skew: 156 / 256 },
    { priority: 1, skew: 255 / 256 },
  ])('Master_Down_Interval is three intervals and (256 - $priority)/256 s', ({ priority: own, skew }) => {
    const started = [`instance VI_1 version=2 priority=${own}`, 'start'];
    const due = 3 + skew;
    expect(orders(after(...started, `pass ${(due - 1e-6).toFixed(6)}`))).toEqual([]);
    expect(orders(after(...started, `pass ${due.toFixed(6)}`))[0]).toBe(`advert priority ${own}`);
  });

  test('Preempt_Mode: the owner of the addresses always preempts', () => {
    const owner = [
      'instance VI_1 version=2 priority=255 nopreempt',
      'start',
      'pass 1',
      'advert priority=200',
    ];
    expect(orders(after(...owner, 'pass 3.1'))[0]).toBe('advert priority 255');
  });
});

stateRules(DIALECT);

describe('7.1 Receiving adverts', () => {
  test('the checksum MUST be verified', () => {
    expectDiscarded(DIALECT, 'advert priority=200 corrupt', { checksumErrors: 1 });
  });

  test('the interval MUST be the own one', () => {
    expectDiscarded(DIALECT, 'advert priority=200 interval=2', { advertIntervalErrors: 1 });
  });

  test('the VRID MUST be one that is configured on the interface', () => {
    expectDiscarded(DIALECT, 'advert vrid=99 priority=200', {});
  });

  test('the authentication MUST be verified', () => {
    const secured = ['instance VI_1 version=2 password=1111', 'start'];
    expect(countersAfter(...secured, 'advert priority=200 password=2222')).toMatchObject({
      authFailures: 1,
    });
    const played = after(...secured, 'pass 3', 'advert priority=200 password=2222', 'pass 0.609375');
    expect(orders(played)[0]).toBe('advert priority 100');
    expect(countersAfter(...secured, 'advert priority=200 password=1111')).toMatchObject({
      advertsReceived: 1,
    });
  });

  test('an address list that differs is logged; the packet is used, as keepalived does and the RFC does not (Q8)', () => {
    const lines = after(...BACKUP, 'advert priority=200 vips=10.0.0.9');
    expect(lines.join()).toContain('not present in MASTER advert : 10.0.0.1');
    expect(countersAfter(...BACKUP, 'advert priority=200 vips=10.0.0.9')).toMatchObject({
      advertsReceived: 1,
    });
  });
});

describe('7.2 Transmitting adverts', () => {
  test('the interval on the wire is the own one, in seconds', () => expect(sent()[5]).toBe(1));

  test('the own address is the primary address of the interface: an echo of it is not another router', () => {
    expect(orders(after(...MASTER, 'advert priority=100 from=192.168.100.101'))).toEqual([]);
  });
});
