/** Whatever stands in a file, parsing ends, says so in diagnostics that lie inside the text, and never throws. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnosticsToJson, renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { compileValidator } from '../../src/config/load/compile-validator.ts';
import { schemaViolations } from '../../src/config/load/validate.ts';
import { parseText } from './case-files.ts';

const root = new URL('../../', import.meta.url);
const samples = [
  ...readdirSync(new URL('conf/', root))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `conf/${name}`),
  'test/config/fixtures/seed-web.conf',
].map((path) => readFileSync(new URL(path, root), 'utf8'));

/** What people, editors and copy-and-paste do to a file. */
const FRAGMENTS = ['{', '}', '"', "'", '#', '\\', '\n', ' ', '\0', '$', '@', '~', '\r', '\u3000', '\ufeff', '-1', '99999999999', '$A=', '${', 'include /etc/vipd.conf', 'virtual_server', 'real_server', 'virtual_ipaddress {', 'vrrp_instance X {', 'fwmark', 'group', '::', '/', '%', '__proto__', 'constructor']; // biome-ignore format: one line reads better

const edit = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), text: fc.constantFrom(...FRAGMENTS) }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 200 }) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(text: string, change: Edit): string {
  const at = change.at % (text.length + 1);
  if (change.kind === 'insert') return text.slice(0, at) + change.text + text.slice(at);
  const end = at + change.length;
  return change.kind === 'delete' ? text.slice(0, at) + text.slice(end) : text.slice(0, end) + text.slice(at);
}

const validate = compileValidator();

function expectSound(text: string): void {
  const loaded = parseText(text);
  expect(schemaViolations(loaded.config, validate)).toEqual([]);
  for (const { at } of loaded.diagnostics) {
    if (at === null) continue;
    expect(at.start).toBeGreaterThanOrEqual(0);
    expect(at.end).toBeLessThanOrEqual(at.file.text.length);
    expect(at.start).toBeLessThanOrEqual(at.end);
  }
  expect(renderDiagnostics(loaded.diagnostics).length).toBeGreaterThanOrEqual(0);
  expect(diagnosticsToJson(loaded.diagnostics).length).toBe(loaded.diagnostics.length);
}

describe('a damaged configuration', () => {
  test('still gives a model that fits its schema, and places inside the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(edit, { minLength: 1, maxLength: 8 }),
        (sample, edits) => expectSound(edits.reduce(apply, sample)),
      ),
      { numRuns: 300 },
    );
  });

  test('may be any characters at all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), expectSound), { numRuns: 300 });
  });

  test('may be any sequence of keywords, braces and numbers', () => {
    const words = [...new Set(samples.join(' ').split(/\s+/)), ...FRAGMENTS, '\n'];
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 120 }).map((list) => list.join(' '));
    fc.assert(fc.property(soup, expectSound), { numRuns: 300 });
  });

  test('of a hundred thousand open braces ends', () => {
    expectSound('vrrp_instance A {\n'.repeat(100_000));
    expectSound('{'.repeat(100_000));
    expectSound('virtual_server 10.0.0.1 80 { real_server 10.0.0.8 80 { HTTP_GET { url {\n'.repeat(5_000));
  });
});
