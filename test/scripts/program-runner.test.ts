/** The runner with real programs: how they end, what they see, and that nothing of them stays. Needs root. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Micros, millis, seconds } from '../../src/base/units.ts';
import { launcherPath } from '../../src/native/addon.ts';
import { createClock } from '../../src/net/adapters/clock.ts';
import type { ProgramOrder, ProgramResult, RunningProgram } from '../../src/ports/programs.ts';
import { createProgramRunner, PROGRAMS_RUNNING_MAX } from '../../src/scripts/program-runner.ts';

const runner = createProgramRunner(createClock());
const ROOT = { user: 'root', group: null };
const LONG = seconds(60);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-runner-');
  chmodSync(folder, 0o777);
});
afterEach(() => {
  runner.endAll();
  rmSync(folder, { recursive: true });
});

function script(body: string, head = '#!/bin/sh\n'): string {
  const path = join(folder, 'script');
  writeFileSync(path, `${head}${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const order = (argv: ProgramOrder['argv'], more: Partial<ProgramOrder> = {}): ProgramOrder => ({
  argv,
  user: ROOT,
  settings: { user: null, security: false, supplementaryGroups: false },
  timeout: LONG,
  ...more,
});

interface Started {
  readonly program: RunningProgram;
  readonly result: Promise<ProgramResult>;
}

function start(wanted: ProgramOrder): Started {
  const { promise, resolve } = withResolvers<ProgramResult>();
  return { program: runner.run(wanted, resolve), result: promise };
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const run = (argv: ProgramOrder['argv'], more: Partial<ProgramOrder> = {}) => start(order(argv, more)).result;

/** The text of `name` in the folder, once a program has put it there whole. */
async function written(name: string): Promise<string> {
  const path = join(folder, name);
  if (!existsSync(path)) {
    const { promise, resolve } = withResolvers<void>();
    const watcher = watch(folder, () => existsSync(path) && resolve());
    if (existsSync(path)) resolve();
    await promise;
    watcher.close();
  }
  return readFileSync(path, 'utf8').trim();
}

