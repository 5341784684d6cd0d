import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { descriptorSink, isJournalStream } from '../../src/observe/log-sink.ts';

const LINE = `${'x'.repeat(99)}\n`;
/** 100 bytes each: many times what a pipe (64 kB) or a socket buffer takes */
const LINES = 20_000;
const PATIENCE = { timeout: 10_000, interval: 5 } as const;
/** A writer that blocks is ended, and its test fails. */
const BOUNDED = { timeout: 4_000, killSignal: 'SIGKILL' } as const;

let folder = '';
let program = '';

/** A program that writes LINES lines and then says on its standard output how many were taken. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-sink-'));
  program = join(folder, 'writer.mjs');
  const source = `
    import { stderrSink } from './src/observe/log-sink.ts';
    const sink = stderrSink();
    let taken = 0;
    for (let i = 0; i < ${LINES}; i++) if (sink.write(${JSON.stringify(LINE)})) taken += 1;
    process.stdout.write(String(taken));`;
  await build({
    stdin: { contents: source, resolveDir: process.cwd() },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function readWhatIsThere(fd: number): string {
  const octets = Buffer.alloc(1 << 20);
  try {
    return octets.toString('utf8', 0, readSync(fd, octets));
  } catch {
    return ''; // EAGAIN: nothing now
  }
}

async function takenBy(child: ChildProcess): Promise<number> {
  let answer = '';
  child.stdout?.on('data', (chunk) => {
    answer += chunk;
  });
  await once(child, 'exit');
  return Number(answer);
}

describe('standard error as a sink', () => {
  test('a file takes every line, between those of its other writers', async () => {
    const path = join(folder, 'stderr');
    const fd = openSync(path, 'w');
    writeSync(fd, 'before\n');
    const child = spawn(process.execPath, [program], { ...BOUNDED, stdio: ['ignore', 'pipe', fd] });
    const taken = await takenBy(child);
    writeSync(fd, 'after\n');
    closeSync(fd);
    expect(taken).toBe(LINES);
    expect(readFileSync(path, 'utf8')).toBe(`before\n${LINE.repeat(LINES)}after\n`);
  });

  test('a reader that falls behind gets every line in the end, whole and in order', async () => {
    const path = join(folder, 'late');
    execFileSync('mkfifo', [path]);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const lines = Array.from({ length: 5_000 }, (_, i) => `${i} ${LINE}`);
    const sink = descriptorSink(fd);
    expect(lines.every((line) => sink.write(line))).toBe(true);
    let read = '';
    await vi.waitFor(() => {
      read += readWhatIsThere(fd);
      expect(read).toBe(lines.join(''));
    }, PATIENCE);
    expect(sink.write('after\n')).toBe(true);
    expect(readWhatIsThere(fd)).toBe('after\n');
    closeSync(fd);
  });

  test('a pipe that nobody reads loses lines and does not hold up the writer', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    // both ends in one descriptor, so that the pipe has a reader who never reads
    const fd = openSync(path, constants.O_RDWR);
    const taken = await takenBy(
      spawn(process.execPath, [program], { ...BOUNDED, stdio: ['ignore', 'pipe', fd] }),
    );
    closeSync(fd);
    expect(taken).toBeGreaterThan(100);
    expect(taken).toBeLessThan(LINES);
  });

  test('a socket that nobody reads, as journald may be, does the same', async () => {
    const child = spawn(process.execPath, [program], { ...BOUNDED, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr?.pause();
    const taken = await takenBy(child);
    expect(taken).toBeGreaterThan(100);
    expect(taken).toBeLessThan(LINES);
  });

  test('a closed reader is no reason to throw', async () => {
    const child = spawn(process.execPath, [program], { ...BOUNDED, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr?.destroy();
    expect(await takenBy(child)).toBeLessThan(LINES);
  });

  test('a descriptor that is not open gives lost lines', () => {
    expect(descriptorSink(9_999).write('x\n')).toBe(false);
  });
});

describe('journald', () => {
  test('owns standard error when JOURNAL_STREAM names its device and inode, not by the mere variable', () => {
    const { dev, ino } = fstatSync(2, { bigint: true });
    expect(isJournalStream(`${dev}:${ino}`)).toBe(true);
    expect(isJournalStream(`${dev}:${ino}0`)).toBe(false);
    expect(isJournalStream(undefined)).toBe(false);
  });
});
