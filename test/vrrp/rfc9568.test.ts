/** RFC 9568, section by section: one test for each MUST that applies to what vipd does. Forwarding of packets for the
 *  virtual MAC and the ARP and ND answers are the kernel's business. */
import { describe, expect, test } from 'vitest';
import { statusOf } from '../../src/vrrp/core/status.ts';
import { advertTimes, after, countersAfter, orders } from './played.ts';
import { Scenario } from './scenario.ts';

const BACKUP = ['instance VI_1 version=3 priority=100', 'start'] as const;
const MASTER = [...BACKUP, 'pass 3.7'] as const;

describe('5.1.1.3 TTL', () => {
  test('a packet with another TTL than 255 MUST be discarded', () => {
    expect(countersAfter(...BACKUP, 'advert priority=200 ttl=254')).toMatchObject({
      ttlErrors: 1,
      advertsReceived: 0,
    });
  });
});

describe('5.2.4 Priority', () => {
  test('the owner of the addresses MUST use 255', () => {
    const lines = after('instance VI_1 version=3 priority=255 state=MASTER', 'start');
    expect(orders(lines)[0]).toBe('advert priority 255');
  });

  test('priority 0 says that the master stops', () => {
    expect(orders(after(...MASTER, 'stop'))).toEqual(['advert priority 0', 'remove 10.0.0.1/32 dev']);
  });
});

describe('6.1 Parameters', () => {
  test('Active_Adver_Interval is learned from the master and times it', () => {
    const heard = [...BACKUP, 'advert priority=200 interval=2'];
    expect(after(...heard, 'pass 7.218749')).toEqual([]);
    expect(orders(after(...heard, 'pass 7.218750'))[0]).toBe('advert priority 100');
  });

  test('the owner of the addresses preempts whatever Preempt_Mode says', () => {
    const owner = [
      'instance VI_1 version=3 priority=255 nopreempt',
      'start',
      'pass 1',
      'advert priority=200',
    ];
    expect(orders(after(...owner, 'pass 2.1'))[0]).toBe('advert priority 255');
  });
});

describe('6.4.1 Initialize', () => {
  test('the owner sends an advert, announces, and becomes master', () => {
    const lines = after('instance VI_1 version=3 priority=255 state=MASTER', 'start');
    expect(orders(lines)).toEqual(['advert priority 255', 'add 10.0.0.1/32 dev', 'announce 10.0.0.1 x2']);
  });

  test('everybody else becomes backup for Active_Down_Interval, with `state MASTER` too (Q5)', () => {
    for (const state of ['MASTER', 'BACKUP']) {
      const started = [`instance VI_1 version=3 priority=100 state=${state}`, 'start'];
      expect(orders(after(...started))).toEqual([]);
      expect(orders(after(...started, 'pass 3.609374'))).toEqual([]);
      expect(orders(after(...started, 'pass 3.609375'))[0]).toBe('advert priority 100');
    }
  });
});

describe('6.4.2 Backup', () => {
  test('holds and announces nothing', () => {
    expect(orders(after(...BACKUP, 'advert priority=200', 'pass 3'))).toEqual([]);
  });

  test('an advert of priority 0 sets the timer to Skew_Time', () => {
    const heard = [...BACKUP, 'advert priority=200', 'pass 1', 'advert priority=0'];
    expect(after(...heard, 'pass 0.609374')).toEqual([]);
    expect(orders(after(...heard, 'pass 0.609375'))[0]).toBe('advert priority 100');
  });

  test.each(['200', '100'])('an advert of priority %s, not below its own, restarts the timer', (priority) => {
    const heard = [...BACKUP, 'pass 3', `advert priority=${priority}`];
    expect(after(...heard, 'pass 3.609374')).toEqual([]);
    expect(orders(after(...heard, 'pass 3.609375'))[0]).toBe('advert priority 100');
  });

  test('an advert of lower priority is discarded when Preempt_Mode is true', () => {
    const heard = [...BACKUP, 'pass 3', 'advert priority=99'];
    expect(orders(after(...heard, 'pass 0.609375'))[0]).toBe('advert priority 100');
  });

  test('and restarts the timer when Preempt_Mode is false', () => {
    const heard = ['instance VI_1 version=3 priority=100 nopreempt', 'start', 'pass 3', 'advert priority=99'];
    expect(after(...heard, 'pass 3.6')).toEqual([]);
  });

  test('when the timer fires: advert, then addresses, then announcements', () => {
    const lines = orders(after(...BACKUP, 'pass 3.609375'));
    expect(lines).toEqual(['advert priority 100', 'add 10.0.0.1/32 dev', 'announce 10.0.0.1 x2']);
  });

  test('a shutdown cancels the timer', () => {
    expect(after(...BACKUP, 'stop', 'pass 100')).toEqual([]);
  });
});

