/** Bundles are loaded with the code that was compiled from them before, and without it just as well. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const loader = fileURLToPath(new URL('../../bin/compiled-code.cjs', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compiled-code-'));
  writeFileSync(join(folder, 'part.cjs'), 'exports.name = __filename; exports.sum = (a, b) => a + b;');
  writeFileSync(join(folder, 'main.cjs'), "const { sum } = require('./part.cjs'); console.log(sum(40, 2));");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What main.cjs prints; with `keep` the code is kept, else it is said whether V8 took it. */
function run(keep: boolean): string {
  const seen = keep
    ? "process.on('exit', () => writeFileSync(file, script.createCachedData()))"
    : "console.log(script.cachedDataRejected === false ? 'taken' : 'compiled')";
  const program = `
    const { writeFileSync } = require('node:fs');
    require(${JSON.stringify(loader)}).install((script, file) => { ${seen} });
    require(${JSON.stringify(join(folder, 'main.cjs'))});`;
  return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
}

test('code that was kept is taken, in a bundle and in what it requires', () => {
  expect(run(true)).toBe('42\n');
  expect(run(false)).toBe('taken\ntaken\n42\n');
});

test('code that cannot be used is compiled anew', () => {
  run(true);
  const code = join(folder, 'part.cjs.code');
  writeFileSync(code, readFileSync(code).subarray(0, 40));
  expect(run(false)).toBe('taken\ncompiled\n42\n');
});

test('without kept code a bundle runs', () => {
  expect(run(false)).toBe('compiled\ncompiled\n42\n');
});
