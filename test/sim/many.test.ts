import { expect, test } from 'vitest';
import { runSimulation, verdictText } from '../../src/sim/run.ts';
const from = Number(process.env['FROM'] ?? 1000), n = Number(process.env['N'] ?? 1500);
test('many', () => {
  const failed = runSimulation({ seeds: Array.from({ length: n }, (_, i) => from + i) });
  expect(failed === null ? '' : verdictText(failed)).toBe('');
}, 600_000);
