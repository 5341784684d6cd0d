import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant, micros, seconds } from '../../../src/base/units.ts';
import { desiredTable } from '../../../src/checks/core/desired.ts';
import {
  LAUNCHES_PER_STEP_MAX,
  laneOf,
  PROBES_RUNNING_MAX,
  PROGRAMS_PER_STEP_MAX,
  PROGRAMS_RUNNING_MAX,
} from '../../../src/checks/core/lanes.ts';
import { nextDeadline, step } from '../../../src/checks/core/node.ts';
import { emptyNode, type NodeAction, type NodeState } from '../../../src/checks/core/node-state.ts';
import { isPooled } from '../../../src/checks/core/pool.ts';
import { aliveWeightOf, type CheckerId, isAlive } from '../../../src/checks/core/service.ts';
import { addition } from '../../../src/checks/core/weight.ts';
import type { VirtualServer } from '../../../src/config/model/lvs.ts';
import {
  httpChecker,
  miscChecker,
  realServer,
  sorryServer,
  target,
  tcpChecker,
  virtualServer,
} from '../model.ts';
import { type Answer, createWorld, PASSES, REFUSES, tableText } from '../world.ts';

const launched = (actions: readonly NodeAction[]): CheckerId[] =>
  actions.flatMap((action) => (action.kind === 'launch_probe' ? [action.checker] : []));

const manyServers = (count: number, warmup = 0): VirtualServer =>
  virtualServer(
    '10.9.9.9',
    80,
    Array.from({ length: count }, (_, i) => {
      const address = `10.${(i >> 16) + 1}.${(i >> 8) & 255}.${i & 255}`;
      return realServer(address, 80, {
        checkers: [tcpChecker(target(address, 80), { warmup: micros(warmup) })],
      });
    }),
  );

const configured = (...virtualServers: VirtualServer[]): NodeState =>
  step(emptyNode(1), { kind: 'config_changed', virtualServers }, instant(0))[0];

test('first runs are spread over the warm-up, one second after start, the same way for the same seed', () => {
  const world = (seed: number) => {
    const starts: number[] = [];
    const one = createWorld(() => PASSES, seed);
    one.configure([manyServers(100, 10e6)]);
    // each run asks again 6 s later, so the hundred first ones are those that find a checker without a run
    for (let at = nextDeadline(one.state()); at !== null && at <= 11e6; at = nextDeadline(one.state())) {
      const known = one.launches.size;
      one.run(micros(at - one.now()));
      if (one.launches.size > known) starts.push(at);
    }
    return starts;
  };
  const starts = world(7);
  expect(starts).toEqual(world(7));
  expect(starts).not.toEqual(world(8));
  expect(starts).toHaveLength(100);
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(1e6);
  expect(Math.max(...starts)).toBeLessThanOrEqual(11e6);
  expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(8e6);
});

test('a step launches a bounded number of probes, then there is another deadline at once', () => {
  const due = instant(1e6);
  const [state, actions] = step(configured(manyServers(1000)), { kind: 'deadline_reached' }, due);
  expect(launched(actions)).toHaveLength(LAUNCHES_PER_STEP_MAX);
  expect(nextDeadline(state)).toBe(due);
});

test('no more probes run at once than the limit; each that ends lets the longest overdue one start', () => {
  let state = configured(manyServers(PROBES_RUNNING_MAX + 500));
  let running: CheckerId[] = [];
  const now = instant(2e6);
  while (nextDeadline(state) !== null) {
    const [next, actions] = step(state, { kind: 'deadline_reached' }, now);
    state = next;
    running = [...running, ...launched(actions)];
  }
  expect(running).toHaveLength(PROBES_RUNNING_MAX);
  const [checker = running[1]] = running;
  if (checker === undefined) throw new Error('nothing runs');
  [state] = step(state, { kind: 'probe_finished', checker, result: { kind: 'passed' } }, now);
  expect(nextDeadline(state)).toBe(1e6);
  const [, actions] = step(state, { kind: 'deadline_reached' }, now);
  expect(launched(actions)).toEqual([PROBES_RUNNING_MAX]);
});

