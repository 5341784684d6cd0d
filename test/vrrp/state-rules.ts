/** The sections 6.4.1 to 6.4.3 that RFC 3768 and RFC 5798 have in common, one test for each MUST, and what it means to
 *  discard a packet. At an interval of 1 s the timers of both versions agree: priority 100 has a skew of 156/256 s. */
import { describe, expect, test } from 'vitest';
import type { VrrpCounters } from '../../src/vrrp/core/status.ts';
import { advertTimes, after, countersAfter, orders } from './played.ts';

/** One version over one address family, in the words of a scenario. */
export interface Dialect {
  /** what makes an instance one of it, e.g. `inet6 version=3` */
  readonly words: string;
  /** as orders name it: `10.0.0.1/32` */
  readonly vip: string;
  /** neighbours whose address is above and below the own one */
  readonly greater: string;
  readonly smaller: string;
}

export const backupIn = ({ words }: Dialect): readonly string[] => [
  `instance VI_1 ${words} priority=100`,
  'start',
];
export const masterIn = (dialect: Dialect): readonly string[] => [...backupIn(dialect), 'pass 3.7'];

/** A packet that must have no effect: counted under its reason, no timer touched in backup, no answer from a master. */
export function expectDiscarded(dialect: Dialect, command: string, counters: Partial<VrrpCounters>): void {
  const [backup, master] = [backupIn(dialect), masterIn(dialect)];
  expect(countersAfter(...backup, command)).toMatchObject({ ...counters, advertsReceived: 0 });
  expect(orders(after(...backup, 'pass 3', command, 'pass 0.609375'))[0]).toBe('advert priority 100');
  expect(orders(after(...master, command))).toEqual([]);
  expect(advertTimes(after(...master, command, 'pass 1'))).toEqual(['4.609375']);
}

/** Registers the tests. */
export function stateRules(dialect: Dialect): void {
  const { words, vip, greater, smaller } = dialect;
  const [backup, master] = [backupIn(dialect), masterIn(dialect)];
  const becomesMaster = (priority: number): readonly string[] => [
    `advert priority ${priority}`,
    `add ${vip} dev`,
    `announce ${vip.split('/')[0]} x2`,
  ];
  const yields = [`remove ${vip} dev`];
  initializeRules({ words, backup, becomesMaster });
  backupRules({ words, backup, becomesMaster });
  masterRules({ backup, master, yields, greater, smaller });
}

interface Beginning {
  readonly words: string;
  readonly backup: readonly string[];
  /** what a router orders when it becomes master at this priority */
  readonly becomesMaster: (priority: number) => readonly string[];
}

function initializeRules({ words, backup, becomesMaster }: Beginning): void {
  describe('6.4.1 Initialize', () => {
    test('the owner sends an advert, announces, and becomes master', () => {
      const owner = [`instance VI_1 ${words} priority=255 state=MASTER`, 'start'];
      expect(orders(after(...owner))).toEqual(becomesMaster(255));
    });

    test('everybody else becomes backup for Master_Down_Interval', () => {
      expect(orders(after(...backup))).toEqual([]);
      expect(orders(after(...backup, 'pass 3.609374'))).toEqual([]);
      expect(orders(after(...backup, 'pass 3.609375'))[0]).toBe('advert priority 100');
    });
  });
}

function backupRules({ words, backup, becomesMaster }: Beginning): void {
  describe('6.4.2 Backup', () => {
    test('MUST NOT accept packets for the addresses, nor tell who has them: it holds none', () => {
      expect(orders(after(...backup, 'advert priority=200', 'pass 3'))).toEqual([]);
    });

    test('a shutdown cancels the timer', () => expect(after(...backup, 'stop', 'pass 100')).toEqual([]));

    test('when the timer fires: an advert, the addresses, the announcements', () => {
      expect(orders(after(...backup, 'pass 3.609375'))).toEqual(becomesMaster(100));
    });

    test('priority 0 sets the timer to Skew_Time', () => {
      const heard = [...backup, 'advert priority=200', 'pass 1', 'advert priority=0'];
      expect(after(...heard, 'pass 0.609374')).toEqual([]);
      expect(orders(after(...heard, 'pass 0.609375'))[0]).toBe('advert priority 100');
    });

    test.each([100, 101, 255])('priority %i, not below its own, resets the timer', (theirs) => {
      const heard = [...backup, 'pass 3', `advert priority=${theirs}`];
      expect(after(...heard, 'pass 3.609374')).toEqual([]);
      expect(orders(after(...heard, 'pass 3.609375'))[0]).toBe('advert priority 100');
    });

    test('a lower priority is discarded, unless Preempt_Mode is false: then it resets the timer', () => {
      const ignored = [...backup, 'pass 3', 'advert priority=99', 'pass 0.609375'];
      expect(orders(after(...ignored))[0]).toBe('advert priority 100');
      const polite = [`instance VI_1 ${words} priority=100 nopreempt`, 'start'];
      expect(after(...polite, 'pass 3', 'advert priority=99', 'pass 3.609374')).toEqual([]);
    });
  });
}

function masterRules({
  backup,
  master,
  yields,
  greater,
  smaller,
}: {
  readonly backup: readonly string[];
  readonly master: readonly string[];
  /** what a master orders when it steps back */
  readonly yields: readonly string[];
  readonly greater: string;
  readonly smaller: string;
}): void {
  describe('6.4.3 Master', () => {
    test('a shutdown sends an advert of priority 0 and gives the addresses back', () => {
      expect(orders(after(...master, 'stop'))).toEqual(['advert priority 0', ...yields]);
      expect(after(...master, 'stop', 'pass 100')).toEqual([]);
    });

    test('when Adver_Timer fires it advertises and sets the timer again', () => {
      expect(advertTimes(after(...backup, 'pass 5.7'))).toEqual(['3.609375', '4.609375', '5.609375']);
    });

    test('priority 0 is answered with an advert, and Adver_Timer is reset', () => {
      const answered = [...master, 'pass 0.5', 'advert priority=0'];
      expect(orders(after(...answered))).toEqual(['advert priority 100']);
      expect(advertTimes(after(...answered, 'pass 1'))).toEqual(['5.200000']);
    });

    test.each(['advert priority=101', `advert priority=100 from=${greater}`])(
      '%s makes it backup for Master_Down_Interval',
      (command) => {
        const yielded = [...master, command];
        expect(orders(after(...yielded)).slice(-1)).toEqual(yields);
        expect(after(...yielded, 'pass 3.609374')).toEqual([]);
        expect(orders(after(...yielded, 'pass 3.609375'))[0]).toBe('advert priority 100');
      },
    );

    test.each([`advert priority=99 from=${greater}`, `advert priority=100 from=${smaller}`])(
      '%s leaves it master',
      (command) => {
        expect(orders(after(...master, command))).not.toContain(yields[0]);
      },
    );
  });
}
