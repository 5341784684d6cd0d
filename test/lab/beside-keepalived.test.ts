import { describe, expect, test } from 'vitest';
import { PROMISES } from './harness/seed-config.ts';
import { playInLab } from './run-lab.ts';
import type { BesideScenarios } from './scenarios/beside-keepalived.ts';

const SLACK = 0.5;
const played = playInLab<BesideScenarios>('beside-keepalived', 150);

const ROLES = [
  { role: 'asFirst', title: 'vipd as the first director, keepalived as the second' },
  { role: 'asSecond', title: 'keepalived as the first director, vipd as the second' },
] as const;

for (const { role, title } of ROLES) describe(title, () => judge(role));

function judge(role: keyof BesideScenarios): void {
  test('the higher priority is elected, and it alone advertises (RFC 3768 §6.4)', () => {
    expect(played(role, 'elected').holders).toEqual(['lvs01']);
    expect(played(role, 'elected').heard).toEqual(['192.168.100.101 100']);
  });

  test('each new master announces the VIP with five gratuitous ARPs', () => {
    const bursts = (['elected', 'stopped', 'preempted', 'cut'] as const).map(
      (step) => played(role, step).announced,
    );
    expect(Math.min(...bursts)).toBeGreaterThanOrEqual(5);
  });

  test('a stop sends priority 0 and is followed by a takeover within the skew time (RFC 3768 §6.4.3)', () => {
    expect(played(role, 'stopped').heard).toContain('192.168.100.101 0');
    expect(played(role, 'stopped').takeover).toBeLessThan(PROMISES.takeoverAfterStop + SLACK);
  });

  test('the first director takes the VIP back when it runs again (RFC 3768 §6.4.2)', () => {
    expect(played(role, 'preempted').holders).toEqual(['lvs01']);
  });

  test('a lost director is replaced within 3 × advert_int + skew (RFC 3768 §6.1)', () => {
    expect(played(role, 'cut').takeover).toBeGreaterThan(2);
    expect(played(role, 'cut').takeover).toBeLessThan(PROMISES.takeoverByLvs02 + SLACK);
  });

  test('neither complains of the other', () => {
    expect(played(role, 'complaints')).toEqual([]);
  });

  test('both hold the VIP no longer than a handover takes', () => {
    expect(played(role, 'overlap')).toBeLessThan(SLACK);
  });
}
