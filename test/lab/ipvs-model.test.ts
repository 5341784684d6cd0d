/** The plan's laws and the kernel that they are stated on, held against the real one. */
import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { ModelPlays } from './scenarios/ipvs-model.ts';

const play = playInLab<{ readonly model: ModelPlays }>('ipvs-model', 240);
const observed = <K extends keyof ModelPlays>(name: K): ModelPlays[K] => play('model', name);

test('the model kernel answers any operations as the real one does, and ends with the same table', () => {
  const { differ, refused } = observed('sameOperations');
  expect(differ).toEqual([]);
  expect(refused).toBeGreaterThan(500);
});

test('on the real kernel a plan reaches what is wanted, is refused nothing, and then is idle', () => {
  expect(observed('laws')).toEqual({ broken: [], pairs: 60 });
});

describe('in the middle of a plan', () => {
  test('ipvsadm empties the table and puts its own there: it ends as wanted', () => {
    expect(observed('meddled')).toEqual({ refused: [], reached: true });
  });

  test('the permission goes: the error says so, what was done stays, and the rest follows once it is back', () => {
    expect(observed('rightsLost')).toEqual({ codes: ['EPERM'], done: 100, reachedLater: true });
  });
});

test('a hundred thousand destinations are written, found right, and each changed', () => {
  expect(observed('hundredThousand')).toEqual({
    refused: 0,
    reached: true,
    writtenAgain: 0,
    changed: 100_000,
  });
});
