/** Which processes vrrp_track_process counts. */
import { describe, expect, test } from 'vitest';
import { micros } from '../../../src/base/units.ts';
import type { TrackProcess } from '../../../src/config/model/vrrp.ts';
import { matches } from '../../../src/track/core/match.ts';

const wanted = (command: TrackProcess['command'], changes: Partial<TrackProcess> = {}): TrackProcess => ({
  name: 'web',
  command,
  fullCommand: false,
  parameters: null,
  weight: 0,
  reverse: false,
  quorum: 1,
  quorumMax: null,
  terminateDelay: micros(0),
  forkDelay: micros(0),
  ...changes,
});

describe("by the kernel's name", () => {
  test('whole, whatever argv[0] says', () => {
    expect(matches(wanted(['nginx']), { name: 'nginx', argv: ['nginx: master process'] })).toBe(true);
    expect(matches(wanted(['nginx']), { name: 'nginx2', argv: ['nginx'] })).toBe(false);
  });

  test('of which only 15 bytes are there', () => {
    const process = { name: 'keepalived_vrrp', argv: ['keepalived_vrrp_eth0'] };
    expect(matches(wanted(['keepalived_vrrp_eth0']), process)).toBe(true);
  });
});

describe('by the full command', () => {
  const process = { name: 'haproxy', argv: ['/usr/sbin/haproxy', '-f', '/etc/haproxy.cfg', '-D'] };
  const full = (parameters: TrackProcess['parameters'], ...words: readonly string[]): boolean =>
    matches(wanted(['/usr/sbin/haproxy', ...words], { fullCommand: true, parameters }), process);

  test('argv[0] is compared whole', () => {
    expect(full(null)).toBe(true);
    expect(matches(wanted(['haproxy'], { fullCommand: true }), process)).toBe(false);
  });

  test('exact: all arguments and no others', () => {
    expect(full('exact', '-f', '/etc/haproxy.cfg', '-D')).toBe(true);
    expect(full('exact', '-f', '/etc/haproxy.cfg')).toBe(false);
    expect(full('exact')).toBe(false);
  });

  test('partial: the first arguments, whole', () => {
    expect(full('partial', '-f', '/etc/haproxy.cfg')).toBe(true);
    expect(full('partial', '-f', '/etc/haproxy')).toBe(false);
  });

  test('initial: the beginning of their text', () => {
    expect(full('initial', '-f', '/etc/haproxy')).toBe(true);
    expect(full('initial', '-f', 'haproxy')).toBe(false);
  });
});
