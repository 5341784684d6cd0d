import { expect, test } from 'vitest';
import { runSim } from '../../src/cli/sim.ts';
import { skewless } from '../sim/broken.ts';

interface Outcome {
  readonly status: number;
  readonly text: string;
}

function sim(argv: readonly string[], start?: Parameters<typeof runSim>[2]): Outcome {
  const lines: string[] = [];
  let cpu = 0;
  const terminal = {
    stdout: (text: string): void => void lines.push(text),
    cpu: (): number => {
      cpu += 500_000;
      return cpu;
    },
  };
  return { status: runSim(argv, terminal, start), text: lines.join('') };
}

test('names the seeds first, then says that they hold and how fast it was', () => {
  const { status, text } = sim(['--seeds', '3', '--from', '5']);
  expect(text).toMatch(
    /^seeds 5 to 7\nall rules hold\n[\d,]+ router-hours in 0\.5 s of one core: [\d,]+ router-hours per second/,
  );
  expect(status).toBe(0);
});

test('a seed prints the same each time, with its trace when asked', () => {
  const first = sim(['--seed', '5', '--trace']);
  expect(first.text).toMatch(/^seed 5\n/);
  expect(first.text).toContain('the network is whole');
  expect(sim(['--seed', '5', '--trace'])).toEqual(first);
});

test('a failing seed ends it with status 1, and with a smaller run that breaks the same rule', () => {
  const { status, text } = sim(['--seeds', '20'], skewless);
  expect(status).toBe(1);
  expect(text).toMatch(/seed \d+ fails:\n {2}no takeover is early: r\d VI_\d took over \d+ us too early/);
  expect(text).toMatch(/after \d+ runs of the shrinker [12] routers?, 1 instance, 1 round, [01] faults?:/);
  expect(text).toMatch(/again: npm run sim -- --seed \d+\n$/);
}, 180_000);

test('what is no number is wrong usage', () => {
  expect(sim(['--seeds', 'many']).status).toBe(64);
  expect(sim(['--sneeds', '3']).status).toBe(64);
  expect(sim(['--help']).status).toBe(0);
});