describe('6.4.3 Active (master)', () => {
  test('advertises each interval, on the beat', () => {
    expect(advertTimes(after(...BACKUP, 'pass 7.609375'))).toEqual([
      '3.609375',
      '4.609375',
      '5.609375',
      '6.609375',
      '7.609375',
    ]);
  });

  test('an advert of priority 0 is answered with an advert at once', () => {
    expect(orders(after(...MASTER, 'advert priority=0'))).toEqual(['advert priority 100']);
  });

  test('a greater priority makes it backup, without a word', () => {
    expect(orders(after(...MASTER, 'advert priority=101'))).toEqual(['remove 10.0.0.1/32 dev']);
  });

  test('at equal priority the greater address wins', () => {
    const greater = after(...MASTER, 'advert priority=100 from=192.168.100.102');
    const smaller = after(...MASTER, 'advert priority=100 from=192.168.100.9');
    expect(orders(greater)).toEqual(['remove 10.0.0.1/32 dev']);
    expect(orders(smaller)[0]).toBe('advert priority 100');
  });

  test('a lower priority is answered with an advert at once, to assert the mastership', () => {
    expect(orders(after(...MASTER, 'advert priority=99'))[0]).toBe('advert priority 100');
  });

  test('after yielding it times the new master by the interval of its advert', () => {
    const yielded = [...MASTER, 'advert priority=200 interval=2'];
    expect(after(...yielded, 'pass 7.218749')).toEqual([]);
    expect(orders(after(...yielded, 'pass 7.218750'))[0]).toBe('advert priority 100');
  });
});

describe('7.1 Receiving adverts', () => {
  test.each([
    { what: 'the TTL', command: 'advert priority=200 ttl=64', counter: 'ttlErrors' },
    { what: 'the checksum', command: 'advert priority=200 corrupt', counter: 'checksumErrors' },
  ])('$what MUST be verified: a packet that fails is counted and has no effect', ({ command, counter }) => {
    expect(countersAfter(...BACKUP, command)).toMatchObject({ [counter]: 1, advertsReceived: 0 });
    expect(orders(after(...BACKUP, 'pass 3', command, 'pass 0.609375'))[0]).toBe('advert priority 100');
    expect(orders(after(...MASTER, command))).toEqual([]);
  });

  test('the VRID MUST be one that is configured on the interface', () => {
    const scenario = new Scenario();
    for (const command of [...BACKUP, 'advert vrid=99 priority=200']) scenario.run(command);
    expect(statusOf(scenario.node, (at) => at)).toMatchObject({
      strayPackets: 1,
      instances: [{ counters: { advertsReceived: 0 } }],
    });
  });

  test('an address list that differs SHOULD be logged, and the packet is used', () => {
    const lines = after(...BACKUP, 'advert priority=200 vips=10.0.0.9');
    expect(lines.join()).toContain(
      'ip address associated with VRID 51 not present in MASTER advert : 10.0.0.1',
    );
    expect(countersAfter(...BACKUP, 'advert priority=200 vips=10.0.0.9')).toMatchObject({
      addressListErrors: 1,
      advertsReceived: 1,
    });
  });

  test('an own advert that comes back is ignored', () => {
    expect(orders(after(...MASTER, 'advert priority=100 from=192.168.100.101'))).toEqual([]);
    const echoed = [...BACKUP, 'pass 3', 'advert priority=200 from=192.168.100.101'];
    expect(orders(after(...echoed, 'pass 0.609375'))[0]).toBe('advert priority 100');
  });
});

describe('7.2 Transmitting adverts', () => {
  test('carries the own interval, whatever was learned', () => {
    const lines = after(...BACKUP, 'advert priority=200 interval=2', 'pass 9.3');
    expect(advertTimes(lines)).toEqual(['7.218750', '8.218750', '9.218750']);
  });
});
