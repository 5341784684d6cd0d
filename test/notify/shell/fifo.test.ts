/** Real FIFOs in a folder of their own. Needs mkfifo(1). */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { type Fifo, LINES_WAITING_MAX, openFifo } from '../../../src/notify/shell/fifo.ts';
import { createFakeClock, createFakeLog } from '../../checks/fakes.ts';

let folder: string;
let fifos: Fifo[];
const clock = createFakeClock();
const log = createFakeLog();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-fifo-'));
  fifos = [];
  log.lines.length = 0;
});
afterEach(() => {
  for (const fifo of fifos) fifo.close();
  rmSync(folder, { recursive: true });
});

function open(path: string, user: string | null = null): Fifo {
  const fifo = openFifo({ path, user: user === null ? null : { user, group: null } }, clock, log.log);
  fifos.push(fifo);
  return fifo;
}

/** Whatever lies in the FIFO now. */
function read(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(1 << 20);
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}

describe('a FIFO', () => {
  test('that is absent is made 0644, holds lines while nobody reads, and goes at the end', () => {
    const path = join(folder, 'fifo');
    const fifo = open(path);
    expect([lstatSync(path).isFIFO(), lstatSync(path).mode & 0o777]).toEqual([true, 0o644]);
    fifo.write('INSTANCE "VI_1" MASTER 100\n');
    fifo.write('VS [10.0.0.1]:tcp:80 UP\n\0');
    expect(read(path)).toBe('INSTANCE "VI_1" MASTER 100\nVS [10.0.0.1]:tcp:80 UP\n\0');
    expect(fifo.status()).toEqual({ path, problem: null, written: 2, waiting: 0, dropped: 0 });
    fifo.close();
    expect(existsSync(path)).toBe(false);
  });

  test('that is there already is used and stays', () => {
    const path = join(folder, 'fifo');
    spawnSync('mkfifo', [path]);
    open(path).close();
    expect(existsSync(path)).toBe(true);
  });

  test('belongs to the user that the file names', () => {
    const path = join(folder, 'fifo');
    open(path, 'nobody');
    expect(lstatSync(path).uid).toBe(65_534);
  });
});

describe('a path that cannot be trusted is refused, told once, and takes lines in vain', () => {
  const refused = (path: string, user: string | null = null): string | null => {
    const fifo = open(path, user);
    fifo.write('line\n');
    expect(fifo.status().dropped).toBe(1);
    expect(log.lines).toHaveLength(1);
    return fifo.status().problem;
  };

  test('a plain file, a symlink, a FIFO of somebody else', () => {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('file'), 'precious');
    expect(refused(path('file'))).toBe('it exists and is not a FIFO');
    log.lines.length = 0;
    spawnSync('mkfifo', [path('real')]);
    symlinkSync(path('real'), path('link'));
    expect(refused(path('link'))).toBe('it exists and is not a FIFO');
    log.lines.length = 0;
    chownSync(path('real'), 1234, 1234);
    expect(refused(path('real'))).toBe('it belongs to user 1234');
  });

  test('a folder that is missing, a user that is unknown', () => {
    expect(refused(join(folder, 'none', 'fifo'))).toContain('No such file or directory');
    log.lines.length = 0;
    expect(refused(join(folder, 'fifo'), 'nobody-at-all')).toContain("no user 'nobody-at-all'");
  });
});

test('behind a full pipe lines wait, the oldest give way, and the newest arrive in order', () => {
  const path = join(folder, 'fifo');
  const fifo = open(path);
  const line = (i: number): string => `${String(i).padEnd(999, '.')}\n`;
  const total = 64 + LINES_WAITING_MAX + 10;
  for (let i = 0; i < total; i++) fifo.write(line(i));
  const { written, waiting, dropped } = fifo.status();
  expect(waiting).toBe(LINES_WAITING_MAX);
  expect(written + waiting + dropped).toBe(total);
  expect(log.lines.filter((text) => text.includes('is full'))).toHaveLength(1);
  let text = '';
  while (fifo.status().waiting > 0) {
    text += read(path);
    clock.pass(seconds(1));
  }
  text += read(path);
  const numbers = text
    .split('\n')
    .map((one) => Number.parseInt(one, 10))
    .slice(0, -1);
  const lost = Array.from({ length: dropped }, (_, i) => written + i);
  expect(numbers).toEqual(Array.from({ length: total }, (_, i) => i).filter((i) => !lost.includes(i)));
  expect(log.lines.at(-1)).toContain('is read again');
});
