import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant, micros } from '../../src/base/units.ts';
import { newWorld } from '../../src/sim/world.ts';

test('tasks run in the order of their times, and of their planning where the times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (delays) => {
      const world = newWorld();
      const ran: [number, number][] = [];
      for (const [i, delay] of delays.entries()) world.later(micros(delay), () => ran.push([world.now, i]));
      world.runUntil(instant(100));
      const expected = delays.map((delay, i): [number, number] => [delay, i]);
      expect(ran).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }),
  );
});

test('what a task plans for later than the end stays planned', () => {
  const world = newWorld();
  const ran: number[] = [];
  world.later(micros(5), () => world.later(micros(10), () => ran.push(world.now)));
  world.runUntil(instant(14));
  expect([world.now, ran]).toEqual([14, []]);
  world.runUntil(instant(15));
  expect(ran).toEqual([15]);
});
