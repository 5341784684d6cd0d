/** Files watched for real: made, changed, replaced, removed, in folders that come later. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { createClock } from '../../../src/net/adapters/clock.ts';
import { createTrackedFiles } from '../../../src/track/shell/tracked-files.ts';

const files = createTrackedFiles(createClock());
let folder: string;
let end = (): void => {};
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-tracked-');
});
afterEach(() => {
  end();
  rmSync(folder, { recursive: true, force: true });
});

interface Watched {
  readonly contents: readonly (string | null)[];
  /** resolves when this content is told */
  told(content: string | null): Promise<void>;
}

function watch(path: string): Watched {
  const contents: (string | null)[] = [];
  const listeners = new Set<() => void>();
  end = files.watch(path, (content) => {
    contents.push(content);
    for (const listener of [...listeners]) listener();
  });
  return {
    contents,
    told: (content) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (contents.at(-1) !== content) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

test('what a file holds is told at once, and after each change', async () => {
  const path = join(folder, 'f');
  writeFileSync(path, '5\n');
  const watched = watch(path);
  expect(watched.contents).toEqual(['5\n']);
  writeFileSync(path, '6\n');
  await watched.told('6\n');
  rmSync(path);
  await watched.told(null);
  writeFileSync(path, '7\n');
  await watched.told('7\n');
});

test('a file that is emptied and written again was never empty, and one that stays empty is', async () => {
  const path = join(folder, 'f');
  writeFileSync(path, '5\n');
  const watched = watch(path);
  for (let i = 0; i < 20; i++) {
    writeFileSync(path, '');
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(path, `${i}\n`);
    await watched.told(`${i}\n`);
  }
  expect(watched.contents).not.toContain('');
  writeFileSync(path, '');
  await watched.told('');
});

test('a file that is replaced by a rename is followed', async () => {
  const path = join(folder, 'f');
  const watched = watch(path);
  expect(watched.contents).toEqual([null]);
  writeFileSync(join(folder, 'new'), '-3');
  renameSync(join(folder, 'new'), path);
  await watched.told('-3');
});

test('a folder that comes later is found', async () => {
  const watched = watch(join(folder, 'later', 'f'));
  mkdirSync(join(folder, 'later'));
  writeFileSync(join(folder, 'later', 'f'), '1');
  await watched.told('1');
  writeFileSync(join(folder, 'later', 'f'), '2');
  await watched.told('2');
});

test('no more than the first 127 bytes are read', () => {
  const path = join(folder, 'f');
  writeFileSync(path, '9'.repeat(1000));
  expect(watch(path).contents).toEqual(['9'.repeat(127)]);
});

test('what is no file holds nothing', () => {
  expect(watch(folder).contents).toEqual([null]);
});

test('init_file makes the file, leaves one that is there, and overwrites it when told', () => {
  const path = join(folder, 'f');
  expect(files.write(path, 3, { overwrite: false })).toEqual(ok(undefined));
  expect(readFileSync(path, 'utf8')).toBe('3\n');
  expect(files.write(path, 4, { overwrite: false })).toEqual(ok(undefined));
  expect(readFileSync(path, 'utf8')).toBe('3\n');
  expect(files.write(path, 4, { overwrite: true })).toEqual(ok(undefined));
  expect(readFileSync(path, 'utf8')).toBe('4\n');
});

test('a file that cannot be made is an error, and a symlink is not followed into making one', () => {
  expect(files.write(join(folder, 'no', 'f'), 1, { overwrite: false })).toMatchObject({
    ok: false,
    error: { code: 'ENOENT' },
  });
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
  files.write(join(folder, 'link'), 1, { overwrite: false });
  expect(() => readFileSync(join(folder, 'elsewhere'))).toThrow('ENOENT');
});
