/** `vipd -t` as a function: where it writes, what it closes with, what it returns. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printSchema, runConfigTest } from '../../src/cli/config-test.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vipd-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(
  text: string,
  format: 'text' | 'json' = 'text',
): Promise<{ readonly status: number; readonly output: string }> {
  const file = join(directory, 'vipd.conf');
  const logFile = join(directory, 'log');
  writeFileSync(file, text, { mode: 0o644 });
  const status = await runConfigTest({ file, logFile, format });
  return { status, output: readFileSync(logFile, 'utf8').replaceAll(`${directory}/`, '') };
}

test('counts what it found in a closing line', async () => {
  const service =
    'virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n protocol TCP\n real_server 10.0.0.2 80 { }\n}\n';
  expect(await run(service)).toEqual({
    status: 0,
    output: 'vipd.conf: no vrrp_instances, 1 virtual_server with 1 real server; no errors, no warnings\n',
  });
});

test('says when a daemon would not start', async () => {
  const { status, output } = await run('vrrp_instance A {\n interface any0\n virtual_router_id\n}\n');
  expect(status).toBe(2);
  expect(output).toMatch(/; vipd would not start with it\n$/);
});

test('of a missing file returns 0 as keepalived does, and says that nothing was read', async () => {
  const logFile = join(directory, 'log');
  expect(await runConfigTest({ file: join(directory, 'absent.conf'), logFile })).toBe(0);
  expect(readFileSync(logFile, 'utf8')).toMatch(/no such file\n.*absent\.conf: not read\n$/);
});

test('writes an array of diagnostics for tools', async () => {
  const { output } = await run('nonsense\n', 'json');
  expect(JSON.parse(output)).toMatchObject([
    { id: 'unknown_keyword', at: { line: 1, column: 1, length: 8 } },
  ]);
});

test('with --strict refuses what gets a warning, and nothing else', async () => {
  const logFile = join(directory, 'log');
  const status = (text: string, strict: boolean): Promise<number> => {
    const file = join(directory, 'strict.conf');
    writeFileSync(file, text, { mode: 0o644 });
    return runConfigTest({ file, logFile, strict });
  };
  const warned = 'global_defs {\n router_id A B\n}\n';
  expect([await status(warned, false), await status(warned, true)]).toEqual([0, 5]);
  expect(readFileSync(logFile, 'utf8')).toMatch(/1 warning; vipd would not start with it\n$/);
  expect(await status('global_defs {\n router_id A\n}\n', true)).toBe(0);
});

test('the schema is JSON and has a definition for each reference', async () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  expect(printSchema()).toBe(0);
  spy.mockRestore();
  const schema = JSON.parse(written.join('')) as { definitions: Record<string, unknown> };
  const references = [...written.join('').matchAll(/"#\/definitions\/(\w+)"/g)].map(
    (match) => match[1] ?? '',
  );
  expect(references.length).toBeGreaterThan(0);
  expect(references.filter((name) => !(name in schema.definitions))).toEqual([]);
});
