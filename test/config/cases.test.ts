/** Configuration in, model out. An expectation is a list of lines `path json`: only the parts that the case is about. */
import { describe, expect, test } from 'vitest';
import { compileValidator } from '../../src/config/load/compile-validator.ts';
import { schemaViolations } from '../../src/config/load/validate.ts';
import { caseFiles, parseText } from './case-files.ts';

describe('a configuration becomes the model that keepalived would run', () => {
  const validate = compileValidator();
  test.each(caseFiles('cases'))('$name', ({ config, expected, update }) => {
    const loaded = parseText(config);
    expect(loaded.refused).toBe(false);
    const paths = expected.split('\n').filter((line) => line !== '');
    const actual = paths.map((line) => {
      const path = line.split(' ')[0] ?? '';
      return `${path} ${JSON.stringify(valueAt(loaded.config, path))}\n`;
    });
    expect(paths.length).toBeGreaterThan(0);
    expect(actual.join('')).toBe(update(actual.join('')));
    expect(schemaViolations(loaded.config, validate)).toEqual([]);
  });
});

/** `virtualServers.0.quorum` in a model; an unknown step is a mistake of the case. */
function valueAt(model: unknown, path: string): unknown {
  let value = model;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !(step in value))
      throw new Error(`no ${path} in the model`);
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
