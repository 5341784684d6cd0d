// `vipctl realserver` on the real kernel, in two namespaces joined by a cable: the real server, and a neighbour who asks
// by ARP. Needs root, a build, and arping.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VIPCTL } from '../process/vipd.ts';
import { type Host, openHost } from './harness/host.ts';

const VIP = '192.0.2.240';
const SETTINGS = ['all', 'eth0', 'lo'].flatMap((device) =>
  ['arp_ignore', 'arp_announce', 'rp_filter'].map((name) => `net.ipv4.conf.${device}.${name}`),
);

let server: Host;
let neighbour: Host;

beforeEach(async () => {
  [server, neighbour] = await Promise.all([openHost('rs01', '192.0.2.8'), openHost('client', '192.0.2.103')]);
  const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', `${neighbour.pid}`];
  await server.run(['ip', 'link', 'add', 'eth0', ...cable]);
  for (const host of [server, neighbour]) {
    await host.run(['ip', 'addr', 'add', `${host.address}/24`, 'dev', 'eth0']);
    await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
  await server.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1']);
  // what --persist writes stays in the namespace
  await server.run(['mount', '-t', 'tmpfs', 'tmpfs', '/etc/systemd/system']);
});
afterEach(() => {
  server.close();
  neighbour.close();
});

/** Inside the real server; the exit status matters as much as the text. */
function inside(...argv: readonly string[]): { readonly exitStatus: number | null; readonly stdout: string } {
  const enter = [`--target=${server.pid}`, '--net', '--mount', '--'];
  const { status, stdout } = spawnSync('nsenter', [...enter, ...argv], { encoding: 'utf8' });
  return { exitStatus: status, stdout };
}
const realserver = (verb: string, ...more: readonly string[]) =>
  inside(VIPCTL, 'realserver', verb, '--vip', VIP, '--mode', 'dr', ...more);
const settings = (): string => inside('sysctl', ...SETTINGS).stdout;
const addresses = (): string => inside('ip', '-o', 'addr', 'show', 'dev', 'lo').stdout;

/** How many of two questions the neighbour got answered. */
async function answersByArp(): Promise<number> {
  await neighbour.run(['ip', 'neigh', 'flush', 'all']);
  const enter = [`--target=${neighbour.pid}`, '--net', '--'];
  const { stdout } = spawnSync('nsenter', [...enter, 'arping', '-c', '2', '-w', '3', '-I', 'eth0', VIP], {
    encoding: 'utf8',
  });
  return Number(/(\d+) (?:response|packets received)/i.exec(stdout)?.[1] ?? 0);
}

describe('a real server', () => {
  test('that has the address by hand answers ARP for it; one that was set up does not', async () => {
    inside('ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo');
    expect(await answersByArp()).toBe(2);
    expect(realserver('check')).toMatchObject({
      exitStatus: 1,
      stdout: expect.stringContaining('this machine answers ARP for the virtual address'),
    });
    inside('ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo');

    expect(realserver('setup').exitStatus).toBe(0);
    expect(addresses()).toContain(`inet ${VIP}/32`);
    expect(await answersByArp()).toBe(0);
    expect(realserver('check').exitStatus).toBe(0);
  });

  test('is exactly as before after undo', () => {
    const before = { settings: settings(), addresses: addresses() };
    realserver('setup');
    expect(settings()).not.toBe(before.settings);
    expect(realserver('undo').exitStatus).toBe(0);
    expect({ settings: settings(), addresses: addresses() }).toEqual(before);
  });

  test('keeps what somebody changed after the setup, and says so', () => {
    realserver('setup');
    inside('sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=2');
    expect(realserver('undo').exitStatus).toBe(1);
    expect(settings()).toContain('net.ipv4.conf.all.arp_ignore = 2');
    expect(addresses()).not.toContain(VIP);
  });

  test('has a unit for the next boot with --persist, until undo --persist', () => {
    const unit = `/etc/systemd/system/multi-user.target.wants/vipd-realserver-${VIP}.service`;
    expect(realserver('setup', '--persist').exitStatus).toBe(0);
    const order = /^ExecStart=(.*)$/m.exec(inside('cat', unit).stdout)?.[1]?.split(' ') ?? [];
    // a boot forgets address, settings and record; the unit's order brings them back
    inside(
      'sh',
      '-c',
      `ip addr del ${VIP}/32 dev lo; sysctl -qw net.ipv4.conf.all.arp_ignore=0; rm -r /run/vipd`,
    );
    expect(inside(...order).exitStatus).toBe(0);
    expect(realserver('check', '--persist').exitStatus).toBe(0);
    expect(realserver('undo', '--persist').exitStatus).toBe(0);
    expect(inside('ls', unit).exitStatus).not.toBe(0);
  });
});
