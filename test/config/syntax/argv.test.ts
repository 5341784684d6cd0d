import { describe, expect, test } from 'vitest';
import { splitQuoted } from '../../../src/config/syntax/argv.ts';

const split = (text: string, escapes = true) => {
  const result = splitQuoted(text, escapes);
  return result.ok ? result.value : result.error;
};

describe('splitting a command (grammar.md section 2)', () => {
  test.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['a"b c"d', ['ab cd']],
    ['"" x', ['', 'x']],
    ['\\x41\\x4g \\101 \\cA', ['A\x04g', 'A', '\x01']],
    ['\\n\\t\\E\\q', ['\n\t\x1bq']],
    ['a\\ b', ['a b']],
    ['', []],
  ])('%j becomes %j', (text, words) => {
    expect(split(text)).toEqual(words);
  });

  test('keeps escapes for a second pass when asked to', () => {
    expect(split('"a \\"b\\" c" d', false)).toEqual(['a \\"b\\" c', 'd']);
  });

  test('says what is missing', () => {
    expect(split('"a')).toBe('missing_quote');
    expect(split('a\\')).toBe('lone_backslash');
  });
});
