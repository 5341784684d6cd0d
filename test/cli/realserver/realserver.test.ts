/** The other half of DR and TUN on a machine in memory; the kernel's answers are in test/lab. */
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mode } from '../../../src/cli/realserver/facts.ts';
import { parseRecord } from '../../../src/cli/realserver/record.ts';
import { type Places, type RealserverOrder, runRealserver } from '../../../src/cli/realserver/run.ts';
import { ip } from '../../ipvs/samples.ts';
import { type FakeMachine, factsOf, fakeMachine } from './machine.ts';

const VIP = '192.168.100.240';

let folder = '';
let places: Places;
let reloads = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'realserver-'));
  reloads = 0;
  places = {
    record: join(folder, 'run/realserver.json'),
    units: join(folder, 'units'),
    program: ['/usr/bin/node', '/opt/vipd/bin/vipctl'],
    reloadUnits: () => {
      reloads++;
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(
  machine: FakeMachine,
  verb: RealserverOrder['verb'],
  mode: Mode = 'dr',
  more: { vip?: string; persist?: true } = {},
) {
  const said = { stdout: '', stderr: '' };
  const order = { verb, mode, vip: ip(more.vip ?? VIP), persist: more.persist === true };
  const exitStatus = runRealserver(order, machine, places, {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
  });
  return { exitStatus, ...said };
}

const wrong = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith('WRONG'));

describe('setup', () => {
  test('for DR is silent about the address before it has it', () => {
    const machine = fakeMachine();
    expect(run(machine, 'setup').exitStatus).toBe(0);
    expect(machine.log).toEqual(['+ all/arp_ignore=1', '+ all/arp_announce=2', `+ ${VIP} on lo`]);
  });

  test('loosens rp_filter only where it is strict', () => {
    const machine = fakeMachine({ strict: true });
    run(machine, 'setup');
    expect(machine.log).toContain('+ all/rp_filter=2');
    expect(machine.settings.get('eth0/rp_filter')).toBe(1);
  });

  test('for TUN loads the tunnel, switches it on and lets packets out of it', () => {
    const machine = fakeMachine({ strict: true });
    expect(run(machine, 'setup', 'tun').exitStatus).toBe(0);
    expect(machine.log.slice(2)).toEqual([
      '+ module ipip',
      '+ tunl0 on',
      '+ tunl0/rp_filter=2',
      `+ ${VIP} on tunl0`,
    ]);
  });

  test('a second time changes nothing', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    const before = machine.log.length;
    expect(run(machine, 'setup').exitStatus).toBe(0);
    expect(machine.log.length).toBe(before);
  });

  test('for IPv6 needs only the address: neighbours are not told about lo', () => {
    const machine = fakeMachine({ strict: true });
    run(machine, 'setup', 'dr', { vip: '2001:db8::240' });
    expect(machine.log).toEqual(['+ 2001:db8::240 on lo']);
  });

  test('for NAT has nothing to do', () => {
    const machine = fakeMachine();
    expect(run(machine, 'setup', 'nat')).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(machine.log).toEqual([]);
  });
});

describe('undo', () => {
  test.each(['dr', 'tun'] as const)('of %s leaves the machine as it was', (mode) => {
    const machine = fakeMachine({ strict: true });
    const before = factsOf(machine);
    run(machine, 'setup', mode);
    expect(run(machine, 'undo', mode).exitStatus).toBe(0);
    const after = factsOf(machine);
    expect({ ...after, settings: after.settings.get('all/arp_ignore') }).toEqual({
      ...before,
      settings: before.settings.get('all/arp_ignore'),
    });
    expect(after.settings.get('all/rp_filter')).toBe(1);
  });

  test('takes the address away before the silence ends', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    run(machine, 'undo');
    expect(machine.log.slice(3)).toEqual([`- ${VIP} on lo`, '- all/arp_announce=2', '- all/arp_ignore=1']);
  });

  test('of one address of two keeps what the other needs', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    run(machine, 'setup', 'dr', { vip: '192.168.100.241' });
    run(machine, 'undo');
    expect(machine.addresses.map(({ address }) => address)).toEqual(['192.168.100.241']);
    expect(machine.settings.get('all/arp_ignore')).toBe(1);
    run(machine, 'undo', 'dr', { vip: '192.168.100.241' });
    expect(machine.settings.get('all/arp_ignore')).toBe(0);
  });

  test('leaves what was there before', () => {
    const machine = fakeMachine();
    machine.settings.set('all/arp_ignore', 1);
    machine.addresses.push({ device: 'lo', address: ip(VIP), prefixLength: 32 });
    run(machine, 'setup');
    run(machine, 'undo');
    expect(machine.settings.get('all/arp_ignore')).toBe(1);
    expect(machine.addresses.length).toBe(1);
  });

  test('without a setup says so', () => {
    expect(run(fakeMachine(), 'undo')).toEqual({
      exitStatus: 0,
      stdout: `nothing to take back for ${VIP}\n`,
      stderr: '',
    });
  });

  test('with a record that makes no sense changes nothing', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    writeFileSync(
      places.record,
      '{"vips":[],"steps":[{"kind":"set","name":"../../x","value":1,"before":0}]}',
    );
    const log = [...machine.log];
    expect(run(machine, 'undo')).toMatchObject({ exitStatus: 2 });
    expect(machine.log).toEqual(log);
  });
});

