import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { WebScenarios } from './scenarios/web.ts';

/** Seconds that a measured time may exceed what the configuration promises: samples, and one CPU for all
 *  hosts. */
const SLACK = 0.5;

describe("the seed's web pair: LVS-DR, rr, persistence, TCP_CHECK and HTTP_GET with digest", () => {
  const played = playInLab<WebScenarios>('web', 180);

  test('both directors hold the whole table', () => {
    const table = [
      '-A -t 192.168.100.240:80 -s rr -p 20',
      '-a -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w 1',
      '-a -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 1',
    ];
    expect(played('web', 'started').tables).toEqual([table, table]);
  });

  test('persistence pins the one client to one server', () => {
    expect(played('web', 'started').answeredBy).toHaveLength(1);
  });

  test('the second director takes over within 3 × advert_int + skew when the first is cut off (RFC 3768 §6.1)', () => {
    expect(played('web', 'cut').holders).toEqual(['lvs02']);
    expect(played('web', 'cut').outage).toBeGreaterThan(1);
    expect(played('web', 'cut').outage).toBeLessThan(PROMISES.takeoverByLvs02 + SLACK);
  });

  test('the first director preempts when it returns, and the client does not notice (RFC 3768 §6.4.2)', () => {
    expect(played('web', 'restored').preempted).toBeLessThan(PROMISES.takeoverByLvs01 + SLACK);
    expect(played('web', 'restored').outage).toBeLessThan(SLACK);
  });

  test('a dead web server is removed by TCP_CHECK within delay_loop + one retry, and the other one answers', () => {
    const { removed, outage, answeredBy } = played('web', 'webServerDied');
    expect(removed).toBeLessThan(PROMISES.tcpRemoval + SLACK);
    expect(outage).toBeLessThan(PROMISES.tcpRemoval + SLACK);
    expect(answeredBy).toEqual(['rs01']);
  });

  test('a web server that works again returns within two delay_loops', () => {
    expect(played('web', 'webServerBack').returned).toBeLessThan(PROMISES.httpReturn + SLACK);
  });

  test('a page whose digest is wrong removes its server within delay_loop + 3 retries, and nobody notices', () => {
    const { removed, failures, left } = played('web', 'pageChanged');
    expect(removed).toBeGreaterThan(3);
    expect(removed).toBeLessThan(PROMISES.httpRemoval + SLACK);
    expect({ left, failures }).toEqual({ left: ['192.168.100.9:80'], failures: 0 });
  });

  test('the page put back returns its server within two delay_loops', () => {
    expect(played('web', 'pageRestored').returned).toBeLessThan(PROMISES.httpReturn + SLACK);
  });

  test('a stop announces itself with priority 0: the second director needs the skew time alone (RFC 3768 §6.4.3)', () => {
    expect(played('web', 'firstStopped').outage).toBeLessThan(PROMISES.takeoverAfterStop + SLACK);
  });

  test('a stop leaves neither address nor service behind, and ends with status 0', () => {
    expect(played('web', 'bothStopped')).toEqual({ statuses: [0, 0], holders: [], servicesLeft: 0 });
  });
});
