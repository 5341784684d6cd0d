/** RFC 5798 (VRRP version 3), section by section, over IPv6, which it brought: one test for each MUST that applies to
 *  what vipd does. What RFC 9568 says in the same words is tested over IPv4 in rfc9568.test.ts. */
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../src/base/ip.ts';
import { invariant } from '../../src/base/never.ts';
import { priority, seconds, vrid } from '../../src/base/units.ts';
import { advertChecksum, decodeAdvert, encodeAdvert, withChecksum } from '../../src/vrrp/wire/advert.ts';
import { after, countersAfter, orders } from './played.ts';
import { backupIn, expectDiscarded, masterIn, stateRules } from './state-rules.ts';

const DIALECT = {
  words: 'inet6 version=3',
  vip: 'fe80::51/128',
  greater: 'fe80::102',
  smaller: 'fe80::9',
} as const;
const BACKUP = backupIn(DIALECT);
const MASTER = masterIn(DIALECT);
const OWNER = ['instance VI_1 inet6 version=3 priority=255 state=MASTER', 'start'] as const;

const [SOURCE, GROUP, VIP, OTHER] = ['fe80::1', 'ff02::12', 'fe80::51', 'fe80::99'].map(parseIp);
invariant(!!SOURCE && !!GROUP && !!VIP && !!OTHER, () => 'addresses of the test');
const PATH = { source: SOURCE, destination: GROUP } as const;
const SENT = encodeAdvert(
  {
    version: 3,
    type: 1,
    vrid: vrid(51),
    priority: priority(100),
    interval: seconds(1),
    authentication: null,
    addresses: [VIP],
  },
  PATH,
);

describe('5.1.2 IPv6 field descriptions', () => {
  test('5.1.2.1: the source is the link-local address of the interface', () => {
    const echoed = [...MASTER, 'advert priority=200 from=fe80::101'];
    expect(orders(after(...echoed))).toEqual([]);
  });

  test('5.1.2.3: a packet whose hop limit is not 255 MUST be discarded', () => {
    for (const limit of [0, 1, 64, 254]) {
      expectDiscarded(DIALECT, `advert priority=200 ttl=${limit}`, { ttlErrors: 1 });
    }
  });
});

describe('5.2 VRRP field descriptions', () => {
  test('5.2.1: the version is 3', () => expect((SENT[0] ?? 0) >> 4).toBe(3));

  test('5.2.2: a packet with unknown type MUST be discarded', () => {
    for (const type of [0, 2, 15]) {
      expectDiscarded(DIALECT, `advert priority=200 type=${type}`, { invalidTypeReceived: 1 });
    }
  });

  test('5.2.4: the owner of the addresses MUST use priority 255', () => {
    expect(orders(after(...OWNER))[0]).toBe('advert priority 255');
  });

  test('5.2.6: the reserved field MUST be zero when sent, and is ignored when received', () => {
    expect((SENT[4] ?? 0) >> 4).toBe(0);
    const marked = Uint8Array.from(SENT);
    marked[4] = (marked[4] ?? 0) | 0xf0;
    const decoded = decodeAdvert(withChecksum(marked, PATH), 'inet6');
    expect(decoded).toMatchObject({ ok: true, value: { interval: seconds(1) } });
  });

  test('5.2.7: the interval is in hundredths of a second', () => {
    expect((((SENT[4] ?? 0) & 0x0f) << 8) | (SENT[5] ?? 0)).toBe(100);
  });

  test('5.2.8: the checksum covers a pseudo header of both ends', () => {
    expect(advertChecksum(SENT, PATH)).toBe(0);
    expect(advertChecksum(SENT, { ...PATH, source: OTHER })).not.toBe(0);
  });

  test('5.2.9: the first address MUST be the link-local one of the virtual router', () => {
    const two = ['instance VI_1 inet6 version=3 vips=fe80::51,2001:db8::51', 'start', 'pass 3.609375'];
    expect(after(...two)[1]).toContain('to ff02::12 with fe80::51 2001:db8::51');
  });
});

describe('6.1 Parameters per virtual router', () => {
  test.each([
    { priority: 254, interval: 1, due: 3 + 2 / 256 },
    { priority: 100, interval: 4, due: 12 + (156 * 4) / 256 },
    { priority: 1, interval: 0.01, due: 0.03 + 2.55 / 256 },
  ])('Skew_Time is (256 - $priority) × $interval s / 256', ({ priority: own, interval, due }) => {
    const started = [`instance VI_1 inet6 version=3 priority=${own} interval=${interval}`, 'start'];
    const whole = Math.ceil(due * 1e6);
    expect(orders(after(...started, `pass ${((whole - 2) / 1e6).toFixed(6)}`))).toEqual([]);
    expect(orders(after(...started, `pass ${(whole / 1e6).toFixed(6)}`))[0]).toBe(`advert priority ${own}`);
  });

  test('Master_Adver_Interval is learned, and times Skew_Time and Master_Down_Interval', () => {
    const heard = [...BACKUP, 'advert priority=200 interval=2'];
    expect(after(...heard, 'pass 7.218749')).toEqual([]);
    expect(orders(after(...heard, 'pass 7.218750'))[0]).toBe('advert priority 100');
  });
});

stateRules(DIALECT);

describe('7.1 Receiving adverts', () => {
  test('the checksum MUST be verified', () => {
    expectDiscarded(DIALECT, 'advert priority=200 corrupt', { checksumErrors: 1 });
  });

  test('the VRID MUST be one that is configured on the interface', () => {
    expectDiscarded(DIALECT, 'advert vrid=99 priority=200', {});
  });

  test('another interval than the own one is no error: it is learned', () => {
    expect(countersAfter(...BACKUP, 'advert priority=200 interval=3')).toMatchObject({ advertsReceived: 1 });
  });
});
