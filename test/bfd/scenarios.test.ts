/** The scenario files, each a story in commands with what the sessions said and did. `UPDATE=1` rewrites them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playScenario } from './scenario.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');

test.each(readdirSync(FOLDER))('the scenario %s happens as it is written', (name) => {
  const path = join(FOLDER, name);
  const written = readFileSync(path, 'utf8');
  const played = playScenario(written);
  if (process.env['UPDATE'] === '1') writeFileSync(path, played);
  expect(played).toBe(readFileSync(path, 'utf8'));
});
