/** The causes that `npm run corpus` names are told to users, too. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CAUSES } from './causes.ts';

test('every cause of a different verdict is a row of docs/differences.md', () => {
  const page = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
  const subjects = page.split('\n').map((line) => line.split(' | ')[0]?.replace(/^\| /, ''));
  expect(CAUSES.map(({ subject }) => subject).filter((subject) => !subjects.includes(subject))).toEqual([]);
});

test('a file differs for one cause', () => {
  const files = CAUSES.flatMap((cause) => cause.files);
  expect(new Set(files).size).toBe(files.length);
});
