/** `config_save_dir`: what is kept of a configuration, and for whom. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogEntry } from '../../src/base/log.ts';
import { saveConfig } from '../../src/daemon/save-config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-save-'));
  writeFileSync(join(folder, 'b.conf'), 'router_id $NAME # of the first\n', { mode: 0o644 });
  writeFileSync(join(folder, 'a.conf'), '$NAME=lb1\nglobal_defs { include b.conf\n}\n', { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const save = async (directory: string, reading: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  const log = (event: LogEntry) => void ids.push(event.id);
  await saveConfig({ directory, file: join(folder, 'a.conf'), load: { host: null }, reading }, log);
  return ids;
};

test('each reading is kept as one file that only its owner may read', async () => {
  const directory = join(folder, 'kept', 'here');
  expect(await save(directory, 2)).toEqual(['config_saved']);
  const path = join(directory, `keepalived.conf.${process.pid}.2`);
  expect(readFileSync(path, 'utf8')).toBe('global_defs {\n    router_id lb1\n}\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a directory that cannot be made is told and stops nothing', async () => {
  expect(await save(join(folder, 'a.conf', 'x'), 1)).toEqual(['config_not_saved']);
});
