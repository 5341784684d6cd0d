/** MISC_CHECK with real programs. */
import { expect, test } from 'vitest';
import { millis, seconds } from '../../../src/base/units.ts';
import type { MiscChecker } from '../../../src/config/model/lvs.ts';
import { startTestProbe } from '../loopback.ts';
import { miscChecker } from '../model.ts';

const ROOT = { user: 'root', group: null };
const shell = (line: string, more: Partial<MiscChecker> = {}) =>
  startTestProbe(miscChecker({ command: { argv: ['/usr/bin/env', 'sh', '-c', line], user: ROOT }, ...more }))
    .result;

test('exit status 0 passes, another fails with its number', async () => {
  expect(await shell('exit 0')).toEqual({ kind: 'passed' });
  expect(await shell('exit 3')).toEqual({ kind: 'failed', failure: { kind: 'exit_status', status: 3 } });
});

test('with misc_dynamic the exit status names the weight', async () => {
  expect(await shell('exit 12', { dynamic: true })).toEqual({
    kind: 'passed',
    weight: { kind: 'set', to: 10 },
  });
});

test('a program that a signal ends has failed', async () => {
  expect(await shell('kill -SEGV $$')).toEqual({
    kind: 'failed',
    failure: { kind: 'program_killed', signal: 'SIGSEGV' },
  });
});

test('a program that does not end is ended at misc_timeout and has failed', async () => {
  expect(await shell('exec sleep 60', { timeout: millis(50) })).toEqual({
    kind: 'failed',
    failure: { kind: 'program_timeout' },
  });
});

test("a gigabyte of output is nobody's concern", async () => {
  expect(await shell('head -c 1000000000 /dev/zero; echo done >&2', { timeout: seconds(30) })).toEqual({
    kind: 'passed',
  });
});

test('a program that is not there says nothing of the server', async () => {
  const command = { argv: ['/nonexistent/check'] as [string], user: ROOT };
  expect(await startTestProbe(miscChecker({ command })).result).toMatchObject({
    kind: 'no_result',
    code: 'ENOENT',
    attempted: expect.stringContaining('/nonexistent/check does not exist'),
  });
});

test('an aborted program is ended and never answers', async () => {
  let answered = false;
  const probe = startTestProbe(
    miscChecker({ command: { argv: ['/usr/bin/env', 'sleep', '60'], user: ROOT }, timeout: seconds(60) }),
  );
  probe.result.then(() => {
    answered = true;
  });
  probe.abort();
  await shell('exit 0');
  expect(answered).toBe(false);
});