test('a result for a checker that a reload removed is ignored, and its probe is aborted', () => {
  const before = configured(manyServers(1));
  const [running, actions] = step(before, { kind: 'deadline_reached' }, instant(1e6));
  const [checker] = launched(actions);
  if (checker === undefined) throw new Error('nothing runs');
  const other = virtualServer('10.9.9.9', 80, [
    realServer('10.1.0.0', 80, { checkers: [tcpChecker(target('10.1.0.0', 80), { retry: 9 })] }),
  ]);
  const [reloaded, told] = step(running, { kind: 'config_changed', virtualServers: [other] }, instant(2e6));
  expect(told).toContainEqual({ kind: 'abort_probe', checker });
  expect(reloaded.lanes.sockets.running).toBe(0);
  const late = { kind: 'probe_finished', checker, result: REFUSES.result } as const;
  const [after, nothing] = step(reloaded, late, instant(2e6));
  expect(nothing).toEqual([]);
  expect(after.lanes.sockets.running).toBe(0);
  expect(tableText(desiredTable(after.services.values()))).toContain('10.1.0.0:80 w1');
});

test('a reload keeps a running probe of an unchanged checker: its result counts', () => {
  const service = manyServers(1);
  const [running, actions] = step(configured(service), { kind: 'deadline_reached' }, instant(1e6));
  const [checker] = launched(actions);
  if (checker === undefined) throw new Error('nothing runs');
  const same = structuredClone([service]);
  const [reloaded, told] = step(running, { kind: 'config_changed', virtualServers: same }, instant(2e6));
  expect(told.filter(({ kind }) => kind !== 'update_table')).toEqual([]);
  expect(reloaded.lanes.sockets.running).toBe(1);
  const [after] = step(reloaded, { kind: 'probe_finished', checker, result: REFUSES.result }, instant(2e6));
  expect(tableText(desiredTable(after.services.values()))).toBe('tcp 10.9.9.9:80 -> nothing');
});

test('a reload of the same file neither delays nor repeats any check', () => {
  const plan = (reload: boolean) => {
    const world = createWorld(() => PASSES);
    const service = manyServers(20, 6e6);
    world.configure([service]);
    for (let second = 0; second < 40; second++) {
      world.run(seconds(1));
      if (reload) world.configure(structuredClone([service]));
    }
    return [...world.launches];
  };
  expect(plan(true)).toEqual(plan(false));
});

test('two equal checkers of one server are two also after a reload', () => {
  const twin = tcpChecker(target('10.1.0.0', 80));
  const service = virtualServer('10.9.9.9', 80, [realServer('10.1.0.0', 80, { checkers: [twin, twin] })]);
  const before = configured(service);
  const [after] = step(
    before,
    { kind: 'config_changed', virtualServers: structuredClone([service]) },
    instant(0),
  );
  expect([...after.checkers.keys()]).toEqual([0, 1]);
});

test('ten thousand checkers all run in each delay_loop, none twice', () => {
  const world = createWorld(() => PASSES);
  world.configure([manyServers(10_000, 6e6)]);
  world.run(seconds(7.5));
  expect(new Set(world.launches.values())).toEqual(new Set([1, 2]));
  expect(world.launches.size).toBe(10_000);
});

test('programs have a limit of their own, in all and in one step, and do not hold up sockets', () => {
  const misc = miscChecker({ delayLoop: seconds(60) });
  const servers = Array.from({ length: PROGRAMS_RUNNING_MAX + 50 }, (_, i) =>
    realServer(`10.1.${i >> 8}.${i & 255}`, 80, { checkers: [misc] }),
  );
  let state = configured(virtualServer('10.9.9.9', 80, servers), manyServers(20));
  const now = instant(2e6);
  const [first, actions] = step(state, { kind: 'deadline_reached' }, now);
  expect(launched(actions)).toHaveLength(PROGRAMS_PER_STEP_MAX + 20);
  let running = launched(actions);
  for (state = first; nextDeadline(state) !== null; ) {
    const [next, more] = step(state, { kind: 'deadline_reached' }, now);
    state = next;
    running = [...running, ...launched(more)];
  }
  expect(running).toHaveLength(PROGRAMS_RUNNING_MAX + 20);
});

test('a program is run from start to start, and at once when it took longer than its interval', () => {
  const misc = miscChecker({ delayLoop: seconds(10), command: { argv: ['/check', 'slow'], user: null } });
  let takes = seconds(4);
  const world = createWorld(() => ({ ...PASSES, takes }));
  world.configure([virtualServer('10.9.9.9', 80, [realServer('10.1.1.1', 80, { checkers: [misc] })])]);
  world.run(seconds(32));
  expect([...world.launches.values()]).toEqual([4]); // at 1, 11, 21 and 31 s
  takes = seconds(15);
  world.run(seconds(40)); // at 41, 56 and 71 s
  expect([...world.launches.values()]).toEqual([7]);
});

