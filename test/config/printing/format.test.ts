/** `vipctl fmt`: one layout, the same meaning. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatConfig } from '../../../src/config/printing/format.ts';
import { caseFiles, parseText } from '../case-files.ts';

/** Model and diagnostics without their places. */
function meaning(text: string) {
  const { config, diagnostics } = parseText(text);
  const ids = diagnostics.map(({ id }) => id).filter((id) => id !== 'byte_order_mark');
  return { config, ids: ids.toSorted() };
}

const samples = new URL('../../../conf/', import.meta.url);
const texts: readonly (readonly [string, string])[] = [
  ...caseFiles('cases').map(({ name, config }) => [name, config] as const),
  ...caseFiles('diagnostics').map(({ name, config }) => [name, config] as const),
  ...readdirSync(samples)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => [name, readFileSync(new URL(name, samples), 'utf8')] as const),
];

describe('the formatted text', () => {
  test.each(texts)('of %s means the same and is formatted already', (_, text) => {
    const formatted = formatConfig(text);
    expect(meaning(formatted)).toEqual(meaning(text));
    expect(formatConfig(formatted)).toBe(formatted);
  });

  test.each(caseFiles('printing'))('$name', ({ config, update }) => {
    const formatted = formatConfig(config);
    expect(formatted).toBe(update(formatted));
  });
});
