/** When the memory is written: soon after a change, seldom in a storm of them, and now and then without any. */
import { expect, test } from 'vitest';
import { after, elapsed, instant, type Micros, micros, millis, seconds } from '../../../src/base/units.ts';
import { createMemoryKeeper, REFRESH_PERIOD, WRITE_PAUSE } from '../../../src/checks/shell/memory-keeper.ts';

function keeper(cost: Micros = micros(0)) {
  let now = instant(1_000_000_000);
  const written: number[] = [];
  const file = { load: () => null, store: () => void written.push(now) };
  const memory = createMemoryKeeper(
    file,
    () => now,
    () => {
      now = after(now, cost);
      return 'text';
    },
  );
  const pass = (time: Micros): void => {
    now = after(now, time);
    memory.writeDue(now);
  };
  return { memory, written, pass, wait: () => elapsed(now, memory.next()) };
}

test('the first change is written at once, those of a storm together a second later', () => {
  const { memory, written, pass, wait } = keeper();
  memory.request();
  pass(micros(0));
  expect(written).toHaveLength(1);
  for (let i = 0; i < 100; i++) {
    memory.request();
    pass(millis(5));
  }
  expect(written).toHaveLength(1);
  expect(wait()).toBe(WRITE_PAUSE - millis(500));
  pass(WRITE_PAUSE);
  expect(written).toHaveLength(2);
});

test('a write that costs much is followed by a pause of twenty times that', () => {
  const { memory, pass, wait } = keeper(millis(200));
  memory.request();
  pass(micros(0));
  memory.request();
  expect(wait()).toBe(seconds(4));
});

test('without a change it is written once a minute, so that its age tells when the process was last alive', () => {
  const { written, pass, wait } = keeper();
  expect(wait()).toBe(REFRESH_PERIOD);
  for (let minute = 1; minute <= 3; minute++) {
    pass(REFRESH_PERIOD);
    expect(written).toHaveLength(minute);
  }
});
