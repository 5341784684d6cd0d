import { describe, expect, test } from 'vitest';
import { memoryFiles } from '../case-files.ts';

const files = memoryFiles({
  '/a/x1.conf': '',
  '/a/x2.conf': '',
  '/a/.x3.conf': '',
  '/a/b/y.conf': '',
  '/a/c/y.conf': '',
});
const paths = (pattern: string) => files.glob(pattern, '/a').paths;

describe('globs', () => {
  test.each([
    ['*.conf', ['/a/x1.conf', '/a/x2.conf']],
    ['.*.conf', ['/a/.x3.conf']],
    ['x[!1].conf', ['/a/x2.conf']],
    ['x?.conf', ['/a/x1.conf', '/a/x2.conf']],
    ['*/y.conf', ['/a/b/y.conf', '/a/c/y.conf']],
    ['../a/./{c,b}/y.conf', ['/a/c/y.conf', '/a/b/y.conf']],
    ['{x{1,2},nothing}.conf', ['/a/x1.conf', '/a/x2.conf']],
    ['x(1).conf', []],
    ['[', []],
  ])('%s', (pattern, expected) => {
    expect(paths(pattern)).toEqual(expected);
  });

  test('notice an alternative without a match', () => {
    expect(files.glob('{x1,nothing}.conf', '/a').braceUnmatched).toBe(true);
    expect(files.glob('{x1,x2}.conf', '/a').braceUnmatched).toBe(false);
  });

  test('of a thousand alternatives end', () => {
    expect(paths('{a,b}'.repeat(40)).length).toBe(0);
  });
});
