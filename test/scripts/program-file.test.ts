/** Which file a name means and who could change it (behaviour.md section 10.2), on real files. Needs root for chown. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { err, ok } from '../../src/base/result.ts';
import { findProgram, unsafePart } from '../../src/scripts/program-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-program-');
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, mode);
  return path;
}

test('an absolute path means itself, when it is an executable file', () => {
  const path = program('check');
  expect(findProgram(path)).toEqual(ok(path));
  const dull = program('dull', 0o644);
  expect(findProgram(dull)).toEqual(err({ code: 'EACCES', detail: `${dull} is not executable` }));
  expect(findProgram(folder)).toEqual(err({ code: 'EACCES', detail: `${folder} is not a file` }));
  const gone = join(folder, 'gone');
  expect(findProgram(gone)).toEqual(err({ code: 'ENOENT', detail: `${gone} does not exist` }));
});

test('a bare name is searched in PATH; relative folders and relative paths mean nothing to a daemon', () => {
  const path = program('check');
  expect(findProgram('check', `.:/nonexistent:${folder}`)).toEqual(ok(path));
  expect(findProgram('chuck', folder)).toEqual(err({ code: 'ENOENT', detail: "no program 'chuck' in PATH" }));
  expect(findProgram('bin/check', folder)).toMatchObject({ ok: false, error: { code: 'ENOENT' } });
});

test("a program of root's in root's folders is safe, the sticky /tmp on the way included", () => {
  expect(unsafePart(program('check'))).toBeNull();
});

test('a program that another user owns, or a group or everybody may write to, is named', () => {
  const owned = program('owned');
  chownSync(owned, 65534, 0);
  expect(unsafePart(owned)).toBe(`${owned} belongs to user 65534`);
  const open = program('open', 0o757);
  expect(unsafePart(open)).toBe(`${open} is writable by everybody`);
  const shared = program('shared', 0o775);
  expect(unsafePart(shared)).toBeNull(); // root's own group
  chownSync(shared, 0, 100);
  expect(unsafePart(shared)).toBe(`${shared} is writable by group 100`);
});

test('each folder of the path counts', () => {
  const path = program('check');
  chmodSync(folder, 0o777);
  expect(unsafePart(path)).toBe(`${folder} is writable by everybody`);
  chmodSync(folder, 0o755);
  chownSync(folder, 1000, 0);
  expect(unsafePart(path)).toBe(`${folder} belongs to user 1000`);
});

test('a symlink is followed, and what it leads through counts too (keepalived refuses it, Q10)', () => {
  const target = program('check');
  const safe = join(folder, 'link');
  symlinkSync('check', safe);
  expect(unsafePart(safe)).toBeNull();
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  symlinkSync(target, join(open, 'inner'));
  const through = join(folder, 'through');
  symlinkSync(open, through);
  expect(unsafePart(join(through, 'inner'))).toBe(`${open} is writable by everybody`);
});

test('symlinks in a circle end', () => {
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  symlinkSync(a, b);
  symlinkSync(b, a);
  expect(unsafePart(a)).toBe(`${a} has too many symlinks`);
});