/** Everything that is summed up incrementally equals what it sums up. */
function expectConsistent(state: NodeState): void {
  for (const name of ['sockets', 'programs'] as const) {
    const checkers = [...state.checkers.values()].filter(
      ({ config }) => config.kind !== 'file' && laneOf(config) === name,
    );
    const running = checkers.filter((record) => record.launchedAt !== null).length;
    expect(state.lanes[name].running).toBe(running);
    expect(state.lanes[name].schedule.size + running).toBe(checkers.length);
  }
  for (const service of state.services.values()) {
    expect(service.aliveWeight).toBe(aliveWeightOf(service.servers.values()));
    for (const server of service.servers.values()) {
      const failing = server.checkers.filter((id) => state.checkers.get(id)?.state.passing === false);
      expect(server.failedCheckers).toBe(failing.length);
      const effects = server.checkers.map((id) => state.checkers.get(id)?.state.weight ?? null);
      const added = effects.map((effect) => addition(effect, server.config.weight));
      expect(server.addedWeight).toBe(added.reduce((sum, one) => sum + one, 0));
      if (service.quorumUp && isAlive(server)) expect(isPooled(service, server)).toBe(true);
    }
    if (service.quorumUp) expect(service.aliveWeight).toBeGreaterThan(0);
  }
}

const arbitraryServer = fc
  .record({
    last: fc.integer({ min: 1, max: 4 }),
    weight: fc.nat(3),
    inhibitOnFailure: fc.boolean(),
    alpha: fc.boolean(),
    retry: fc.nat(2),
    kinds: fc.subarray(['tcp', 'http', 'misc'] as const),
  })
  .map(({ last, weight, inhibitOnFailure, alpha, retry, kinds }) => {
    const to = target(`10.0.0.${last}`, 80);
    const make = {
      tcp: () => tcpChecker(to, { alpha, retry }),
      http: () => httpChecker(to, { retry }),
      misc: () =>
        miscChecker({
          alpha,
          retry,
          dynamic: true,
          command: { argv: ['/check', `10.0.0.${last}`], user: null },
        }),
    };
    return realServer(`10.0.0.${last}`, 80, {
      weight,
      inhibitOnFailure,
      checkers: kinds.map((kind) => make[kind]()),
    });
  });

const arbitraryServices = fc
  .array(
    fc.record({
      servers: fc.array(arbitraryServer, { maxLength: 5 }),
      quorum: fc.integer({ min: 1, max: 6 }),
      sorry: fc.boolean(),
    }),
    { maxLength: 3 },
  )
  .map((services) =>
    services.map(({ servers, quorum, sorry }, i) =>
      virtualServer('10.9.9.9', 80 + i, servers, {
        quorum,
        sorryServer: sorry ? sorryServer('10.0.0.9', 80) : null,
      }),
    ),
  );

const weighs = (to: number): Answer => ({
  result: { kind: 'passed', weight: { kind: 'set', to } },
  takes: micros(1000),
});

const arbitraryCommand = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('configure' as const), services: arbitraryServices }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('run' as const), deciseconds: fc.nat(100), deaf: fc.nat(15) }),
  },
);

test('whatever is configured and whatever the servers do, the sums hold and no probe is lost', () => {
  fc.assert(
    fc.property(fc.array(arbitraryCommand, { maxLength: 20 }), fc.nat(), (commands, seed) => {
      let deaf = 0;
      const world = createWorld((name) => {
        const last = Number(/10\.0\.0\.(\d)/.exec(name)?.[1] ?? 0);
        if ((deaf >> (last - 1)) & 1) return REFUSES;
        return name.startsWith('misc') && deaf > 0 ? weighs(deaf % 5) : PASSES;
      }, seed);
      for (const command of commands) {
        if (command.kind === 'configure') world.configure(command.services);
        else {
          deaf = command.deaf;
          world.run(micros(command.deciseconds * 1e5));
        }
        expectConsistent(world.state());
      }
    }),
  );
});

test('once servers stop changing, the pool is what they are: the alive ones, or the sorry server', () => {
  fc.assert(
    fc.property(arbitraryServices, arbitraryServices, fc.nat(15), (first, second, deaf) => {
      const world = createWorld((name) => {
        const last = Number(/10\.0\.0\.(\d)/.exec(name)?.[1] ?? 0);
        return (deaf >> (last - 1)) & 1 ? REFUSES : PASSES;
      });
      world.configure(first);
      world.run(seconds(5));
      world.configure(second);
      world.run(seconds(60));
      for (const service of world.state().services.values()) {
        for (const server of service.servers.values()) {
          const last = Number(server.config.address.at(-1));
          const probed = server.config.checkers.length > 0;
          expect(isAlive(server)).toBe(!(probed && (deaf >> (last - 1)) & 1));
        }
      }
    }),
  );
});
