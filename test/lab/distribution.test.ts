import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { DistributionScenarios, Shares } from './scenarios/distribution.ts';

const played = playInLab<DistributionScenarios>('distribution', 270);

/** Requests of each client, as the scenario sends them. */
const REQUESTS = 24;
const EVEN: Shares = { rs01: 12, rs02: 12 };
const BY_WEIGHT: Shares = { rs01: 6, rs02: 18 };

describe('24 requests of one client, one after the other, to servers of weight 1 and 3', () => {
  test.each([
    ['rr', EVEN],
    ['wrr', BY_WEIGHT],
    ['lc', EVEN],
    ['wlc', BY_WEIGHT],
  ] as const)('%s shares them out', (scheduler, shares) => {
    const found = played('distribution', 'schedulers')[scheduler];
    for (const name of ['rs01', 'rs02']) {
      expect(Math.abs((found[name] ?? 0) - (shares[name] ?? 0))).toBeLessThanOrEqual(2);
    }
  });

  test.each(['lblc', 'lblcr', 'dh', 'sh', 'mh'] as const)(
    '%s, which looks at addresses, keeps to one server',
    (scheduler) => {
      expect(Object.values(played('distribution', 'schedulers')[scheduler])).toEqual([REQUESTS]);
    },
  );

  test.each(['sed', 'fo', 'ovf'] as const)('%s takes the heavier server while it is idle', (scheduler) => {
    expect(played('distribution', 'schedulers')[scheduler]).toEqual({ rs02: REQUESTS });
  });

  test('nq does so unless a connection is still under way', () => {
    expect(played('distribution', 'schedulers').nq['rs02']).toBeGreaterThanOrEqual(REQUESTS - 4);
  });

  test('persistence keeps the client with its server, whatever the scheduler', () => {
    expect(Object.values(played('distribution', 'persistent'))).toEqual([REQUESTS]);
  });
});

test('packets that the packet filter has marked go to the service of that mark', () => {
  expect(Object.keys(played('distribution', 'marked')).sort()).toEqual(['rs01', 'rs02']);
});

test('without a living server the sorry server answers', () => {
  expect(played('distribution', 'sorry')).toEqual({ lvs02: REQUESTS });
});

test('an SCTP service is written', () => {
  expect(played('distribution', 'sctp')).toEqual([
    '-A --sctp-service 192.168.100.240:8102 -s rr',
    '-a --sctp-service 192.168.100.240:8102 -r 192.168.100.8:80 -m -w 1',
    '-a --sctp-service 192.168.100.240:8102 -r 192.168.100.9:80 -m -w 3',
  ]);
});

test.each(['ipv6', 'gre', 'gue'] as const)('%s: both real servers answer', (way) => {
  expect(Object.keys(played('forwarded', way)).sort()).toEqual(['rs01', 'rs02']);
});