describe('check', () => {
  test('of a machine that is as it should be ends with 0', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    const { exitStatus, stdout } = run(machine, 'check');
    expect({ exitStatus, wrong: wrong(stdout) }).toEqual({ exitStatus: 0, wrong: [] });
  });

  test.each<readonly [string, Mode, (machine: FakeMachine) => void, string]>([
    ['a machine that answers ARP', 'dr', (m) => m.settings.set('all/arp_ignore', 0), 'not on eth0: this machine answers ARP'],
    ['a machine that announces', 'dr', (m) => m.settings.set('all/arp_announce', 1), 'not on eth0: ARP requests of this machine name'],
    ['a strict interface', 'dr', (m) => m.settings.set('eth0/rp_filter', 1), 'strict on eth0'],
    ['the address on the network card', 'dr', (m) => m.addresses.push({ device: 'eth0', address: ip(VIP), prefixLength: 24 }), 'it is on eth0 (/24)'],
    ['no address', 'dr', (m) => m.addresses.splice(0), 'it is not: packets for it are dropped'],
    ['a tunnel that is down', 'tun', (m) => m.devices.splice(2, 1, { name: 'tunl0', up: false, loopback: false }), 'down: packets from the director are not unpacked'],
    ['a strict tunnel', 'tun', (m) => m.settings.set('tunl0/rp_filter', 1), 'strict: every packet out of the tunnel'],
    ['the address on a NAT server', 'nat', (m) => m.addresses.push({ device: 'lo', address: ip(VIP), prefixLength: 32 }), 'answers of this machine do not go back'],
  ])('tells what is wrong with %s', (_, mode, spoil, words) => {
    const machine = fakeMachine();
    run(machine, 'setup', mode);
    spoil(machine);
    const { exitStatus, stdout } = run(machine, 'check', mode);
    expect(exitStatus).toBe(1);
    expect(wrong(stdout)).toEqual([expect.stringContaining(words)]);
  }); // biome-ignore format: a table

  test('accepts the silence of each interface for itself', () => {
    const machine = fakeMachine();
    run(machine, 'setup');
    machine.settings.set('all/arp_ignore', 0).set('eth0/arp_ignore', 2);
    expect(run(machine, 'check').exitStatus).toBe(0);
  });

  test('a network on lo instead of one address is wrong', () => {
    const machine = fakeMachine();
    machine.addresses.push({ device: 'lo', address: ip(VIP), prefixLength: 24 });
    expect(run(machine, 'setup').exitStatus).toBe(1);
    expect(run(machine, 'check').stdout).toContain('on lo it has /24');
  });
});

describe('--persist', () => {
  const unit = () => join(places.units, `vipd-realserver-${VIP}.service`);

  test('wants a unit at boot that does the same, and takes it away again', () => {
    const machine = fakeMachine();
    expect(run(machine, 'check', 'dr', { persist: true }).stdout).toContain('WRONG  vipd-realserver-');
    expect(run(machine, 'setup', 'dr', { persist: true }).exitStatus).toBe(0);
    expect(readFileSync(unit(), 'utf8')).toContain(
      `ExecStart=/usr/bin/node /opt/vipd/bin/vipctl realserver setup --vip ${VIP} --mode dr\n`,
    );
    const link = join(places.units, 'multi-user.target.wants', `vipd-realserver-${VIP}.service`);
    expect(readlinkSync(link)).toBe(unit());
    expect(run(machine, 'undo', 'dr', { persist: true }).exitStatus).toBe(0);
    expect([existsSync(unit()), existsSync(link), reloads]).toEqual([false, false, 2]);
  });
});

test.each([
  '',
  '[]',
  '{"vips":["x"],"steps":[]}',
  '{"vips":[],"steps":[{"kind":"load_module","module":"-r","device":"a b"}]}',
])('a record must make sense: %j', (text) => {
  expect(parseRecord(text).ok).toBe(false);
});
