// A second path for adverts, on the machine's own kernel: two of vipd on two switches, of which one fails in every way. The
// cuts are filters, so that both routers keep their carrier and only adverts are lost. Needs root.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from './harness/clock.ts';
import type { Program } from './harness/program.ts';
import { openPair, PATIENCE_MS, type Pair, type Side } from './native/switched-pair.ts';

const VIPS = ['10.0.0.100', '10.0.0.101'];
const PRIORITY: Readonly<Record<Side, number>> = { left: 150, right: 100 };
const OTHER: Readonly<Record<Side, string>> = { left: '10.0.1.2', right: '10.0.1.1' };

/** One instance whose copies go to the group, and one whose copies go to the peer alone. */
const configOf = (side: Side): string => `
vrrp_instance GROUP {
    interface eth0
    virtual_router_id 51
    priority ${PRIORITY[side]}
    advert_int 1
    heartbeat_interfaces {
        eth1
    }
    virtual_ipaddress {
        10.0.0.100/24
    }
}
vrrp_instance PEER {
    interface eth0
    virtual_router_id 52
    priority ${PRIORITY[side]}
    advert_int 1
    version 3
    heartbeat_peers {
        ${OTHER[side]} dev eth1
    }
    virtual_ipaddress {
        10.0.0.101/24
    }
}
`;

/** Longer than a master may be silent: three intervals and the skew. */
const SILENCE_MS = 5_000;

describe('with a second path', () => {
  let pair: Pair;
  let right: Program;
  beforeAll(async () => {
    pair = await openPair();
    await pair.start('left', 'vipd', configOf('left'));
    await pair.soleHolder('left', VIPS);
    right = await pair.start('right', 'vipd', configOf('right'));
  });
  afterAll(() => pair.close());

  const filter = (how: '-A' | '-D', side: Side, on: string): Promise<unknown> =>
    pair.hosts[side].run(['iptables', how, 'INPUT', '-i', on, '-p', '112', '-j', 'DROP']);
  const staysAlone = async (side: Side): Promise<void> => {
    await pause(SILENCE_MS);
    const other = side === 'left' ? 'right' : 'left';
    expect(VIPS.filter((vip) => pair.holds(side, vip))).toEqual(VIPS);
    expect(VIPS.filter((vip) => pair.holds(other, vip))).toEqual([]);
  };

  test('a backup that cannot hear the master on the main network stays backup', async () => {
    await filter('-A', 'right', 'eth0');
    for (const name of ['GROUP', 'PEER'])
      await right.line(
        new RegExp(`\\(${name}\\) the master is heard over heartbeat interface eth1`),
        PATIENCE_MS,
      );
    await staysAlone('left');
  });

  test('and so it does when the main network is cut both ways', async () => {
    await filter('-A', 'left', 'eth0');
    await staysAlone('left');
  });

  test('with both paths cut it takes over, and yields when one of them is mended', async () => {
    await filter('-A', 'right', 'eth1');
    await right.line(/\(GROUP\) Entering MASTER STATE/, PATIENCE_MS);
    await right.line(/\(PEER\) Entering MASTER STATE/, PATIENCE_MS);
    await filter('-D', 'right', 'eth1');
    await pair.soleHolder('left', VIPS);
    await staysAlone('left');
  });

  test('a master whose own interface fails says so over the second path', async () => {
    const before = right.lines.length;
    await pair.hosts.left.run(['ip', 'link', 'set', 'eth0', 'down']);
    await pair.soleHolder('right', VIPS);
    const told = right.lines.slice(before).map(({ text }) => text);
    for (const name of ['GROUP', 'PEER'])
      expect(told.some((line) => line.includes(`(${name}) Backup received priority 0 advertisement`))).toBe(
        true,
      );
  });
});
