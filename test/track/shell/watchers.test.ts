/** What is watched and run, and with which answer to whom: on ports that a test moves by hand. */
import { beforeEach, describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import { instant, micros, seconds } from '../../../src/base/units.ts';
import type { ScriptSettings } from '../../../src/config/model/global.ts';
import type { TrackFile, TrackProcess } from '../../../src/config/model/vrrp.ts';
import type { ProgramOrder, ProgramResult } from '../../../src/ports/programs.ts';
import type { TrackerConfigs, TrackerEvent } from '../../../src/track/core/trackers.ts';
import { createWatchers, initialiseFiles, type TrackPorts } from '../../../src/track/shell/watchers.ts';

const file = (name: string, path: string): TrackFile => ({
  name,
  path,
  weight: 1,
  reverse: false,
  initial: null,
});
const web: TrackProcess = {
  name: 'web',
  command: ['nginx'],
  fullCommand: false,
  parameters: null,
  weight: 0,
  reverse: false,
  quorum: 1,
  quorumMax: null,
  terminateDelay: micros(0),
  forkDelay: micros(0),
};
const configs = (changes: Partial<TrackerConfigs> = {}): TrackerConfigs => ({
  scripts: [],
  files: [],
  processes: [],
  ...changes,
});

let done: string[];
let told: TrackerEvent[];
let settings: ScriptSettings;
let finish: ((result: ProgramResult) => void)[];
let orders: ProgramOrder[];
let countable: boolean;

beforeEach(() => {
  [done, told, finish, orders] = [[], [], [], []];
  settings = { user: { user: 'nobody', group: null }, security: true, supplementaryGroups: false };
  countable = true;
});

const ports: TrackPorts = {
  programs: {
    run(order, completed) {
      orders.push(order);
      finish.push(completed);
      return { end: () => void done.push(`end ${order.argv[0]}`) };
    },
    endAll: () => {},
  },
  files: {
    watch(path, changed) {
      done.push(`watch ${path}`);
      changed(`content of ${path}`);
      return () => void done.push(`leave ${path}`);
    },
    write: (path, value, { overwrite }) => {
      done.push(`write ${value} to ${path}${overwrite ? ', overwriting' : ''}`);
      return err({ code: 'EROFS', attempted: `write ${path}`, detail: 'Read-only file system' });
    },
  },
  processes: {
    watch(wanted, changed) {
      done.push(`count ${wanted.map(({ name }) => name).join(' ')}`);
      const gone = err({ code: 'EACCES', attempted: 'list /proc', detail: 'Permission denied' });
      for (let i = 0; i < 2; i++) changed(countable ? ok(new Map([['web', 3]])) : gone);
      return () => void done.push('count no more');
    },
  },
  log: ({ text }) => void done.push(text),
};
const start = () =>
  createWatchers(
    ports,
    () => settings,
    (event) => void told.push(event),
  );

test('a reload watches what is new, leaves what is gone, and does not look again at what stays', () => {
  const watchers = start();
  watchers.watch(configs({ files: [file('a', '/run/a'), file('b', '/run/b')], processes: [web] }));
  expect(told).toEqual([
    { kind: 'file_read', tracker: 'file a', content: 'content of /run/a' },
    { kind: 'file_read', tracker: 'file b', content: 'content of /run/b' },
    { kind: 'processes_counted', tracker: 'process web', count: 3 },
    { kind: 'processes_counted', tracker: 'process web', count: 3 },
  ]);
  done.length = 0;
  watchers.watch(configs({ files: [file('a', '/run/a'), file('b', '/run/c')], processes: [web] }));
  expect(done).toEqual(['leave /run/b', 'watch /run/c']);
  done.length = 0;
  watchers.close();
  expect(done).toEqual(['leave /run/a', 'leave /run/c', 'count no more']);
});

test('processes that cannot be counted are told once, and nobody counts as none', () => {
  countable = false;
  start().watch(configs({ processes: [web] }));
  expect(done).toEqual(['count web', 'processes cannot be counted: list /proc: EACCES (Permission denied)']);
  expect(told).toEqual([]);
});

describe('a script', () => {
  const run = {
    kind: 'run_program',
    tracker: 'script chk',
    startedAt: instant(7),
    command: { argv: ['/bin/chk', 'x'], user: null },
    timeout: seconds(2),
  } as const;

  test('runs as the settings of that moment say, also at the very first run', () => {
    const watchers = start();
    watchers.carryOut(run);
    settings = { user: null, security: false, supplementaryGroups: false };
    watchers.carryOut({ ...run, startedAt: instant(8) });
    expect(orders.map((order) => order.settings)).toEqual([
      { user: { user: 'nobody', group: null }, security: true, supplementaryGroups: false },
      { user: null, security: false, supplementaryGroups: false },
    ]);
    expect(orders[0]).toMatchObject({ argv: ['/bin/chk', 'x'], user: null, timeout: seconds(2) });
  });

  test('answers with the order that it was', () => {
    start().carryOut(run);
    finish[0]?.({ kind: 'exited', status: 1 });
    const result = { kind: 'exited', status: 1 };
    expect(told).toEqual([
      { kind: 'program_finished', tracker: 'script chk', startedAt: instant(7), result },
    ]);
  });

  test('is ended when its result is of no use, or all ends; not when it has ended by itself', () => {
    const watchers = start();
    watchers.carryOut(run);
    watchers.carryOut({ kind: 'end_program', tracker: 'script chk', startedAt: instant(6) });
    expect(done).toEqual([]);
    watchers.carryOut({ kind: 'end_program', tracker: 'script chk', startedAt: instant(7) });
    expect(done).toEqual(['end /bin/chk']);
    finish[0]?.({ kind: 'killed', signal: 'SIGTERM' });
    watchers.close();
    expect(done).toEqual(['end /bin/chk']);
  });
});

test('init_file that cannot be written is an error that names the tracker', () => {
  const initial = { value: 5, overwrite: true };
  initialiseFiles(configs({ files: [file('a', '/run/a'), { ...file('b', '/ro/b'), initial }] }), ports);
  expect(done).toEqual([
    'write 5 to /ro/b, overwriting',
    'track_file b cannot be initialised: write /ro/b: EROFS (Read-only file system)',
  ]);
});
