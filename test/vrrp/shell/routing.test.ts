/** Virtual routes and rules, and static entries, with the whole process on a simulated kernel. */
import { describe, expect, test } from 'vitest';
import { ifIndex, interfaceName, priority } from '../../../src/base/units.ts';
import type { StaticEntries } from '../../../src/config/model/routing.ts';
import { placed } from '../../../src/net/core/placing.ts';
import type { RoutingOperation } from '../../../src/ports/routing-kernel.ts';
import { ethernet } from '../../../src/sim/kernel.ts';
import {
  virtualAddress,
  virtualRoute,
  virtualRule,
  vrrpInstance,
  vrrpPart,
} from '../../../src/sim/topology.ts';
import { type Bench, newBench, OWN, onEth0 } from './bench.ts';

const ROUTE = virtualRoute('10.9.0.0');
const OTHER_ROUTE = virtualRoute('10.8.0.0');
const RULE = virtualRule(100);
const VIP = virtualAddress('192.168.100.240');

const withRouting = (changes: Parameters<typeof vrrpInstance>[0] = {}) =>
  vrrpPart([vrrpInstance({ priority: priority(100), routes: [ROUTE], rules: [RULE], ...changes })]);

/** What a master holds, in words. */
const held = ({ routing }: Bench): readonly string[] => [
  ...routing.state.routes.map(({ destination }) => destination.address),
  ...routing.state.rules.map((rule) => String(rule.priority)),
];
const changes = ({ done }: Bench): readonly string[] => done.filter((line) => !line.startsWith('announce'));

function removal(bench: Bench, entry: typeof ROUTE | typeof RULE): RoutingOperation {
  const links = new Map([...bench.kernel.links.values()].map((link) => [link.name, link]));
  const wish = placed(entry, links);
  if (wish === null) throw new Error('no such interface');
  return wish.kind === 'route'
    ? { kind: 'remove_route', route: wish.route }
    : { kind: 'remove_rule', rule: wish.rule };
}

function master(config = withRouting()) {
  const bench = newBench();
  const process = bench.start(config);
  bench.pass(3.7);
  bench.notify();
  bench.pass(0.2);
  return { bench, process };
}

describe('a router with virtual_routes and virtual_rules', () => {
  test('sets them behind its addresses, and takes them off before: rules, routes, addresses (behaviour.md 4.4, 4.6)', () => {
    const { bench, process } = master();
    process.stop();
    expect(changes(bench)).toEqual([
      'advert 100 vrid 51',
      'add 192.168.100.240 done',
      'add_route 10.9.0.0 done',
      'add_rule 100 done',
      'advert 0 vrid 51',
      'remove_rule 100 done',
      'remove_route 10.9.0.0 done',
      'remove 192.168.100.240 done',
    ]);
  });

  test('has none of them as backup', () => {
    const { bench } = master();
    bench.arrive({ priority: 200 });
    bench.readable();
    expect(held(bench)).toEqual([]);
  });

  test('puts a route and a rule back that somebody takes, within 100 ms and without stepping down', () => {
    const { bench, process } = master();
    for (const entry of [ROUTE, RULE]) {
      bench.routing.change(removal(bench, entry));
      bench.notify();
      bench.pass(0.1);
    }
    expect(held(bench)).toEqual(['10.9.0.0', '100']);
    expect(process.status().instances[0]?.state).toBe('MASTER');
    expect(bench.logs.filter((line) => line.includes('put back'))).toEqual([
      '(VI_1) removed by someone else and put back: 10.9.0.0/16 via 192.168.100.254 dev eth0 proto 18',
      '(VI_1) removed by someone else and put back: from all priority 100 proto 18 lookup 100',
    ]);
  });

  test('does not spin against a program that goes on taking it: five times between two adverts', () => {
    const { bench } = master();
    const before = bench.routing.writes;
    for (let i = 0; i < 12; i++) {
      bench.routing.change(removal(bench, ROUTE));
      bench.notify();
      bench.pass(0.06);
    }
    expect(bench.routing.writes - before).toBeLessThanOrEqual(6);
    bench.pass(1);
    expect(held(bench)).toContain('10.9.0.0');
  });

  test('lets an untracked one go (no_track)', () => {
    const { bench } = master(withRouting({ routes: [{ ...ROUTE, tracked: false }] }));
    bench.routing.change(removal(bench, ROUTE));
    bench.notify();
    bench.pass(2);
    expect(held(bench)).toEqual(['100']);
  });

  test('notices routes that go with an address and without a word', () => {
    const { bench } = master();
    bench.routing.dropWatchers();
    bench.routing.change(removal(bench, ROUTE));
    bench.kernel.addForeign(onEth0(OWN, { prefixLength: 16 }));
    bench.notify();
    bench.pass(0.1);
    expect(held(bench)).toContain('10.9.0.0');
  });

  test('keeps what it finds at its start, without a write', () => {
    const bench = newBench();
    const first = bench.start(withRouting(), { releaseVips: false });
    bench.pass(3.7);
    bench.notify();
    first.stop();
    const writes = bench.routing.writes;
    bench.start(withRouting());
    bench.pass(3.7);
    expect(bench.routing.writes).toBe(writes);
    expect(held(bench)).toEqual(['10.9.0.0', '100']);
  });

  test('drops at a reload what is no longer configured, and nothing else', () => {
    const { bench, process } = master();
    const writes = bench.routing.writes;
    process.reload(withRouting({ routes: [OTHER_ROUTE] }));
    expect(held(bench)).toEqual(['10.8.0.0', '100']);
    expect(bench.routing.writes - writes).toBe(2);
  });

  test('is in FAULT while the interface of a tracked route is missing (behaviour.md section 6)', () => {
    const there = interfaceName('eth9');
    const { bench, process } = master(
      withRouting({ routes: [{ ...ROUTE, route: { ...ROUTE.route, device: there } }] }),
    );
    expect(process.status().instances[0]).toMatchObject({
      state: 'FAULT',
      reason: 'interface eth9 does not exist',
    });
    bench.kernel.addLink(ethernet(there, ifIndex(9), bench.kernel.links.get(ifIndex(2))?.mac ?? never()));
    bench.notify();
    bench.pass(3.7);
    expect(held(bench)).toContain('10.9.0.0');
  });

  test('says once what the kernel refuses, and does not ask again before something changes', () => {
    const bench = newBench();
    bench.routing.change({
      ...removal(bench, ROUTE),
      kind: 'add_route',
      placement: 'add',
    } as RoutingOperation);
    const blocked = { ...ROUTE, placement: 'add' as const, route: { ...ROUTE.route, source: OWN } };
    bench.start(withRouting({ routes: [blocked], rules: [] }));
    bench.pass(6);
    const asked = (): number => bench.done.filter((line) => line === 'add_route 10.9.0.0 EEXIST').length;
    const before = asked();
    expect(before).toBeGreaterThan(0);
    bench.pass(10);
    expect(asked()).toBe(before);
    expect(bench.logs.filter((line) => line.includes('cannot set'))).toHaveLength(1);
  });

  test('shows them in its status, with whether they are held', () => {
    const { process } = master();
    expect(process.status().instances[0]?.routing).toEqual([
      { kind: 'route', text: '10.9.0.0/16 via 192.168.100.254 dev eth0 proto 18', held: true },
      { kind: 'rule', text: 'from all priority 100 proto 18 lookup 100', held: true },
    ]);
  });
});

