import { expect, test } from 'vitest';
import { judgeFileValue } from '../../../src/checks/core/file-value.ts';

const judge = (weight: number, value: number, reverse = false) => judgeFileValue({ weight, reverse }, value);
const adds = (by: number) => ({ kind: 'passed', weight: { kind: 'added', by } });
const down = (value: number) => ({ kind: 'failed', failure: { kind: 'file_value', value } });

test('value times weight is added, in reverse with its sign changed (behaviour.md section 16.9)', () => {
  expect(judge(2, 5)).toEqual(adds(10));
  expect(judge(-2, 5)).toEqual(adds(-10));
  expect(judge(2, 5, true)).toEqual(adds(-10));
  expect(judge(2, 0, true)).toEqual(adds(0));
});

test('-2147483648 and below is down', () => {
  expect(judge(1, -2_147_483_647)).toEqual(adds(-2_147_483_647));
  expect(judge(1, -2_147_483_648)).toEqual(down(-2_147_483_648));
  expect(judge(-2_147_483_647, 2)).toEqual(down(2));
});

test('with weight 0 any number but 0 is down, in reverse 0 is', () => {
  expect(judge(0, 0)).toEqual(adds(0));
  expect(judge(0, 7)).toEqual(down(7));
  expect(judge(0, 0, true)).toEqual(down(0));
  expect(judge(0, 7, true)).toEqual(adds(0));
});
