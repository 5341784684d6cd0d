import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { CheckerScenarios } from './scenarios/checkers.ts';

/** delay_loop 1 s, one retry after 1 s, connect_timeout 2 s */
const REFUSED_MAX = 1 + 1;
const SILENT_MAX = 1 + 2 + 1 + 2;
const RETURN_MAX = 1;
/** of the lab's one CPU, on which the servers run as well */
const SLACK = 1.5;
/** a mail server in Python takes its time to start and to greet */
const SLOW = 2;

describe('checkers against servers of Debian: dnsmasq, aiosmtpd, the kernel, a script', () => {
  const played = playInLab<CheckerScenarios>('checkers', 300);
  const step = <Step extends keyof CheckerScenarios['checkers']>(name: Step) => played('checkers', name);

  test('all servers pass, each check says so in keepalived’s words', () => {
    expect(step('started').table.filter((line) => line.startsWith('-a'))).toHaveLength(12);
    const words = step('successes').join('\n');
    expect(words).toContain('DNS_CHECK ([192.168.100.8]:udp:53) success');
    expect(words).toContain('UDP connection to [192.168.100.8]:udp:54 success.');
    expect(words).toContain('Remote SMTP server [192.168.100.8]:tcp:25 succeed on service.');
    expect(words).toContain('ICMP connection to [192.168.100.8]:tcp:81 success.');
    expect(words).toContain(
      'Misc check for [[192.168.100.8]:tcp:80 VS [192.168.100.240]:tcp:80] by [/run/lab/check.sh] succeeded.',
    );
  });

  test.each(['dnsStopped', 'udpStopped', 'smtpStopped'] as const)(
    '%s: a server that stops is out within delay_loop and one retry, and back within a delay_loop',
    (name) => {
      const { removed, returned } = step(name);
      expect(removed).toBeLessThan(REFUSED_MAX + SLACK);
      expect(returned).toBeLessThan(RETURN_MAX + SLACK + SLOW);
    },
  );

  test.each(['dnsFrozen', 'smtpFrozen', 'pingIgnored', 'unreachable'] as const)(
    '%s: a server that is silent is out within delay_loop, one retry and two timeouts, and back within a delay_loop',
    (name) => {
      const { removed, returned } = step(name);
      expect(removed).toBeLessThan(SILENT_MAX + SLACK);
      // a probe that waits when the server comes back has its timeout first
      expect(returned).toBeLessThan(RETURN_MAX + 2 + SLACK);
    },
  );

  test('the exit status of a program is the weight, as with keepalived', () => {
    expect(step('weights')).toEqual([
      { status: 7, weight: 5 },
      { status: 0, weight: 3 },
      { status: 2, weight: 0 },
      { status: 1, weight: null },
      { status: 0, weight: 3 },
      { status: 12, weight: 10 },
    ]);
  });

  test('the number in a file is added to the weight', () => {
    expect(step('loads')).toEqual([
      { load: 4, weights: [7, 7] },
      { load: -5, weights: [0, 0] },
      { load: 0, weights: [3, 3] },
    ]);
  });

  test('each failure is told as keepalived tells it', () => {
    const words = step('failures').join('\n');
    expect(words).toContain('DNS_CHECK ([192.168.100.8]:udp:53) read timeout from socket after 1 retries');
    expect(words).toContain('UDP_CHECK on service [192.168.100.8]:udp:54 failed after 1 retries.');
    expect(words).toContain('SMTP_CHECK Could not connect to server [192.168.100.8]:25');
    expect(words).toContain('SMTP_CHECK Read timeout from server [192.168.100.8]:25');
    expect(words).toContain(
      'ICMP CHECK on service [192.168.100.8]:tcp:81 of [192.168.100.240]:tcp:81 failed',
    );
    expect(words).toContain('by [/run/lab/check.sh] failed with retry disabled (exited with status 1).');
  });
});