const never = (): never => {
  throw new Error('eth0 has no MAC');
};

describe('static entries', () => {
  const statics = (members: readonly string[], tracked = true): StaticEntries => ({
    addresses: [{ entry: virtualAddress('10.77.0.1', { tracked }), members }],
    routes: [{ entry: { ...ROUTE, tracked }, members }],
    rules: [{ entry: { ...RULE, tracked }, members }],
  });
  const withStatics = (entries: StaticEntries) => ({ ...vrrpPart([vrrpInstance()]), statics: entries });

  test('are there from start to stop, whatever the state of the routers', () => {
    const { bench, process } = master(withStatics(statics([])));
    expect(held(bench)).toEqual(['10.9.0.0', '100']);
    expect(bench.kernel.has(virtualAddress('10.77.0.1').address)).toBe(true);
    process.stop();
    expect(held(bench)).toEqual([]);
    expect(bench.kernel.has(virtualAddress('10.77.0.1').address)).toBe(false);
  });

  test('are set before a router takes part', () => {
    const bench = newBench();
    bench.start(withStatics(statics([])));
    expect(changes(bench)).toEqual(['add 10.77.0.1 done', 'add_route 10.9.0.0 done', 'add_rule 100 done']);
  });

  test('are put back when somebody takes them, five times a second at most', () => {
    const { bench } = master(withStatics(statics([])));
    const before = bench.routing.writes;
    for (let i = 0; i < 15; i++) {
      bench.routing.change(removal(bench, ROUTE));
      bench.notify();
      bench.pass(0.06);
    }
    expect(bench.routing.writes - before).toBeLessThanOrEqual(6);
    bench.pass(1);
    expect(held(bench)).toContain('10.9.0.0');
    bench.kernel.removeForeign(virtualAddress('10.77.0.1').address);
    bench.notify();
    bench.pass(1);
    expect(bench.kernel.has(virtualAddress('10.77.0.1').address)).toBe(true);
  });

  test('that are not tracked are left alone once they are gone', () => {
    const { bench } = master(withStatics(statics([], false)));
    bench.routing.change(removal(bench, ROUTE));
    bench.notify();
    bench.pass(2);
    expect(held(bench)).toEqual(['100']);
  });

  test('with a track_group keep its members in FAULT while one is missing', () => {
    const far = interfaceName('eth9');
    const elsewhere: StaticEntries = {
      ...statics([]),
      addresses: [{ entry: virtualAddress('10.77.0.1', { interface: far }), members: ['VI_1'] }],
    };
    const { bench, process } = master(withStatics(elsewhere));
    expect(process.status().instances[0]).toMatchObject({
      state: 'FAULT',
      reason: 'static address 10.77.0.1/32 dev eth9 is missing',
    });
    bench.kernel.addLink(ethernet(far, ifIndex(9), bench.kernel.links.get(ifIndex(2))?.mac ?? never()));
    bench.notify();
    bench.pass(3.7);
    expect(process.status().instances[0]?.state).toBe('MASTER');
    expect(bench.kernel.has(VIP.address)).toBe(true);
  });

  test('come and go alone at a reload, and what stays is not written', () => {
    const { bench, process } = master(withStatics(statics([])));
    const writes = bench.routing.writes;
    process.reload(withStatics({ ...statics([]), rules: [] }));
    expect(held(bench)).toEqual(['10.9.0.0']);
    expect(bench.routing.writes - writes).toBe(1);
  });
});
