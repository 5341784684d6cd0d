/** Many of the expectations were checked with grep -P, which is PCRE2. */
import { describe, expect, test } from 'vitest';
import { translatePcre } from '../../../src/config/lower/pcre.ts';

/** What of `text` matches first; null = nothing. */
function match(pattern: string, text: string, options: readonly string[] = []): string | null {
  const translated = translatePcre(pattern, options);
  if (!translated.ok) throw new Error(translated.error);
  return new RegExp(translated.value.source, translated.value.flags).exec(text)?.[0] ?? null;
}

describe('PCRE2 as keepalived takes it', () => {
  test.each([
    ['ab+c', 'xabbc', 'abbc'],
    ['a.c', 'a\rc', 'a\rc'],
    ['a.c', 'a\nc', null],
    ['^b', 'a\nb', null],
    ['a$', 'a\n', 'a'],
    ['a$', 'a\n\n', null],
    ['\\Aa\\z', 'a', 'a'],
    ['a\\z', 'a\n', null],
    ['a\\Z', 'a\n', 'a'],
    ['[[:digit:]]+', 'ab123', '123'],
    ['[^[:space:]]+', ' ab ', 'ab'],
    ['[]a]+', 'x]a]', ']a]'],
    ['[^]a]+', ']xy', 'xy'],
    ['[a\\]b]+', 'a]b', 'a]b'],
    ['[[a]+', '[a', '[a'],
    ['\\Q1.5$\\E!', 'x1.5$!', '1.5$!'],
    ['\\x41\\x{42}', 'AB', 'AB'],
    ['a{2}', 'aaa', 'aa'],
    ['a{,2}', 'a{,2}', 'a{,2}'],
    ['{"status":"ok"}', '{"status":"ok"}', '{"status":"ok"}'],
    ['(?P<x>a|b)(?P=x)', 'abba', 'bb'],
    ['(?#note)a', 'a', 'a'],
    ['a\\Rb', 'a\r\nb', 'a\r\nb'],
    ['\\"\\/\\-', '"/-', '"/-'],
    ['\\bword\\b', 'a word.', 'word'],
    ['(?i)HTML', '<html>', 'html'],
    ['(?<=a)b', 'ab', 'b'],
  ])('%j on %j finds %j', (pattern, text, expected) => {
    expect(match(pattern, text)).toBe(expected);
  });
});

describe('an option', () => {
  test.each([
    ['caseless', 'ABC', 'xabc', 'abc'],
    ['multiline', '^b$', 'a\nb\nc', 'b'],
    ['dotall', 'a.c', 'a\nc', 'a\nc'],
    ['extended', 'a b # comment\n c', 'abc', 'abc'],
    ['ungreedy', 'a.*b', 'aXbYb', 'aXb'],
    ['ungreedy', 'a.*?b', 'aXbYb', 'aXbYb'],
    ['dollar_endonly', 'a$', 'a\n', null],
    ['firstline', 'b', 'a\nb', null],
    ['firstline', 'b', 'ab\nb', 'b'],
    ['utf', '^.$', '\u{1f600}', '\u{1f600}'],
    ['no_start_optimize', 'a', 'a', 'a'],
  ])('%s is taken as it is meant', (option, pattern, text, expected) => {
    expect(match(pattern, text, [option])).toBe(expected);
  });
});

test.each([
  'a++',
  '(?>a)',
  '(?R)',
  'a\\Kb',
  '(?(1)a)',
  '(*FAIL)',
  '(a',
  '[a',
  'a\\',
  '(?i:a)',
  '\\p{L}',
  '*',
])('%s is refused rather than taken for something else', (pattern) => {
  expect(translatePcre(pattern, []).ok).toBe(false);
});
