import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQuestions } from '../../src/daemon/questions.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each question gets the answer with its own number, in whatever order they come', async () => {
  const { ask, answer } = createQuestions<string>();
  const numbers: number[] = [];
  const first = ask((request) => numbers.push(request), 1000);
  const second = ask((request) => numbers.push(request), 1000);
  answer(numbers[1] ?? -1, 'to the second');
  answer(numbers[0] ?? -1, 'to the first');
  expect(await Promise.all([first, second])).toEqual(['to the first', 'to the second']);
});

test('silence is null when the time is up, and an answer that comes later is dropped', async () => {
  const { ask, answer } = createQuestions<string>();
  let number = 0;
  const question = ask((request) => {
    number = request;
  }, 1000);
  vi.advanceTimersByTime(1000);
  expect(await question).toBeNull();
  expect(() => answer(number, 'late')).not.toThrow();
});

test('when the other process is gone every question that waits is null', async () => {
  const { ask, abandon } = createQuestions<string>();
  const questions = [ask(() => {}, 1000), ask(() => {}, 1000)];
  abandon();
  expect(await Promise.all(questions)).toEqual([null, null]);
});

test('more questions than may wait are not even sent', async () => {
  const { ask } = createQuestions<string>();
  let sent = 0;
  const all = Array.from({ length: 65 }, () => ask(() => void sent++, 1000));
  expect(await all.at(-1)).toBeNull();
  expect(sent).toBe(64);
});
