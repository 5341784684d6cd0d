/** Ownership on real files: what is remembered, for which kernel, and what happens when it cannot be. */
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OWNERSHIP_FILE_MAX, ownershipFile } from '../../../src/ipvs/shell/ownership-file.ts';

let folder: string;
let path: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-ownership-');
  path = join(folder, 'vipd.ipvs-services');
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (place = 'here') =>
  ownershipFile(
    path,
    (entry) => lines.push(entry.text),
    () => place,
  );
const KEYS = new Set(['tcp 192.0.2.1:80', 'fwmark 7 inet6']);

test('what was stored is there after a restart, readable for root alone', () => {
  open().store(KEYS);
  expect(open().load()).toEqual(KEYS);
  expect(readdirSync(folder)).toEqual(['vipd.ipvs-services']);
});

test('nothing is remembered before the first store, and nothing is left behind the last', () => {
  expect(open().load()).toEqual(new Set());
  open().store(KEYS);
  open().store(new Set());
  expect(readdirSync(folder)).toEqual([]);
});

test('after a reboot and in another network namespace the keys name services of others', () => {
  open('boot 1, net 1').store(KEYS);
  expect(open('boot 2, net 1').load()).toEqual(new Set());
  expect(open('boot 1, net 2').load()).toEqual(new Set());
});

test('the place is this boot and this network namespace', () => {
  ownershipFile(path, () => {}).store(KEYS);
  expect(readFileSync(path, 'utf8')).toMatch(
    /^# IPVS services made by vipd, boot [0-9a-f-]{36}, net:\[\d+\]\n/,
  );
  expect(ownershipFile(path, () => {}).load()).toEqual(KEYS);
});

test('a file of something else, and one that is too large, name nothing', () => {
  writeFileSync(path, 'tcp 192.0.2.1:80\n');
  expect(open().load()).toEqual(new Set());
  open().store(KEYS);
  truncateSync(path, OWNERSHIP_FILE_MAX + 1);
  expect(open().load()).toEqual(new Set());
});

test('a store that fails is told once, until one succeeds again', () => {
  const store = open();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  store.store(KEYS);
  store.store(KEYS);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('ENOTDIR');
  chmodSync(folder, 0o600);
});
