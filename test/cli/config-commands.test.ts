/** The commands of vipctl that read files: what they print, what they return. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { vipctl } from './run-vipctl.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipctl-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

const INSTANCE =
  'vrrp_instance A {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n  10.0.0.1\n }\n';

describe('vipctl explain', () => {
  test('prints a keyword, and the nearest one of a misspelt word', async () => {
    expect(await vipctl('explain', 'quorum')).toMatchObject({ status: 0, stderr: '' });
    expect(await vipctl('explain', 'qorum')).toMatchObject({
      status: 1,
      stderr: "vipctl: no keyword 'qorum'; did you mean 'quorum'?\n",
    });
  });
});

describe('vipctl fmt', () => {
  test('prints a file in one layout and leaves it alone', async () => {
    const path = file('a.conf', 'global_defs { router_id A }\n');
    expect(await vipctl('fmt', path)).toMatchObject({
      status: 0,
      stdout: 'global_defs {\n    router_id A\n}\n',
    });
    expect(readFileSync(path, 'utf8')).toBe('global_defs { router_id A }\n');
  });

  test('names with --check what -w would write', async () => {
    const path = file('a.conf', 'global_defs { router_id A }\n');
    expect(await vipctl('fmt', '--check', path)).toMatchObject({ status: 1, stdout: `${path}\n` });
    expect(await vipctl('fmt', '-w', path)).toMatchObject({ status: 0, stdout: '' });
    expect(await vipctl('fmt', '--check', path)).toMatchObject({ status: 0, stdout: '' });
  });

  test('keeps bytes that are not UTF-8', async () => {
    const path = file('a.conf', '');
    writeFileSync(path, Buffer.from('#  \xe9t\xe9\nglobal_defs { }\n', 'latin1'));
    await vipctl('fmt', '-w', path);
    expect(readFileSync(path, 'latin1')).toBe('#  \xe9t\xe9\nglobal_defs {\n}\n');
  });

  test('of a file that is not there exits 1', async () => {
    expect((await vipctl('fmt', join(folder, 'absent'))).status).toBe(1);
  });
});

describe('vipctl config', () => {
  test('tells of each value whether it was written, and where', async () => {
    const path = file('a.conf', `global_defs {\n vrrp_garp_master_delay 3\n}\n${INSTANCE} priority 150\n}\n`);
    const { status, stdout } = await vipctl('config', '-f', path);
    const of = (pointer: string) =>
      stdout
        .split('\n')
        .find((line) => line.startsWith(`${pointer} =`))
        ?.replace(/ +/g, ' ');
    expect(status).toBe(0);
    expect(of('/vrrpInstances/0/priority')).toBe(`/vrrpInstances/0/priority = 150 ${path}:10 priority`);
    expect(of('/vrrpInstances/0/garp/delay')).toContain(`${path}:2 vrrp_garp_master_delay`);
    expect(of('/vrrpInstances/0/advertInterval')).toBe('/vrrpInstances/0/advertInterval = 1000000 default');
  });

  test('gives the same as JSON, with pointers', async () => {
    const path = file('a.conf', `${INSTANCE}}\n`);
    const { config, origins } = JSON.parse((await vipctl('config', '--json', '-f', path)).stdout) as {
      config: { vrrpInstances: { vrid: number }[] };
      origins: Record<string, unknown>;
    };
    expect(config.vrrpInstances[0]?.vrid).toBe(51);
    expect(origins['/vrrpInstances/0/vrid']).toEqual({
      file: path,
      line: 3,
      column: 2,
      keyword: 'virtual_router_id',
    });
    expect(origins['/vrrpInstances/0/priority']).toBe('default');
  });

  test('finds the real server of each service', async () => {
    const server = (weight: number, port: string) =>
      ` real_server 10.0.0.9 ${port} {\n  weight ${weight}\n }\n`;
    const text = `virtual_server 10.0.0.1 80 {\n protocol TCP\n lb_kind NAT\n lb_algo rr\n${server(2, '80')}${server(3, '81')}}\n`;
    const path = file('a.conf', text);
    const { stdout } = await vipctl('config', '-f', path);
    expect(stdout).toMatch(new RegExp(`/realServers/1/weight = 3 +${path}:9 weight`));
    expect(stdout).toMatch(new RegExp(`/realServers/1/forwarding/kind = "nat" +${path}:3 lb_kind`));
  });
});

describe('vipctl diff and vipctl parity', () => {
  test('exit with 0 when nothing differs, 1 when something does, 2 when a file cannot be used', async () => {
    const a = file('a.conf', `${INSTANCE} priority 150\n}\n`);
    const b = file('b.conf', `${INSTANCE} priority 100\n}\n`);
    expect((await vipctl('diff', a, a)).status).toBe(0);
    expect(await vipctl('diff', a, b)).toMatchObject({
      status: 1,
      stdout: '~ vrrp_instance A: priority 150 → 100\n',
    });
    expect((await vipctl('diff', a, join(folder, 'absent'))).status).toBe(2);
    expect((await vipctl('parity', a, b)).status).toBe(0);
    expect((await vipctl('parity', a, join(folder, 'absent'))).status).toBe(2);
  });

  test('parity shows the lines of both files', async () => {
    const a = file('a.conf', `${INSTANCE}}\n`);
    const b = file('b.conf', `\n${INSTANCE} priority 100\n}\n`);
    const { status, stdout } = await vipctl('parity', a, b);
    expect([status, stdout.split('\n').slice(0, 3)]).toEqual([
      1,
      ['breaks: VRID 51: both have priority 100', `  A: ${a} (default)`, `  B: ${b}:8 priority 100`],
    ]);
  });
});

describe('vipctl import', () => {
  test.each([
    ['a.conf', INSTANCE, 'vrrp_instance A {'],
    [
      'saved',
      '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m\n',
      'virtual_server 10.0.0.1 80 {',
    ],
    ['ldirectord.cf', 'virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n', 'virtual_server 10.0.0.1 80 {'],
  ])('knows %s by its content', async (name, text, line) => {
    const { status, stdout } = await vipctl('import', file(name, text));
    expect(status).toBe(0);
    expect(stdout.split('\n')).toContain(line);
  });

  test('of a file that is not there, or in an unknown format, exits 1', async () => {
    expect((await vipctl('import', join(folder, 'absent'))).status).toBe(1);
    expect((await vipctl('import', '--from', 'bind9', file('a', ''))).status).toBe(1);
  });
});
