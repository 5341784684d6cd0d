import { expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { FullNatScenarios } from './scenarios/fullnat.ts';

const played = playInLab<FullNatScenarios>('fullnat', 120);

test('with NAT a real server without a route back answers nobody', () => {
  expect(played('fullnat', 'nat').answers).toBe(0);
});

test('with FULLNAT it answers, since it sees the director as its client', () => {
  const { answeredBy, sources } = played('fullnat', 'fullnat');
  expect(answeredBy).toEqual(['rs01']);
  expect(sources).toEqual(['10.9.0.1']);
});

test('FULLNAT is NAT in IPVS, one rule of the packet filter, and conntrack', () => {
  const { table, rules, conntrack } = played('fullnat', 'fullnat');
  expect(table).toEqual([
    '-A -t 192.168.100.240:80 -s rr',
    '-a -t 192.168.100.240:80 -r 10.9.0.8:80 -m -w 1',
  ]);
  expect(rules).toEqual([
    '-N VIPD_FULLNAT',
    '-A POSTROUTING -j VIPD_FULLNAT',
    '-A VIPD_FULLNAT -d 10.9.0.8/32 -p tcp -m conntrack --ctorigdst 192.168.100.240 --ctorigdstport 80 -j MASQUERADE',
  ]);
  expect(conntrack).toBe('1');
});

test('a reload to NAT takes the rule and the setting back, a stop does so too', () => {
  const { rules, conntrack } = played('fullnat', 'reloaded');
  expect({ rules, conntrack }).toEqual({ rules: [], conntrack: '0' });
  expect(played('fullnat', 'stopped')).toEqual({ table: [], rules: [], conntrack: '0' });
});
