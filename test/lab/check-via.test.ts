import { expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { CheckViaScenarios } from './scenarios/check-via.ts';

const played = playInLab<CheckViaScenarios>('check-via', 180);
const BOTH = ['8', '9'];

test('DR: a real server without the VIP on lo is out, and back when it has it; a plain check does not see it', () => {
  expect(played('via', 'dr')).toEqual({
    healthy: { forwarded: BOTH, plain: BOTH },
    withoutVip: { forwarded: ['9'], plain: BOTH },
    back: { forwarded: BOTH, plain: BOTH },
  });
});

test('a director that does not hold the VIP finds the same', () => {
  expect(played('via', 'backup')).toEqual({
    withoutVip: { forwarded: ['8'], plain: BOTH },
    back: { forwarded: BOTH, plain: BOTH },
  });
});

test('TUN: the probe goes through the tunnel, and fails with it', () => {
  expect(played('via', 'tun')).toEqual({
    healthy: { forwarded: BOTH, plain: BOTH },
    withoutTunnel: { forwarded: ['8'], plain: BOTH },
  });
});

test('a stop takes back the setting and the services of the probes', () => {
  expect(played('via', 'setting')).toEqual(['0', '1', '0']);
  expect(played('via', 'left')).toEqual([]);
});
