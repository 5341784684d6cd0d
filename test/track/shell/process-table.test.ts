/** Processes counted for real, and in a made-up /proc. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { err, ok, type Result } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { micros } from '../../../src/base/units.ts';
import type { TrackProcess } from '../../../src/config/model/vrrp.ts';
import { createClock } from '../../../src/net/adapters/clock.ts';
import type { ProcessCounts } from '../../../src/ports/process-table.ts';
import { watchProcessEvents } from '../../../src/track/shell/process-events.ts';
import { createProcessTable } from '../../../src/track/shell/process-table.ts';

let folder: string;
const children: ChildProcess[] = [];
let end = (): void => {};
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-processes-');
});
afterEach(() => {
  end();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const wanted = (command: TrackProcess['command'], fullCommand = false): TrackProcess => ({
  name: 'it',
  command,
  fullCommand,
  parameters: command.length > 1 ? 'exact' : null,
  weight: 0,
  reverse: false,
  quorum: 1,
  quorumMax: null,
  terminateDelay: micros(0),
  forkDelay: micros(0),
});

type Counts = Result<ProcessCounts, SystemError>;
const counted = (count: number): Counts => ok(new Map([['it', count]]));

const NO_EVENTS = err({ code: 'ECONNREFUSED', attempted: 'listen', detail: 'Connection refused' });

function watch(process: TrackProcess, root?: string, events: typeof watchProcessEvents = () => NO_EVENTS) {
  const told: Counts[] = [];
  let look = (): void => {};
  end = createProcessTable(createClock(), root, events).watch([process], (counts) => {
    told.push(counts);
    look();
  });
  const becomes = (count: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        const last = told.at(-1);
        if (last?.ok && last.value.get('it') === count) resolve();
      };
      look();
    });
  return { told, becomes };
}

test.each([
  ['that the kernel tells of', 'a', watchProcessEvents],
  ['that nobody tells of', 'b', () => NO_EVENTS],
] as const)('processes %s are noticed as they start and end, by name', async (_, letter, events) => {
  // no other process of this machine may have the name, not even one of the test before or of another run
  const name = `vt${letter}-${process.pid}`;
  const program = join(folder, name);
  copyFileSync('/bin/sleep', program);
  const { told, becomes } = watch(wanted([name]), '/proc', events);
  expect(told).toEqual([counted(0)]);
  const start = (): void => void children.push(spawn(program, ['60'], { stdio: 'ignore' }));
  start();
  start();
  await becomes(2);
  children[0]?.kill('SIGKILL');
  await becomes(1);
});

function fakeProcess(id: number, name: string, state: string, argv: readonly string[]): void {
  mkdirSync(join(folder, String(id)));
  writeFileSync(join(folder, String(id), 'stat'), `${id} (${name}) ${state} 1 1 1 0 -1`);
  writeFileSync(join(folder, String(id), 'cmdline'), argv.map((word) => `${word}\0`).join(''));
}

test('one look serves all events until then, and the watch on events ends with the watch on processes', async () => {
  let tell = (): void => {};
  let ended = 0;
  const { told, becomes } = watch(wanted(['web']), folder, (changed) => {
    tell = changed;
    return ok(() => {
      ended++;
    });
  });
  fakeProcess(10, 'web', 'S', []);
  for (let i = 0; i < 100; i++) tell();
  await becomes(1);
  expect(told).toEqual([counted(0), counted(1)]);
  end();
  expect(ended).toBe(1);
});

test('a name may hold blanks and brackets, and a zombie has ended', () => {
  fakeProcess(10, 'a) R (b', 'S', ['x']);
  fakeProcess(11, 'a) R (b', 'Z', []);
  fakeProcess(12, 'other', 'S', ['x']);
  writeFileSync(join(folder, 'uptime'), '1 1');
  expect(watch(wanted(['a) R (b']), folder).told).toEqual([counted(1)]);
});

test('full_command compares the words of the command line', () => {
  fakeProcess(10, 'python3', 'S', ['/usr/bin/python3', 'serve.py', 'a b']);
  fakeProcess(11, 'python3', 'S', ['/usr/bin/python3', 'serve.py', 'a', 'b']);
  expect(watch(wanted(['/usr/bin/python3', 'serve.py', 'a b'], true), folder).told).toEqual([counted(1)]);
});

test('without /proc there is an error, not a count of none', () => {
  expect(watch(wanted(['x']), join(folder, 'nowhere')).told).toMatchObject([
    { ok: false, error: { code: 'ENOENT' } },
  ]);
});
