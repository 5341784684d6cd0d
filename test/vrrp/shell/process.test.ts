import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import {
  after,
  ifIndex,
  instant,
  interfaceName,
  micros,
  priority,
  seconds,
  vrid,
} from '../../../src/base/units.ts';
import { ethernet } from '../../../src/sim/kernel.ts';
import {
  address,
  ETH0,
  unicastTo,
  virtualAddress,
  vrrpInstance,
  vrrpPart,
} from '../../../src/sim/topology.ts';
import { type Bench, newBench, OWN, onEth0, PEER } from './bench.ts';

const VIP = address('192.168.100.240');
const CONFIG = vrrpPart([vrrpInstance({ garp: { ...vrrpInstance().garp, repeat: 1, delay: micros(0) } })]);
const EPERM = { code: 'EPERM', attempted: 'open socket', detail: 'Operation not permitted' };

function master(bench: Bench): ReturnType<Bench['start']> {
  const process = bench.start(CONFIG);
  bench.pass(3.7);
  expect(process.status().instances[0]?.state).toBe('MASTER');
  return process;
}

describe('the order of a takeover', () => {
  test('first advert out, then addresses, then announcements', () => {
    const bench = newBench();
    bench.start(CONFIG);
    bench.pass(3.7);
    expect(bench.done).toEqual([
      'advert 100 vrid 51',
      'add 192.168.100.240 done',
      'announce 192.168.100.240 on 2',
    ]);
  });

  test('a stop resigns and removes before it returns, and a second stop does nothing', () => {
    const bench = newBench();
    const process = master(bench);
    const before = bench.done.length;
    process.stop();
    process.stop();
    expect(bench.done.slice(before)).toEqual(['advert 0 vrid 51', 'remove 192.168.100.240 done']);
    expect(bench.sockets.every(({ open }) => !open)).toBe(true);
    bench.pass(10);
    expect(bench.done).toHaveLength(before + 2);
  });

  test('with -V a stop leaves the addresses and does not resign; the next start writes nothing', () => {
    const bench = newBench();
    const first = bench.start(CONFIG, { releaseVips: false });
    bench.pass(3.7);
    const before = bench.done.length;
    first.stop();
    expect(bench.done).toHaveLength(before);
    const second = bench.start(CONFIG);
    expect(second.status().instances[0]).toMatchObject({ state: 'BACKUP', addresses: [{ held: true }] });
    bench.pass(1.7);
    expect(second.status().instances[0]?.state).toBe('MASTER');
    expect(bench.done.slice(before)).toEqual(['advert 100 vrid 51', 'announce 192.168.100.240 on 2']);
  });
});

describe('drain before takeover', () => {
  test('an advert that waits when the alarm rings late keeps the backup a backup', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.arrive({ priority: 200, at: after(bench.now, seconds(3.5)) });
    bench.stall(3.65);
    expect(process.status().instances[0]).toMatchObject({ state: 'BACKUP', master: { priority: 200 } });
    expect(bench.logs.join()).not.toContain('timeout');
  });

  test('the deadline counts from the time the kernel received the advert, not from when it was read', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.arrive({ priority: 200, at: after(bench.now, seconds(1)) });
    bench.stall(3.65);
    bench.pass(1);
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });

  test('a time of receipt from the future is not believed', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.arrive({ priority: 200, at: after(bench.now, seconds(500)) });
    bench.readable();
    bench.pass(3.7);
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });

  test('packets of several sockets are taken in the order of their receipt', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.arrive({ priority: 0, at: instant(bench.now - 10) });
    bench.arrive({ priority: 200, at: instant(bench.now - 20) });
    bench.readable();
    bench.pass(0.7);
    // 200 first, then its resignation: the skew runs
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });

  test('a flood is read in portions, and the rest waits', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    for (let i = 0; i < 300; i++) bench.arrive({ priority: 200 });
    bench.readable();
    expect(bench.sockets[0]?.waiting).toHaveLength(44);
    expect(process.status().instances[0]?.counters.advertsReceived).toBe(256);
  });
});

