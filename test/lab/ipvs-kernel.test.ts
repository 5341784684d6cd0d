/** The IPVS port on a real kernel; ipvsadm says what is true. */
import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { IpvsKernelPlays } from './scenarios/ipvs-kernel-plays.ts';

const play = playInLab<{ readonly ipvs: IpvsKernelPlays }>('ipvs-kernel', 120);
const observed = <K extends keyof IpvsKernelPlays>(name: K): IpvsKernelPlays[K] => play('ipvs', name);

describe('a table with one of everything', () => {
  test('is written as wanted, and nothing is written the second time', () => {
    expect(observed('everyKind')).toMatchObject({ refused: [], reached: true, writtenAgain: 0 });
  });

  test('is listed as ipvsadm lists it', () => {
    const { ours, theirs } = observed('everyKind');
    expect(ours).toBe(theirs);
  });

  test('is changed in place: services and destinations are edited, not made anew', () => {
    expect(observed('edits')).toEqual({
      kinds: ['edit_destination', 'edit_service', 'remove_destination'],
      refused: [],
      reached: true,
    });
  });
});

describe('refusals', () => {
  test('the table as a value refuses exactly what the kernel refuses', () => {
    const rows = observed('refusals');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(({ what, real, value }) => ({ what, real, value }))).toEqual(
      rows.map(({ what, expected }) => ({ what, real: expected, value: expected })),
    );
  });

  test('one in the middle of a batch is told in words, and the rest of the batch is done', () => {
    expect(observed('mixedBatch')).toEqual({
      answers: ['done', 'Scheduler or persistence engine not found', 'Service not defined', 'done'],
      listing: '-A -t 192.0.2.1:80 -s rr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1\n',
    });
  });

  test('without CAP_NET_ADMIN the error names the capability', () => {
    expect(observed('withoutRights')).toMatchObject({
      code: 'EPERM',
      detail: expect.stringContaining('CAP_NET_ADMIN'),
    });
  });
});

test('11,000 operations all arrive, and 11,000 refusals all come back', () => {
  expect(observed('thousands')).toEqual({
    operations: 11_000,
    refused: 0,
    listed: 11_000,
    refusedAgain: 11_000,
  });
});

describe('what only tools need', () => {
  test('timeouts that are not given stay as they are', () => {
    const { timeouts, theirTimeouts } = observed('settings');
    expect(timeouts).toEqual({ tcp: 901_000_000, tcpFin: 120_000_000, udp: 301_000_000 });
    expect(theirTimeouts).toBe('Timeout (tcp tcpfin udp): 901 120 301\n');
  });

  test('sync daemons start with what was asked for, are listed and stop', () => {
    const { daemons, theirDaemons, daemonsLeft, stopAgain } = observed('settings');
    const common = { interface: 'lo', syncId: 7, maxLength: 1400, group: '224.0.0.99', port: 8849, ttl: 3 };
    expect(daemons).toEqual([
      { role: 'master', ...common },
      { role: 'backup', ...common },
    ]);
    expect(theirDaemons).toContain('master sync daemon (mcast=lo, syncid=7, maxlen=1400, group=224.0.0.99');
    expect({ daemonsLeft, stopAgain }).toEqual({ daemonsLeft: 0, stopAgain: 'ESRCH' });
  });

  test('counters are set to zero, of a known service only', () => {
    expect(observed('settings')).toMatchObject({ zeroed: true, zeroUnknown: 'ESRCH' });
  });
});