/** Alive and not a zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program that ends by itself', () => {
  test.each([0, 1, 2, 127, 255])('with status %i gives that status', async (status) => {
    expect(await run([script(`exit ${status}`)])).toEqual({ kind: 'exited', status });
  });

  test('by a signal gives the signal', async () => {
    expect(await run([script('kill -SEGV $$')])).toEqual({ kind: 'killed', signal: 'SIGSEGV' });
  });

  test('may leave another program behind', async () => {
    const path = script(`sleep 60 & echo $! > ${folder}/left.tmp; mv ${folder}/left.tmp ${folder}/left`);
    expect(await run([path])).toEqual({ kind: 'exited', status: 0 });
    const left = Number(await written('left'));
    expect(isAlive(left)).toBe(true);
    process.kill(left);
  });
});

describe('what a program sees', () => {
  test('its arguments as they are: no shell reads them', async () => {
    const path = script(`printf '%s\\n' "$@" > ${folder}/seen`);
    const args = ['$(touch /tmp/never)', '; exit 3', '`id`', '', "it's"];
    expect(await run([path, ...args])).toEqual({ kind: 'exited', status: 0 });
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe(`${args.join('\n')}\n`);
  });

  test('the environment without what changes how programs are linked, and with what the order adds', async () => {
    process.env['LD_LIBRARY_PATH'] = '/tmp';
    const path = script(`echo "[$LD_LIBRARY_PATH] $VIPD_TEST" > ${folder}/seen`);
    await run([path], { environment: { VIPD_TEST: 'added' } });
    delete process.env['LD_LIBRARY_PATH'];
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('[] added\n');
  });

  test('the identity of its user, and no group but that one', async () => {
    const path = script(`echo $(id -u) $(id -g) $(id -G) > ${folder}/seen`);
    await run([path], { user: { user: 'nobody', group: 'daemon' } });
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('65534 1 1\n');
  });

  test("script_user where the command names nobody, the command's own user before that", async () => {
    const path = script(`echo $(id -u) >> ${folder}/seen`);
    const settings = { user: { user: 'daemon', group: null }, security: false, supplementaryGroups: false };
    writeFileSync(join(folder, 'seen'), '');
    chmodSync(join(folder, 'seen'), 0o666);
    await run([path], { user: null, settings });
    await run([path], { user: { user: 'nobody', group: null }, settings });
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe('1\n65534\n');
  });
});

test('a script without an interpreter line is read by sh, its arguments untouched', async () => {
  const path = script(`[ "$1" = '; exit 3' ] && exit 42`, '');
  expect(await run([path, '; exit 3'])).toEqual({ kind: 'exited', status: 42 });
});

describe('a program that hangs', () => {
  test('is ended at its timeout, whatever status it then gives', async () => {
    const path = script('trap "exit 0" TERM; while :; do sleep 0.05; done');
    expect(await run([path], { timeout: millis(100) })).toEqual({ kind: 'timed_out' });
  });

  test('and ignores SIGTERM is killed after the grace', async () => {
    const path = script(`trap "" TERM; echo $$ > ${folder}/pid; while :; do sleep 0.05; done`);
    expect(await run([path], { timeout: millis(100) })).toEqual({ kind: 'timed_out' });
    expect(isAlive(Number(await written('pid')))).toBe(false);
  });

  test('takes along the children that it forked', async () => {
    const body = `trap "" TERM; (trap "" TERM; exec sleep 60) & echo $! > ${folder}/child; trap - TERM; wait`;
    expect(await run([script(body)], { timeout: millis(300) })).toEqual({ kind: 'timed_out' });
    await gone(Number(await written('child')));
  });

  test('can be ended by its owner, once', async () => {
    const { program, result } = start(order([script(`echo up > ${folder}/up; exec sleep 60`)]));
    await written('up');
    program.end();
    program.end();
    expect(await result).toEqual({ kind: 'killed', signal: 'SIGTERM' });
  });
});

test('a program dies with the process that started it, by SIGTERM', async () => {
  const body = `trap 'echo TERM > ${folder}/end.tmp; mv ${folder}/end.tmp ${folder}/end; exit' TERM
    echo up > ${folder}/up; while :; do sleep 0.05; done`;
  const starter = `'${launcherPath()}' $$ - - - ${script(body)} hang 3>/dev/null & wait`;
  const parent = spawn('/bin/sh', ['-c', starter], { stdio: 'ignore' });
  await written('up');
  parent.kill('SIGKILL');
  expect(await written('end')).toBe('TERM');
});

test('the launcher hands on no descriptor but the first three', () => {
  const list = [String(process.pid), '-', '-', '-', '/bin/ls', 'ls', '/proc/self/fd'];
  const launched = spawnSync(launcherPath(), list, { stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'pipe'] });
  // 3 is the folder that ls reads
  expect(String(launched.stdout).trim().split('\n')).toEqual(['0', '1', '2', '3']);
});

test('a launcher whose parent is gone already starts nothing', () => {
  const launched = spawnSync(launcherPath(), ['1', '-', '-', '-', '/bin/true', 'true'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  expect(launched.status).toBe(127);
  expect(String(launched.output[3])).toBe('3 find the parent alive');
});

/** SIGKILL was sent; the kernel takes a moment. Bounded by the test's own limit. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

describe('a program that cannot be started', () => {
  const reason = async (wanted: ProgramOrder): Promise<string> => {
    const result = await start(wanted).result;
    return result.kind === 'not_started' ? `${result.error.code} ${result.error.detail}` : result.kind;
  };

  test('because it vanished says so', async () => {
    expect(await reason(order([join(folder, 'gone')]))).toBe(`ENOENT ${folder}/gone does not exist`);
  });

  test('because its interpreter is missing says so', async () => {
    const path = script('', '#!/nonexistent/interpreter\n');
    expect(await reason(order([path]))).toBe('ENOENT No such file or directory');
  });

  test('because its user is unknown says so', async () => {
    const wanted = order([script('')], { user: { user: 'nobdy', group: null } });
    expect(await reason(wanted)).toBe("ENOENT no user 'nobdy' in /etc/passwd");
  });

  test('because its folder is closed to its user says so', async () => {
    chmodSync(folder, 0o700);
    const wanted = order([script('')], { user: { user: 'nobody', group: null } });
    expect(await reason(wanted)).toBe('EACCES Permission denied');
  });

  test('because others could change it, as root and with enable_script_security only', async () => {
    const path = script('exit 0');
    const secured: Partial<ProgramOrder> = {
      settings: { user: null, security: true, supplementaryGroups: false },
    };
    expect(await reason(order([path], secured))).toBe(
      `EPERM unsafe as root: ${folder} is writable by everybody`,
    );
    expect(await reason(order([path]))).toBe('exited');
    const nobody = { ...secured, user: { user: 'nobody', group: null } };
    expect(await reason(order([path], nobody))).toBe('exited');
  });

  test('because too many run already is told at once, and room is made as they end', async () => {
    const sleeping = Array.from({ length: PROGRAMS_RUNNING_MAX }, () => start(order(['/bin/sleep', '60'])));
    expect(await reason(order(['true']))).toMatch(/^EAGAIN \d+ programs are running already$/);
    for (const { program } of sleeping) program.end();
    await Promise.all(sleeping.map(({ result }) => result));
    expect(await reason(order(['true']))).toBe('exited');
  });
});

test('completion never comes from inside the call that runs it', async () => {
  const never: Micros | null = null;
  let inside = true;
  const { promise, resolve } = withResolvers<boolean>();
  runner.run(order([join(folder, 'gone')], { timeout: never }), () => resolve(inside));
  inside = false;
  expect(await promise).toBe(false);
});
