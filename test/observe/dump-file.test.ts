import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dumpPath, writeDump } from '../../src/observe/dump-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-dump-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const USUAL = { data: null, statistics: null, useInstance: false };
const errorOf = (result: ReturnType<typeof writeDump>) => (result.ok ? null : result.error.code);

describe('dump file', () => {
  test("has keepalived's name, under $TMPDIR or /tmp", () => {
    expect(dumpPath('vrrp', USUAL, '')).toBe('/tmp/keepalived.data');
    expect(dumpPath('statistics', USUAL, '', '/var/tmp')).toBe('/var/tmp/keepalived.stats');
  });

  test('goes where the configuration says: a path, a name beside the others, a directory', () => {
    const data = (given: string, dump: 'vrrp' | 'parent' | 'checkers') =>
      dumpPath(dump, { ...USUAL, data: given }, '');
    expect(data('/var/lib/state.txt', 'vrrp')).toBe('/var/lib/state.txt');
    expect(data('/var/lib/state.txt', 'parent')).toBe('/var/lib/state_parent.txt');
    expect(data('state', 'checkers')).toBe('/tmp/state_check');
    expect(data('/var/lib/', 'checkers')).toBe('/var/lib/keepalived_check.data');
    expect(dumpPath('statistics', { ...USUAL, statistics: '/var/lib/s' }, '_red')).toBe('/var/lib/s');
  });

  test('of one daemon among several carries its namespace and instance', () => {
    expect(dumpPath('vrrp', { ...USUAL, useInstance: true }, '_red_one')).toBe(
      '/tmp/keepalived.data.red_one',
    );
    expect(dumpPath('vrrp', { ...USUAL, useInstance: true }, '')).toBe('/tmp/keepalived.data');
  });

  test('is private and replaced whole, even where a readable one lay before', () => {
    const path = join(folder, 'keepalived.data');
    writeFileSync(path, 'something longer than what comes', { mode: 0o644 });
    expect(writeDump(path, 'new\n').ok).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is never written through a symbolic link', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'keepalived.data'));
    expect(errorOf(writeDump(join(folder, 'keepalived.data'), 'x'))).toBe('ELOOP');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('is never written through a hard link', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    linkSync(victim, join(folder, 'keepalived.data'));
    expect(errorOf(writeDump(join(folder, 'keepalived.data'), 'x'))).toBe('EPERM');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('that cannot be written is an error with its code, not an exception', () => {
    expect(errorOf(writeDump(join(folder, 'missing', 'keepalived.data'), 'x'))).toBe('ENOENT');
    expect(errorOf(writeDump(folder, 'x'))).toBe('EISDIR');
  });
});
