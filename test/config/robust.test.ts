/** Whatever stands in a file, parsing ends, says so in diagnostics that lie inside the text, and never throws; and
 *  formatting never changes what it means. FUZZ_SEED=2 looks elsewhere, FUZZ_RUNS=100000 longer. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatConfig } from '../../src/config/printing/format.ts';
import { parseText } from './case-files.ts';
import {
  damagedSample,
  expectFormatKeepsMeaning,
  expectSound,
  FRAGMENTS,
  grammarMade,
  samples,
} from './soundness.ts';

const runs = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 200),
  seed: Number(process.env['FUZZ_SEED'] ?? 1),
};

describe('a damaged configuration', () => {
  test('still gives a model that fits its schema, and places inside the text', () => {
    fc.assert(fc.property(damagedSample, expectSound), runs);
  });

  test('means the same when it is formatted', () => {
    fc.assert(fc.property(damagedSample, expectFormatKeepsMeaning), runs);
  });

  test('may be any characters at all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), expectSound), runs);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), expectFormatKeepsMeaning), runs);
  });

  test('may be any sequence of keywords, braces and numbers', () => {
    const words = [...new Set(samples.join(' ').split(/\s+/)), ...FRAGMENTS, '\n'];
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 120 }).map((list) => list.join(' '));
    fc.assert(fc.property(soup, expectSound), runs);
    fc.assert(fc.property(soup, expectFormatKeepsMeaning), runs);
  });

  test('of a hundred thousand open braces ends', () => {
    expectSound('vrrp_instance A {\n'.repeat(100_000));
    expectSound('{'.repeat(100_000));
    expect(formatConfig('vrrp_instance A {\n'.repeat(100_000)).length).toBeLessThan(6_000_000);
    expectSound('virtual_server 10.0.0.1 80 { real_server 10.0.0.8 80 { HTTP_GET { url {\n'.repeat(5_000));
  });
});

describe('a configuration that the grammar made', () => {
  test('gives a model that fits its schema', () => {
    fc.assert(fc.property(grammarMade, expectSound), runs);
  });

  test('means the same when it is formatted', () => {
    fc.assert(fc.property(grammarMade, expectFormatKeepsMeaning), runs);
  });

  test('uses keywords where they belong', () => {
    fc.assert(
      fc.property(grammarMade, (text) => {
        fc.pre(!/ "( \{)?$/m.test(text)); // an open quote swallows the brace behind it
        const unknown = parseText(text).diagnostics.filter(({ id }) => id === 'unknown_keyword');
        expect(unknown).toEqual([]);
      }),
      runs,
    );
  });
});

// files of others that lie outside the repository: VIPD_CORPUS=DIRECTORY
const corpus = process.env['VIPD_CORPUS'];
if (corpus !== undefined && existsSync(corpus)) {
  const names = readdirSync(corpus).filter((name) => name.endsWith('.conf'));
  test.each(names)('%s of the corpus is sound and keeps its meaning', (name) => {
    const text = readFileSync(`${corpus}/${name}`, 'latin1');
    expectSound(text);
    expectFormatKeepsMeaning(text);
  });
}
