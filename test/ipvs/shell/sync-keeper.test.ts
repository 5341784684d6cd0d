import { describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import { interfaceName, port, seconds } from '../../../src/base/units.ts';
import type { SyncDaemonSettings } from '../../../src/config/model/global.ts';
import { wantedDaemons } from '../../../src/ipvs/core/daemon-plan.ts';
import { createSyncKeeper } from '../../../src/ipvs/shell/sync-keeper.ts';
import { createFakeClock, createFakeLog } from '../../checks/fakes.ts';
import { fakeSyncDaemons } from '../fake-sync-daemons.ts';

const settings = (more: Partial<SyncDaemonSettings> = {}): SyncDaemonSettings => ({
  ...{ interface: interfaceName('eth0'), instance: 'VI_1', id: 51 },
  ...{ maxLength: null, port: null, ttl: null, group: null },
  ...more,
});
const asMaster = (more: Partial<SyncDaemonSettings> = {}) => wantedDaemons(settings(more), () => true);
const asBackup = (more: Partial<SyncDaemonSettings> = {}) => wantedDaemons(settings(more), () => false);

function open(kernel = fakeSyncDaemons()) {
  const clock = createFakeClock();
  const { log, lines } = createFakeLog();
  return { kernel, clock, lines, keeper: createSyncKeeper({ clock, log, openKernel: () => ok(kernel) }) };
}

describe('the sync daemons follow what is wanted', () => {
  test('master and backup take turns, the old one stops first (behaviour.md section 17)', () => {
    const { keeper, kernel } = open();
    keeper.want(asBackup());
    keeper.want(asMaster());
    keeper.want(asBackup());
    expect(kernel.orders).toEqual([
      'start backup',
      'stop backup',
      'start master',
      'stop master',
      'start backup',
    ]);
  });

  test('without an instance both roles run, with id 0 unless given', () => {
    const { keeper, kernel } = open();
    keeper.want(wantedDaemons(settings({ instance: null, id: 0 }), () => false));
    expect(kernel.running.map(({ role, syncId }) => [role, syncId])).toEqual([
      ['master', 0],
      ['backup', 0],
    ]);
  });

  test("what runs as wanted already is not touched; values that nobody gave are the kernel's to choose", () => {
    const first = open();
    first.keeper.want(asMaster());
    const again = open(fakeSyncDaemons(first.kernel.running));
    again.keeper.want(asMaster());
    expect(again.kernel.orders).toEqual([]);
  });

  test.each([
    { interface: interfaceName('eth1') },
    { id: 7 },
    { maxLength: 1400 },
    { port: port(9999) },
    { ttl: 3 },
  ])('a reload that changes %o starts the daemon anew', (more) => {
    const { keeper, kernel } = open();
    keeper.want(asMaster());
    keeper.want(asMaster(more));
    expect(kernel.orders.slice(1)).toEqual(['stop master', 'start master']);
  });

  test('a daemon that a dead predecessor left in the other role is stopped', () => {
    const left = open();
    left.keeper.want(asMaster());
    const { keeper, kernel } = open(fakeSyncDaemons(left.kernel.running));
    keeper.want(asBackup());
    expect(kernel.orders).toEqual(['stop master', 'start backup']);
  });

  test("who never wanted a daemon stops nobody else's, and one who did stops it at the end", () => {
    const left = open();
    left.keeper.want(asMaster());
    const stranger = open(fakeSyncDaemons(left.kernel.running));
    stranger.keeper.want([]);
    stranger.keeper.close();
    left.keeper.close();
    expect([stranger.kernel.orders, left.kernel.running]).toEqual([[], []]);
  });
});

describe('a kernel that refuses', () => {
  test('is asked again with growing pauses, and complained about once', () => {
    const { keeper, kernel, clock, lines } = open();
    kernel.missing.add('eth0');
    keeper.want(asMaster());
    for (const pause of [1, 2, 4]) clock.pass(seconds(pause));
    expect(kernel.orders).toHaveLength(4);
    kernel.missing.clear();
    clock.pass(seconds(8));
    expect(kernel.running.map(({ role }) => role)).toEqual(['master']);
    expect(lines.filter((line) => line.includes('tried again'))).toHaveLength(1);
  });

  test('is opened again when there was no ip_vs', () => {
    const clock = createFakeClock();
    const kernel = fakeSyncDaemons();
    let loaded = false;
    const absent = { attempted: 'open', code: 'ENOENT', detail: 'no ip_vs' };
    const openKernel = () => (loaded ? ok(kernel) : err(absent));
    const keeper = createSyncKeeper({ clock, log: createFakeLog().log, openKernel });
    keeper.want(asBackup());
    loaded = true;
    clock.pass(seconds(1));
    expect(kernel.orders).toEqual(['start backup']);
  });
});
