import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { DrainScenarios } from './scenarios/drain.ts';

const played = playInLab<DrainScenarios>('drain', 480);

describe.each(['order', 'reload'] as const)('a real server drained by %s', (how) => {
  test('gets no new connection, and those that it had go on until they end', () => {
    expect(played(how, 'drain')).toEqual({
      weights: [0, null],
      servedBy: ['rs02'],
      oldConnection: 'rs01',
      waited: true,
    });
  });
});

test('the plan of a reload says that it would drain', () => {
  expect(played('reload', 'plan')).toContain(
    '- drain real server [192.168.100.8]:tcp:80 of [192.168.100.240]:tcp:80, at most 60 s',
  );
});

test('a drain goes on when the checkers are killed in the middle of it', () => {
  expect(played('reload', 'killed')).toEqual([]);
});

test('a drained server stands in the status, and comes back by order', () => {
  expect(played('order', 'status')).toMatch(/192\.168\.100\.8:80 .*drained/);
  expect(played('order', 'back')).toEqual([1]);
});

test('a template of a persistent service is waited for: it is a session', () => {
  const { template, seconds } = played('persistence', 'waited');
  expect(template).toBe(true);
  expect(seconds).toBeGreaterThan(3);
  expect(seconds).toBeLessThan(26);
});

describe('a server that was down', () => {
  test('is not added by the next start first', () => {
    expect(played('restart', 'stopped')).toEqual({ shown: false, before: 1 });
  });

  test('nor after a kill -9 of the checkers', () => {
    expect(played('restart', 'killed')).toEqual({ shown: false });
  });
});
