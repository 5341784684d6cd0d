// BFD between vipd and vipd, the real keepalived and FRR's bfdd, on the machine's own kernel. Needs root.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Family } from '../../src/base/ip.ts';
import type { BfdStatus } from '../../src/bfd/core/status.ts';
import { makePlace, type Place, VIPCTL, VIPD } from '../process/vipd.ts';
import { now, pause } from './harness/clock.ts';
import { type Host, openHost } from './harness/host.ts';
import type { Program } from './harness/program.ts';
import {
  type BfdPeer,
  bfdPeer,
  DETECTION_MS,
  endsOf,
  type Hops,
  INTERVAL_MS,
  PATIENCE_MS,
  type PeerKind,
  sessionConfig,
  turned,
} from './native/bfd-peer.ts';
import { openPair, type Pair } from './native/switched-pair.ts';

/** What a machine with two busy processors may add to the time of a packet and of a line of the log. */
const STALL_MS = 600;

/** Two hosts with a switch between them: a cut leaves both their carriers. */
interface Course {
  readonly here: Host;
  readonly there: Host;
  readonly cut: (state: 'on' | 'off') => Promise<void>;
}

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function openCourse(): Promise<Course> {
  const [here, there, middle] = await Promise.all([
    openHost('here', '10.0.0.1'),
    openHost('there', '10.0.0.2'),
    openHost('middle', ''),
  ]);
  for (const host of [here, there, middle]) undo.push(host.close);
  await middle.run(['ip', 'link', 'add', 'br0', 'up', 'type', 'bridge']);
  for (const [i, host] of [here, there].entries()) {
    const far = ['peer', 'name', 'eth0', 'netns', `${host.pid}`];
    await middle.run(['ip', 'link', 'add', host.name, 'up', 'master', 'br0', 'type', 'veth', ...far]);
    await host.run(['sysctl', '-qw', 'net.ipv6.conf.eth0.accept_dad=0']);
    await host.run(['ip', 'addr', 'add', `10.0.0.${i + 1}/24`, 'dev', 'eth0']);
    await host.run(['ip', 'addr', 'add', `fd00::${i + 1}/64`, 'dev', 'eth0']);
    await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
  return {
    here,
    there,
    async cut(state) {
      for (const port of ['here', 'there']) {
        await middle.run(['ip', 'link', 'set', port, 'type', 'bridge_slave', 'isolated', state]);
      }
    },
  };
}

/** vipd with a session as `config` has it. */
async function startVipd(host: Host, config: string): Promise<{ program: Program; place: Place }> {
  const place = makePlace(config);
  const program = host.start(['setpriv', '--pdeathsig', 'TERM', VIPD, '-n', '-l', '-D', ...place.arguments]);
  undo.push(
    () => place.remove(),
    () => program.stop(),
  );
  await program.line(/Startup complete/, PATIENCE_MS);
  return { program, place };
}

async function startPeer(kind: PeerKind, host: Host, ends: Parameters<typeof bfdPeer>[2]): Promise<BfdPeer> {
  const peer = bfdPeer(kind, host, ends);
  undo.push(() => peer.stop());
  await peer.start();
  return peer;
}

async function stateIs(peer: BfdPeer, state: string): Promise<void> {
  const deadline = now() + PATIENCE_MS;
  while ((await peer.state()) !== state) {
    if (now() > deadline) throw new Error(`the peer is not ${state} but ${await peer.state()}`);
    await pause(50);
  }
}

/** keepalived 2.2.7, which Debian has, does not know multihop. */
const CASES: readonly (readonly [PeerKind, Family, Hops])[] = [
  ['vipd', 'inet', 'single hop'],
  ['vipd', 'inet6', 'single hop'],
  ['vipd', 'inet', 'multihop'],
  ['keepalived', 'inet', 'single hop'],
  ['keepalived', 'inet6', 'single hop'],
  ['frr', 'inet', 'single hop'],
  ['frr', 'inet6', 'single hop'],
  ['frr', 'inet', 'multihop'],
];

describe.each(CASES)('with %s over %s, %s', (kind, family, hops) => {
  let course: Course;
  let program: Program;
  let peer: BfdPeer;
  beforeEach(async () => {
    course = await openCourse();
    const ends = endsOf(family, hops);
    ({ program } = await startVipd(course.here, sessionConfig(ends)));
    peer = await startPeer(kind, course.there, turned(ends));
    await program.line(/\(b1\) Entering Up state/, PATIENCE_MS);
    await stateIs(peer, 'Up');
  });

  test('a cut is noticed by both within the detection time, and the session comes up again', async () => {
    await pause(2 * INTERVAL_MS); // it stays up
    expect(program.lines.filter(({ text }) => /Entering Down/.test(text))).toEqual([]);
    const cutAt = now();
    await course.cut('on');
    const expired = await program.line(/\(b1\) Expired after 300 ms/, PATIENCE_MS);
    expect(expired.at - cutAt).toBeGreaterThan(DETECTION_MS - INTERVAL_MS - 1);
    expect(expired.at - cutAt).toBeLessThan(DETECTION_MS + STALL_MS);
    await stateIs(peer, 'Down');
    expect(await peer.diagnostic()).toMatch(/control detection time expired/i);
    const healedAt = now();
    await course.cut('off');
    await program.line(/\(b1\) Entering Up state/, PATIENCE_MS, healedAt);
    await stateIs(peer, 'Up');
  });

  test('who stops tells the other at once', async () => {
    await program.stop();
    await stateIs(peer, 'Down');
    expect(await peer.diagnostic()).toMatch(/neighbor signaled session down/i);
  });

  test('a session that is shut down over there is down here, and says so', async () => {
    if (peer.shutDown === null) await peer.stop();
    else await peer.shutDown();
    const { text } = await program.line(/\(b1\) Entering Down state/, PATIENCE_MS);
    // keepalived falls silent when it stops
    const why = kind === 'keepalived' ? 'Control Detection Time Expired' : 'Neighbor Signaled Session Down';
    expect(text).toContain(`Local diagnostic - ${why}`);
  });
});

describe('an instance that tracks a session', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = await openPair();
    undo.push(() => pair.close());
  });

  const ends = { own: '10.0.1.1', neighbour: '10.0.1.2', hops: 'single hop' } as const;
  const config = (priority: number, session: string, track: string): string => `
${session}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    version 3
    priority ${priority}
    advert_int 0.2
    ${track === '' ? '' : `track_bfd {\n        ${track}\n    }`}
    virtual_ipaddress {
        10.0.0.240
    }
}
`;

  test.each([
    ['without weight is in FAULT', 'b1', /\(VI_1\) Entering FAULT STATE/],
    ['with weight 20 loses it', 'b1 weight 20', /\(VI_1\) Changing effective priority from 110 to 90/],
  ])('%s while the session is down, and its address moves', async (_, track, said) => {
    const base = track === 'b1' ? 110 : 90;
    const left = await pair.start('left', 'vipd', config(base, sessionConfig(ends), track));
    await pair.start('right', 'keepalived', config(100, sessionConfig(turned(ends)), ''));
    await left.line(/VRRP_Instance\(VI_1\) Tracked BFD instance b1 is UP/, PATIENCE_MS);
    await pair.soleHolder('left', ['10.0.0.240']);
    await pair.hosts.right.run(['ip', 'link', 'set', 'eth1', 'down']);
    await left.line(/VRRP_Instance\(VI_1\) Tracked BFD instance b1 is DOWN/, PATIENCE_MS);
    await left.line(said, PATIENCE_MS);
    await pair.soleHolder('right', ['10.0.0.240']);
    await pair.hosts.right.run(['ip', 'link', 'set', 'eth1', 'up']);
    await pair.soleHolder('left', ['10.0.0.240']);
  });
});

