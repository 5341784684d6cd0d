import { describe, expect, test } from 'vitest';
import { judgeStatus } from '../../../src/checks/core/exit-status.ts';
import { addition, limitedWeight } from '../../../src/checks/core/weight.ts';

describe('the exit status of MISC_CHECK (behaviour.md section 16.8)', () => {
  test('0 is success, with misc_dynamic at the configured weight', () => {
    expect(judgeStatus(0, false)).toEqual({ kind: 'passed' });
    expect(judgeStatus(0, true)).toEqual({ kind: 'passed', weight: { kind: 'added', by: 0 } });
  });

  test('any other is failure, with misc_dynamic only 1', () => {
    for (const status of [1, 2, 255]) {
      expect(judgeStatus(status, false)).toEqual({
        kind: 'failed',
        failure: { kind: 'exit_status', status },
      });
    }
    expect(judgeStatus(1, true)).toEqual({ kind: 'failed', failure: { kind: 'exit_status', status: 1 } });
  });

  test('with misc_dynamic 2..255 name the weight 0..253', () => {
    expect(judgeStatus(2, true)).toEqual({ kind: 'passed', weight: { kind: 'set', to: 0 } });
    expect(judgeStatus(255, true)).toEqual({ kind: 'passed', weight: { kind: 'set', to: 253 } });
  });
});

describe('the weight of a server (behaviour.md section 15.2)', () => {
  test('is the configured one plus what its checkers add', () => {
    expect(addition(null, 5)).toBe(0);
    expect(addition({ kind: 'set', to: 3 }, 5)).toBe(-2);
    expect(addition({ kind: 'added', by: -7 }, 5)).toBe(-7);
  });

  test('stays within what the kernel takes', () => {
    expect(limitedWeight(-1)).toBe(0);
    expect(limitedWeight(2 ** 31)).toBe(2 ** 31 - 1);
    expect(limitedWeight(253)).toBe(253);
  });
});