describe('sockets', () => {
  test('one for all instances of an interface, family and group', () => {
    const bench = newBench();
    bench.start(vrrpPart([vrrpInstance(), vrrpInstance({ name: 'VI_2', vrid: vrid(52) })]));
    expect(bench.sockets).toHaveLength(1);
  });

  test('multicast and unicast on one interface: each sends on its own, and nothing is read twice', () => {
    const bench = newBench();
    const unicast = vrrpInstance({ name: 'VI_2', vrid: vrid(52), destination: unicastTo([PEER]) });
    const process = bench.start(vrrpPart([vrrpInstance(), unicast]));
    bench.arrive({ priority: 200, vrid: 52, destination: OWN });
    bench.readable();
    expect(process.status().instances[1]).toMatchObject({ counters: { advertsReceived: 1 } });
    bench.pass(3.62);
    expect(bench.sockets.map(({ options, sent }) => [options.group, sent])).toEqual([
      ['224.0.0.18', ['224.0.0.18']],
      [null, [PEER]],
    ]);
  });

  test('a new one when the link comes back under another index', () => {
    const bench = newBench();
    const process = master(bench);
    bench.kernel.removeLink(ETH0);
    bench.notify();
    expect(process.status().instances[0]).toMatchObject({
      state: 'FAULT',
      reason: 'interface eth0 does not exist',
    });
    expect(bench.sockets.map(({ open }) => open)).toEqual([false]);
    expect(bench.logs.join()).not.toMatch(/cannot (add|remove)/);
    bench.kernel.addLink(ethernet(ETH0, ifIndex(7), brand<MacAddress>('02:00:00:00:00:07')));
    bench.kernel.addForeign(onEth0(OWN, { ifIndex: ifIndex(7), prefixLength: 24 }));
    bench.notify();
    expect(bench.sockets.map(({ open, options }) => [open, options.ifIndex])).toEqual([
      [false, 2],
      [true, 7],
    ]);
    bench.pass(3.7);
    expect(bench.done.at(-1)).toBe('announce 192.168.100.240 on 7');
  });

  test('an interface that is missing at the start is waited for', () => {
    const bench = newBench();
    const eth1 = interfaceName('eth1');
    const process = bench.start(vrrpPart([vrrpInstance({ interface: eth1 })]));
    expect(process.status().instances[0]).toMatchObject({
      state: 'FAULT',
      reason: 'interface eth1 does not exist',
    });
    bench.kernel.addLink(ethernet(eth1, ifIndex(3), brand<MacAddress>('02:00:00:00:00:03')));
    bench.kernel.addForeign(onEth0(OWN, { ifIndex: ifIndex(3), prefixLength: 24 }));
    bench.notify();
    expect(process.status().instances[0]?.state).toBe('BACKUP');
  });

  test('without permission the instance is in FAULT, says what to do, and tries again', () => {
    const bench = newBench();
    bench.socketError = EPERM;
    const process = bench.start(CONFIG);
    expect(process.status().instances[0]).toMatchObject({ state: 'FAULT' });
    expect(process.status().instances[0]?.reason).toContain('Operation not permitted');
    expect(bench.logs[0]).toContain('grant CAP_NET_RAW');
    bench.pass(20);
    expect(bench.logs.filter((line) => line.startsWith('no VRRP socket'))).toHaveLength(1);
    bench.socketError = null;
    bench.pass(5);
    expect(process.status().instances[0]?.state).toBe('BACKUP');
  });

  test('an instance that a reload removes resigns on a socket that is still open', () => {
    const bench = newBench();
    const process = master(bench);
    const before = bench.done.length;
    process.reload(vrrpPart([]));
    expect(bench.done.slice(before)).toEqual(['advert 0 vrid 51', 'remove 192.168.100.240 done']);
    expect(bench.sockets[0]?.open).toBe(false);
    expect(process.status().instances).toEqual([]);
  });

  test('an owner that a reload adds has its socket when it sends its first advert', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([]));
    process.reload(vrrpPart([vrrpInstance({ priority: priority(255), initialState: 'MASTER' })]));
    expect(bench.done[0]).toBe('advert 255 vrid 51');
  });
});