/** Octets of all lengths at random, and well-formed packets that want the session down; all with a TTL of 64. */
const FLOOD = `
const socket = require('node:dgram').createSocket('udp4');
const { randomBytes, randomInt } = require('node:crypto');
const down = Buffer.from('20400318000000070000000000000001000000010000000000'.slice(0, 48), 'hex');
let left = 20000;
const burst = () => {
  for (let i = 0; i < 200 && left > 0; i++, left--) {
    socket.send(left % 4 === 0 ? down : randomBytes(randomInt(64)), 3784, '10.0.0.1');
  }
  if (left > 0) setTimeout(burst, 5);
  else setTimeout(() => process.exit(0), 100);
};
socket.bind(0, '10.0.0.2', burst);
`;

test('a flood of wrong packets is counted, told in few lines, and the session stays up', async () => {
  const { here, there } = await openCourse();
  const ends = endsOf('inet', 'single hop');
  // a packet that the flood leaves no room for in the socket is not yet the end
  const patient = 'multiplier 20';
  const { program, place } = await startVipd(here, sessionConfig(ends, patient));
  await startVipd(there, sessionConfig(turned(ends), patient));
  await program.line(/\(b1\) Entering Up state/, PATIENCE_MS);
  await there.run([process.execPath, '-e', FLOOD]);
  const status = JSON.parse(await here.run([VIPCTL, 'status', '--json', '--socket', place.socket]));
  const { sessions, drops, overflowed }: BfdStatus = status.bfd;
  expect(sessions[0]).toMatchObject({ state: 'up', counters: { ups: 1, downs: 0 } });
  const refused = Object.values(drops).reduce((sum, count) => sum + count, overflowed);
  // of random octets one packet in some millions is a valid one
  expect(refused).toBe(20_000);
  expect(drops.ttl).toBeGreaterThan(1_000);
  expect(program.lines.filter(({ text }) => /bad BFD packet/.test(text)).length).toBeLessThan(12);
});
