// Packets to addresses that must not be accepted, on the machine's own kernel: vipd beside the real keepalived, on the same
// configuration. Needs root and nf_tables.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './harness/clock.ts';
import type { DaemonKind } from './harness/daemon.ts';
import type { Host } from './harness/host.ts';
import { type Duel, openDuel } from './native/duel.ts';

const CONFIG = `
global_defs {
    nftables_counters
}
vrrp_instance V4 {
    interface eth0
    virtual_router_id 51
    advert_int 1
    no_accept
    virtual_ipaddress {
        10.0.0.100/24
    }
}
vrrp_instance V6 {
    interface eth0
    virtual_router_id 52
    advert_int 1
    no_accept
    virtual_ipaddress {
        fe80::100/64
        fd00::100/64
    }
}
`;
const VIPS = ['10.0.0.100', 'fd00::100', 'fe80::100%eth0'];
const OWN = ['10.0.0.1', 'fd00::1'];

/** A machine that takes a packet to a port on which nobody listens says so at once; one that drops it says nothing. */
const KNOCK = `
const [host, ...from] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: 9, ...(from[0] ? { localAddress: from[0] } : {}) });
const end = (text) => { console.log(text); process.exit(); };
socket.on('error', (error) => end(error.code === 'ECONNREFUSED' ? 'taken' : error.code));
setTimeout(() => end('dropped'), 700);`;

const knock = async (from: Host, ...words: readonly string[]): Promise<string> =>
  (await from.run(['node', '-e', KNOCK, ...words])).trim();

const neighbours = async (host: Host): Promise<string> =>
  host.run(['ip', '-6', 'neigh', 'show', 'fd00::100', 'dev', 'eth0']);

describe.each<DaemonKind>(['vipd', 'keepalived'])('no_accept: %s as master', (kind) => {
  let duel: Duel;
  beforeAll(async () => {
    duel = await openDuel({
      kinds: { first: kind, second: kind },
      config: () => CONFIG,
      addresses: ['10.0.0.100', 'fd00::100', 'fe80::100'],
    });
    await duel.start('first');
    await duel.mastered('first');
  });
  afterAll(() => duel.close());

  test('drops what is sent to its virtual addresses, and takes what is sent to its own', async () => {
    for (const vip of VIPS) expect([vip, await knock(duel.hosts.second, vip)]).toEqual([vip, 'dropped']);
    for (const own of OWN) expect([own, await knock(duel.hosts.second, own)]).toEqual([own, 'taken']);
  });

  test('answers neighbour solicitations for them all the same (RFC 9568 §8.3.3)', async () => {
    expect(await neighbours(duel.hosts.second)).toMatch(/lladdr ([0-9a-f:]{17})/);
  });

  test('sends nothing from them', async () => {
    expect(await knock(duel.hosts.first, '10.0.0.2', '10.0.0.100')).toBe('dropped');
    expect(await knock(duel.hosts.first, '10.0.0.2', '10.0.0.1')).toBe('taken');
  });
});

describe('vipd’s table of refused addresses', () => {
  let duel: Duel;
  beforeAll(async () => {
    duel = await openDuel({
      kinds: { first: 'vipd', second: 'vipd' },
      config: () => CONFIG,
      addresses: ['10.0.0.100', 'fd00::100', 'fe80::100'],
    });
    await duel.start('first');
    await duel.mastered('first');
  });
  afterAll(() => duel.close());
  const isDropped = async (): Promise<boolean> =>
    (await knock(duel.hosts.second, '10.0.0.100')) === 'dropped';

  test('is back at once after somebody has removed it', async () => {
    // what nft and iptables-nft call delete table ip vipd: message 0x0a02 between the brackets of a transaction
    await duel.hosts.first.run(['python3', '-c', REMOVE_TABLE]);
    await until('its return', 5_000, () =>
      duel.log('first').some((line) => line.includes('Restored nf_tables table vipd')),
    );
    expect(await isDropped()).toBe(true);
  });

  test('goes with the vrrp process that was killed, and comes with the next', async () => {
    const [line = ''] = duel
      .log('first')
      .filter((text) => /Starting vrrp child process, pid=/.test(text))
      .slice(-1);
    process.kill(Number(/pid=(\d+)/.exec(line)?.[1]), 'SIGKILL');
    await until(
      'the respawn',
      20_000,
      () => duel.log('first').filter((text) => /Starting vrrp child/.test(text)).length > 1,
    );
    await duel.mastered('first');
    expect(await isDropped()).toBe(true);
  });

  test('is gone after a stop', async () => {
    await duel.stop('first');
    await duel.hosts.first.run(['ip', 'addr', 'add', '10.0.0.100/24', 'dev', 'eth0']);
    expect(await isDropped()).toBe(false);
  });
});

/** A program without a library, since nft need not be installed. */
const REMOVE_TABLE = `
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
def message(kind, sequence, body): return struct.pack('=IHHII', 16 + len(body), kind, 1, sequence, 0) + body
name = struct.pack('=HH', 9, 1) + b'vipd\\0' + b'\\0' * 3
batch = message(16, 1, b'\\0\\0\\0\\x0a') + message(0x0a02, 2, b'\\x02\\0\\0\\0' + name) + message(17, 3, b'\\0\\0\\0\\x0a')
s.sendto(batch, (0, 0))
`;
