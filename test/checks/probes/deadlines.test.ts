import { expect, test } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import { createDeadlines } from '../../../src/checks/probes/deadlines.ts';

test('a deadline expires once, at its time, unless it was called off', () => {
  const deadlines = createDeadlines(() => instant(0));
  const expired: string[] = [];
  const note = (name: string) => () => {
    expired.push(name);
    return null;
  };
  deadlines.add(instant(20), note('b'));
  deadlines.add(instant(10), note('a'));
  const callOff = deadlines.add(instant(15), note('never'));
  callOff();
  deadlines.expireDue(instant(9));
  expect(expired).toEqual([]);
  deadlines.expireDue(instant(30));
  deadlines.expireDue(instant(40));
  expect(expired).toEqual(['a', 'b']);
  expect(deadlines.next()).toBeNull();
});

test('one that was called off wakes nobody', () => {
  const deadlines = createDeadlines(() => instant(0));
  const callOff = deadlines.add(instant(10), () => null);
  deadlines.add(instant(20), () => null);
  expect(deadlines.next()).toBe(10);
  callOff();
  expect(deadlines.next()).toBe(20);
});

test('one that moves is asked again at its new time, and never twice in the same moment', () => {
  const deadlines = createDeadlines(() => instant(0));
  const asked: number[] = [];
  deadlines.add(instant(10), (now) => {
    asked.push(now);
    return asked.length < 3 ? instant(10 * asked.length) : null;
  });
  deadlines.expireDue(instant(10));
  expect(deadlines.next()).toBe(11);
  deadlines.expireDue(instant(11));
  expect(deadlines.next()).toBe(20);
  deadlines.expireDue(instant(20));
  expect(asked).toEqual([10, 11, 20]);
  expect(deadlines.next()).toBeNull();
});
