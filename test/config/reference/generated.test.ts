/** What is written from the keyword tables: docs/keywords.md and docs/vipd.conf.5 must say what the tables say. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keywordsMan } from '../../../src/config/reference/man.ts';
import { keywordsMarkdown } from '../../../src/config/reference/markdown.ts';

const DOCS = new URL('../../../docs/', import.meta.url);

// UPDATE=1 (scripts/reference.sh) writes them
test.each([
  ['keywords.md', keywordsMarkdown],
  ['vipd.conf.5', keywordsMan],
])('docs/%s is what scripts/reference.sh writes', (name, write) => {
  const path = new URL(name, DOCS);
  if (process.env['UPDATE'] === '1') writeFileSync(path, write());
  expect(readFileSync(path, 'utf8')).toBe(write());
});

if (existsSync('/usr/bin/groff')) {
  test('the man page renders without a warning', () => {
    const page = new URL('vipd.conf.5', DOCS).pathname;
    const rendered = execFileSync('/bin/sh', ['-c', 'groff -ww -man -Tascii "$0" 2>&1 >/dev/null', page]);
    expect(rendered.toString()).toBe('');
  });
}
