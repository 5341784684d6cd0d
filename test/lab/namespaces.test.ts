// net_namespace and several daemons on one machine, on the machine's own kernel: they meet over a cable between two named
// namespaces of one host, vipd beside vipd and beside the real keepalived. Needs root.
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { now, pause, until } from './harness/clock.ts';
import { programOf } from './harness/daemon.ts';
import { type Host, openHost } from './harness/host.ts';
import type { Program } from './harness/program.ts';

const PATIENCE_MS = 20_000;
const POLL_INTERVAL_MS = 100;
const VIP = '10.0.0.100';

const configOf = (top: string, priority: number): string => `
${top}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        ${VIP}/24
    }
}
`;

let host: Host;
const programs: Program[] = [];
beforeAll(async () => {
  host = await openHost('director', '');
  for (const name of ['red', 'blue']) await host.run(['ip', 'netns', 'add', name]);
  await host.run([
    'ip',
    '-n',
    'red',
    'link',
    'add',
    'eth0',
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    'blue',
  ]);
  for (const [name, address] of [
    ['red', '10.0.0.1/24'],
    ['blue', '10.0.0.2/24'],
  ] as const) {
    await host.run(['ip', '-n', name, 'addr', 'add', address, 'dev', 'eth0']);
    await host.run(['ip', '-n', name, 'link', 'set', 'eth0', 'up']);
  }
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop('SIGTERM');
});
afterAll(() => host.close());

function start(
  kind: 'vipd' | 'keepalived',
  file: string,
  config: string,
  flags: readonly string[] = [],
): Program {
  host.write(file, config);
  const program = host.start([programOf(kind), '-n', '-l', '-D', '-P', '-f', file, ...flags]);
  programs.push(program);
  return program;
}

const isIn = async (name: string): Promise<boolean> =>
  (await host.run(['ip', '-n', name, 'addr', 'show', 'dev', 'eth0'])).includes(`${VIP}/24`);
async function soleIn(name: 'red' | 'blue'): Promise<void> {
  const other = name === 'red' ? 'blue' : 'red';
  for (const end = now() + PATIENCE_MS; now() < end; await pause(POLL_INTERVAL_MS)) {
    if ((await isIn(name)) && !(await isIn(other))) return;
  }
  throw new Error(`not seen within ${PATIENCE_MS / 1000} s: ${VIP} in ${name} alone`);
}

describe('two of vipd on one machine, each in a namespace of its own', () => {
  test('elect one of them, and have files, sockets and processes of their own', async () => {
    start('vipd', '/run/lab/red.conf', configOf('net_namespace red', 150));
    start('vipd', '/run/lab/blue.conf', configOf('instance two', 100), ['-s', 'blue']);
    await soleIn('red');
    for (const file of [
      'vipd_red.pid',
      'vrrp_red.pid',
      'vipd_red.sock',
      'vipd_blue_two.pid',
      'vipd_blue_two.sock',
    ])
      expect([file, existsSync(host.path(`/run/vipd/${file}`))]).toEqual([file, true]);
    const red = await host.run([programOf('vipctl'), 'status', '--namespace', 'red']);
    const blue = await host.run([programOf('vipctl'), 'status', '--namespace', 'blue', '--instance', 'two']);
    expect(red).toMatch(/VI_1 +MASTER/);
    expect(blue).toMatch(/VI_1 +BACKUP/);
    await programs[0]?.stop('SIGTERM');
    await soleIn('blue');
  });

  test('keep their namespace at a reload, and say so', async () => {
    const program = start('vipd', '/run/lab/red.conf', configOf('net_namespace red', 150));
    await soleIn('red');
    host.write('/run/lab/red.conf', configOf('net_namespace blue', 150));
    program.signal('SIGHUP');
    await program.line(/Cannot change net_namespace at a reload/, PATIENCE_MS);
    expect(await isIn('red')).toBe(true);
  });
});

test('vipd and keepalived, each in a namespace, elect one of them', async () => {
  start('keepalived', '/run/lab/k.conf', configOf('net_namespace blue', 100));
  await soleIn('blue');
  start('vipd', '/run/lab/red.conf', configOf('net_namespace red', 150));
  await soleIn('red');
  await programs.at(-1)?.stop('SIGTERM');
  await soleIn('blue');
});

test('a daemon that goes to the background goes there inside its namespace', async () => {
  host.write('/run/lab/red.conf', configOf('net_namespace red', 150));
  await host.run([programOf('vipd'), '-P', '-f', '/run/lab/red.conf']);
  await soleIn('red');
  process.kill(Number.parseInt(host.read('/run/vipd/vipd_red.pid'), 10), 'SIGTERM');
  await until('its end', PATIENCE_MS, () => !existsSync(host.path('/run/vipd/vipd_red.pid')) || undefined);
  expect(await isIn('red')).toBe(false);
});

test('a namespace that is not there is an end with its reason', async () => {
  const program = start('vipd', '/run/lab/red.conf', configOf('net_namespace green', 150));
  await program.line(/Cannot run in the network namespace: .*\/run\/netns\/green/, PATIENCE_MS);
  expect(await program.ended).toBe(1);
});
