import { expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { BfdScenarios } from './scenarios/bfd.ts';

/** three times 200 ms */
const DETECTION = 0.6;
/** Two packets at the idle pace of a second; a session whose link was cut may have just missed one. */
const UP_MAX = 3;
/** of the lab's one CPU, on which three daemons run */
const SLACK = 1.5;

const played = playInLab<BfdScenarios>('bfd', 120);

test('a server is in the table once its session is Up', () => {
  const lines = played('bfd', 'started').join('\n');
  expect(lines).toContain('Received BFD event: instance rs01 is in state Up');
  expect(lines).toContain('BFD session rs02 of service [192.168.100.9]:tcp:80 is Up.');
});

test.each(['stopped', 'cut'] as const)(
  '%s: a server whose neighbour falls silent is out within the detection time, and back when it speaks again',
  (name) => {
    const { removed, returned } = played('bfd', name);
    expect(removed).toBeLessThan(DETECTION + SLACK);
    expect(returned).toBeLessThan(UP_MAX + SLACK);
  },
);

test('a crash of the BFD process leaves the table alone', () => {
  expect(played('bfd', 'killed')).toEqual({ tableChanges: 0 });
});
