/** Golden texts: compared with a file, rewritten by `UPDATE=1` and then read in review like code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** `name` is a file in golden/ beside this one. */
export function expectGolden(name: string, text: string): void {
  const path = new URL(`golden/${name}`, import.meta.url);
  if (process.env['UPDATE'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