describe('addresses', () => {
  test('one that somebody removes is put back at once, and the mastership is kept', () => {
    const bench = newBench();
    const process = master(bench);
    const before = bench.done.length;
    bench.kernel.removeForeign(VIP);
    bench.notify();
    expect(bench.done.slice(before)).toEqual(['add 192.168.100.240 done', 'announce 192.168.100.240 on 2']);
    expect(bench.logs.at(-1)).toBe(
      '(VI_1) removed by someone else and put back: 192.168.100.240/32 dev eth0',
    );
    expect(process.status().instances[0]).toMatchObject({ state: 'MASTER', addresses: [{ held: true }] });
  });

  test('one that goes because its whole link goes is no complaint', () => {
    const bench = newBench();
    const process = master(bench);
    bench.kernel.removeForeign(VIP);
    bench.kernel.removeLink(ETH0);
    bench.notify();
    expect(bench.done).toContain('add 192.168.100.240 ENODEV');
    expect(bench.logs.join()).not.toContain('cannot add');
    expect(process.status().instances[0]).toMatchObject({ state: 'FAULT', addresses: [{ held: false }] });
  });

  test('late notifications of own removals are not taken for somebody else', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    // master, backup, master again, and only then the kernel's notifications
    bench.stall(3.65);
    bench.arrive({ priority: 200 });
    bench.readable();
    bench.arrive({ priority: 0 });
    bench.readable();
    bench.stall(0.65);
    expect(process.status().instances[0]?.state).toBe('MASTER');
    bench.notify();
    expect(bench.logs.join()).not.toMatch(/put back|cannot/);
    expect(process.status().instances[0]).toMatchObject({ addresses: [{ held: true }] });
    expect(bench.kernel.has(VIP)).toBe(true);
  });

  test('one that the kernel refuses is named once, is not called held, and is tried again with each advert', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.addError = EPERM;
    bench.pass(5.7);
    const complaints = bench.logs.filter((line) => line.includes('cannot add'));
    expect(complaints).toEqual([
      '(VI_1) cannot add 192.168.100.240/32 dev eth0: open socket: EPERM (Operation not permitted)',
    ]);
    expect(process.status().instances[0]).toMatchObject({ state: 'MASTER', addresses: [{ held: false }] });
    bench.addError = null;
    bench.pass(1);
    expect(process.status().instances[0]).toMatchObject({ addresses: [{ held: true }] });
  });

  test('one that is gone already when it should be removed is no complaint', () => {
    const bench = newBench();
    const process = master(bench);
    bench.kernel.removeForeign(VIP);
    process.stop();
    expect(bench.done.at(-1)).toBe('remove 192.168.100.240 EADDRNOTAVAIL');
    expect(bench.logs.join()).not.toContain('cannot');
  });

  test('one that somebody else adds to a backup is neither held nor removed', () => {
    const bench = newBench();
    const process = bench.start(CONFIG);
    bench.kernel.addForeign(onEth0(VIP));
    bench.notify();
    bench.arrive({ priority: 200 });
    bench.readable();
    expect(process.status().instances[0]).toMatchObject({ state: 'BACKUP', addresses: [{ held: false }] });
    expect(bench.done).toEqual([]);
  });

  test('an owner leaves the addresses alone that the administrator gave to the machine', () => {
    const bench = newBench();
    bench.kernel.addForeign(onEth0(VIP, { protocol: 0 }));
    const owner = vrrpInstance({ priority: priority(255), initialState: 'MASTER' });
    const process = bench.start(vrrpPart([owner]));
    process.stop();
    expect(bench.done.filter((line) => /^(add|remove)/.test(line))).toEqual([]);
    expect(bench.kernel.has(VIP)).toBe(true);
  });

  test('what a previous run left is removed when another master is heard', () => {
    const bench = newBench();
    bench.kernel.addForeign(onEth0(VIP, { protocol: 18 }));
    bench.start(CONFIG);
    bench.arrive({ priority: 200 });
    bench.readable();
    expect(bench.done).toEqual(['remove 192.168.100.240 done']);
  });

  test('a link that is renamed takes the instance with it', () => {
    const bench = newBench();
    const process = master(bench);
    const link = ethernet(interfaceName('wan0'), ifIndex(2), brand<MacAddress>('02:00:00:00:00:01'));
    bench.kernel.addLink(link);
    bench.notify();
    expect(process.status().instances[0]).toMatchObject({
      state: 'FAULT',
      reason: 'interface eth0 does not exist',
    });
  });
});

describe('reload', () => {
  test('that changes nothing does nothing', () => {
    const bench = newBench();
    const process = master(bench);
    const before = bench.done.length;
    process.reload(structuredClone(CONFIG));
    expect(bench.done).toHaveLength(before);
  });

  test('a file that it begins to track is read, though it was defined before', () => {
    const [instance] = CONFIG.vrrpInstances;
    const file = { name: 'f', path: '/run/f', weight: 0, reverse: false, initial: null };
    const defined = { ...CONFIG, trackFiles: [file] };
    const tracked = [{ kind: 'file', name: 'f', weight: 0, reverse: false }] as const;
    const bench = newBench();
    const process = bench.start(defined);
    expect(process.status().trackers).toEqual([]);
    process.reload({
      ...defined,
      vrrpInstances: instance === undefined ? [] : [{ ...instance, trackers: tracked }],
    });
    expect(process.status().trackers).toMatchObject([
      { name: 'f', state: 'up', value: 0, trackedBy: ['VI_1'] },
    ]);
  });

  test('an address with another label is made anew', () => {
    const bench = newBench();
    const process = master(bench);
    const before = bench.done.length;
    const [instance = vrrpInstance()] = CONFIG.vrrpInstances;
    const virtualAddresses = [virtualAddress('192.168.100.240', { label: 'eth0:vip' })];
    process.reload(vrrpPart([{ ...instance, virtualAddresses }]));
    expect(bench.done.slice(before)).toEqual([
      'remove 192.168.100.240 done',
      'add 192.168.100.240 done',
      'announce 192.168.100.240 on 2',
    ]);
  });
});

describe('status', () => {
  test('counts, and starts again from zero when told', () => {
    const bench = newBench();
    const process = master(bench);
    bench.arrive({ priority: 50, vrid: 77 });
    bench.readable();
    expect(process.status()).toMatchObject({
      strayPackets: 1,
      instances: [{ counters: { advertsSent: 1, becameMaster: 1, gratuitousArpsSent: 1 } }],
    });
    process.resetCounters();
    expect(process.status()).toMatchObject({
      strayPackets: 0,
      instances: [{ state: 'MASTER', counters: { advertsSent: 0 } }],
    });
  });
});
