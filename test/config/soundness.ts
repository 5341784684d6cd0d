/** What must hold for any text at all, and ways of making such texts: damage to samples, and files that the grammar
 *  itself makes, with values that may or may not fit. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the words of the configuration language
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { diagnosticsToJson, renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { compileValidator } from '../../src/config/load/compile-validator.ts';
import { schemaViolations } from '../../src/config/load/validate.ts';
import { formatConfig } from '../../src/config/printing/format.ts';
import { allKeywords, type KeywordEntry } from '../../src/config/schema/keyword-list.ts';
import { parseText } from './case-files.ts';

const root = new URL('../../', import.meta.url);

export const samples: readonly string[] = [
  ...readdirSync(new URL('conf/', root))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `conf/${name}`),
  'test/config/fixtures/seed-web.conf',
].map((path) => readFileSync(new URL(path, root), 'utf8'));

/** What people, editors and copy-and-paste do to a file. */
export const FRAGMENTS = [
  '{', '}', '"', "'", '#', '!', '\\', '\n', ' ', '\0', '$', '@', '~', '\r', '\t', '\u3000', '\ufeff', '-1', '99999999999',
  '$A=', '$A', '${', '${A}', '$A={', '$B=#', '$B', '@director ', '@^director ', '~SEQ(I, 3) ', '~LST({A, B}, {1, 2}) ',
  '${_RANDOM 1 5}', 'include /etc/vipd.conf', 'include_check', 'virtual_server', 'real_server', 'virtual_ipaddress {',
  'vrrp_instance X {', 'fwmark', 'group', '::', '/', '%', '__proto__', 'constructor', ' \\\n',
]; // biome-ignore format: a list of words

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

const edits = fc.array(edit, { minLength: 1, maxLength: 8 });

export const damagedSample: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...samples), edits)
  .map(([sample, changes]) => changes.reduce(apply, sample));

const keywords = allKeywords().filter(({ shape }) => shape !== 'retired');
const byBlock = new Map<string, KeywordEntry[]>();
for (const entry of keywords) byBlock.set(entry.block, [...(byBlock.get(entry.block) ?? []), entry]);

/** Words that fit somewhere, and words that fit nowhere. */
const VALUES = [
  '', '0', '1', '51', '255', '256', '-5', '4294967296', '1.5', '0.0000001', 'on', 'off', 'eth0', 'lo', '10.0.0.1',
  '10.0.0.1/24 dev eth1 label eth1:1', '10.0.0.300', '2001:db8::1', 'fe80::1/64', 'MASTER', 'BACKUP', 'PASS', 'TCP', 'DR',
  'TUN type gue port 6080', 'rr', 'A weight 5', '"a b"', '"', '/path', '200-299', 'x'.repeat(40), '$A', '${_PWD}',
]; // biome-ignore format: a list of words

/** A file with blocks and keywords where they belong, and values of all kinds. */
export const grammarMade: fc.Arbitrary<string> = fc
  .array(statement('', 0), { minLength: 1, maxLength: 6 })
  .map((lines) => `$A=10.0.0.9\n${lines.join('')}`);

function statement(block: string, depth: number): fc.Arbitrary<string> {
  const here = byBlock.get(block) ?? [];
  return fc.constantFrom(...here).chain((entry) => {
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constant(entry.example) },
      { weight: 2, arbitrary: fc.constantFrom(...VALUES) },
    );
    const inner = (byBlock.get(entry.path) ?? []).length > 0 && depth < 5;
    if (entry.shape === 'line') return value.map((words) => `${entry.keyword} ${words}\n`);
    if (entry.shape === 'list' || !inner) {
      const lines = fc.array(fc.oneof(fc.constant(entry.example), fc.constantFrom(...VALUES)), {
        maxLength: 4,
      });
      return lines.map((list) => `${entry.keyword} {\n${list.join('\n')}\n}\n`);
    }
    const body = fc.array(statement(entry.path, depth + 1), { maxLength: 8 });
    return fc.tuple(value, body).map(([head, lines]) => `${entry.keyword} ${head} {\n${lines.join('')}}\n`);
  });
}

const validate = compileValidator();

/** The model fits its schema, and every diagnostic lies inside the text and can be shown. */
export function expectSound(text: string): void {
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

/** Model and diagnostics of a text, without their places. */
function meaningOf(text: string) {
  const { config, diagnostics } = parseText(text);
  const ids = diagnostics.map(({ id }) => id).filter((id) => id !== 'byte_order_mark');
  return { config, ids: ids.toSorted() };
}

/** parse(print(x)) = parse(x), and print(print(x)) = print(x). */
export function expectFormatKeepsMeaning(text: string): void {
  const formatted = formatConfig(text);
  expect(meaningOf(formatted)).toEqual(meaningOf(text));
  expect(formatConfig(formatted)).toBe(formatted);
}
