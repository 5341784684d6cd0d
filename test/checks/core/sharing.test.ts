/** share_checks: one probe, and for each checker what its own probe would have brought about. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after, instant, seconds } from '../../../src/base/units.ts';
import { nextDeadline, step } from '../../../src/checks/core/node.ts';
import { emptyNode, type NodeAction, type NodeState } from '../../../src/checks/core/node-state.ts';
import { failed, PASSED, type ProbeResult } from '../../../src/checks/core/probe-result.ts';
import { nextWatch } from '../../../src/checks/core/watchdog.ts';
import type { Checker, VirtualServer } from '../../../src/config/model/lvs.ts';
import { miscChecker, realServer, target, tcpChecker, virtualServer } from '../model.ts';

const REFUSED = failed({ kind: 'connect_failed', code: 'ECONNREFUSED' });

/** The same server behind `count` services on as many ports. */
const services = (
  count: number,
  checker: Checker = tcpChecker(target('10.0.0.2', 80), { warmup: seconds(6) }),
): readonly VirtualServer[] =>
  Array.from({ length: count }, (_, i) =>
    virtualServer('10.0.0.1', 80 + i, [realServer('10.0.0.2', 80, { weight: 3, checkers: [checker] })]),
  );

const launches = (actions: readonly NodeAction[]) =>
  actions.flatMap((action) => (action.kind === 'launch_probe' ? [action] : []));

/** A world in which every probe is answered at once; `answer` is asked once for each probe. */
function play(
  virtualServers: readonly VirtualServer[],
  share: boolean,
  answer: (run: number) => ProbeResult,
) {
  let now = instant(0);
  let [state] = step(emptyNode(7), { kind: 'config_changed', virtualServers, share }, now);
  let probes = 0;
  return {
    state: (): NodeState => state,
    probes: () => probes,
    reload(next: readonly VirtualServer[], shares = share): readonly NodeAction[] {
      const [after, actions] = step(
        state,
        { kind: 'config_changed', virtualServers: next, share: shares },
        now,
      );
      state = after;
      return actions;
    },
    /** The next launches, and what became of each service's server. */
    run(): readonly string[] {
      const due = nextDeadline(state);
      if (due === null) throw new Error('nothing is due');
      now = due;
      const [launched, actions] = step(state, { kind: 'deadline_reached' }, now);
      state = launched;
      for (const { checker, others } of launches(actions)) {
        const result = answer(probes++);
        [state] = step(state, { kind: 'probe_finished', checker, others, result }, after(now, seconds(0.5)));
      }
      return [...state.checkers.values()].map(({ state: { passing, failing, runs }, dueAt }) =>
        JSON.stringify({ passing, failing, runs, dueAt }),
      );
    },
  };
}

describe('equal checkers of one server', () => {
  test('are asked by one probe, each by its own when nothing is shared', () => {
    const shared = play(services(5), true, () => PASSED);
    shared.run();
    expect(shared.probes()).toBe(1);
    const alone = play(services(5), false, () => PASSED);
    for (let i = 0; i < 5; i++) alone.run();
    expect(alone.probes()).toBe(5);
  });

  test('end as if each had been alone, whatever the server answers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (passes, count) => {
          const answer = (run: number): ProbeResult => (passes[run] === false ? REFUSED : PASSED);
          const [many, one] = [play(services(count), true, answer), play(services(1), false, answer)];
          for (let i = 0; i < passes.length; i++) {
            const [expected] = one.run();
            expect(many.run()).toEqual(Array.from({ length: count }, () => expected));
          }
          expect(many.probes()).toBe(passes.length);
        },
      ),
    );
  });

  test('stay together over a reload, and one that comes with it joins them', () => {
    const world = play(services(2), true, () => PASSED);
    world.run();
    world.reload(services(3));
    world.run();
    expect(world.probes()).toBe(2);
  });

  test('part when share_checks goes, and meet again when it comes', () => {
    const world = play(services(2), true, () => PASSED);
    world.run();
    world.reload(services(2), false);
    world.run();
    expect(world.probes()).toBe(3);
    world.reload(services(2), true);
    world.run();
    expect(world.probes()).toBe(4);
  });
});

test.each([
  ['another timeout', tcpChecker(target('10.0.0.2', 80, { timeout: seconds(9) }))],
  ['another retry', tcpChecker(target('10.0.0.2', 80), { retry: 7 })],
  ['another mark', tcpChecker(target('10.0.0.2', 80, { bindInterface: 'eth1' }))],
])('a checker with %s is not equal', (_, other) => {
  const world = play([...services(1), ...services(3, other).slice(1)], true, () => PASSED);
  world.run();
  world.run();
  expect(world.probes()).toBe(2);
});

test('a program is shared by checkers of one server only: it may look at another one each time', () => {
  const checkers = [miscChecker({ warmup: seconds(0) })];
  const service = (port: number, address: string) =>
    virtualServer('10.0.0.1', port, [realServer(address, 80, { checkers })]);
  const world = play(
    [service(80, '10.0.0.2'), service(81, '10.0.0.2'), service(82, '10.0.0.3')],
    true,
    () => PASSED,
  );
  world.run();
  expect(world.probes()).toBe(2);
});

describe('what shares a probe takes no place of its own', () => {
  test('among the probes that run at once, also when the watchdog gives it up or a reload removes it', () => {
    const [begun] = step(
      emptyNode(7),
      { kind: 'config_changed', virtualServers: services(5), share: true },
      instant(0),
    );
    const now = nextDeadline(begun) ?? instant(0);
    const [running, actions] = step(begun, { kind: 'deadline_reached' }, now);
    expect(launches(actions).map(({ others }) => others.length)).toEqual([4]);
    expect(running.lanes.sockets.running).toBe(1);
    const [fewer] = step(running, { kind: 'config_changed', virtualServers: services(3), share: true }, now);
    expect(fewer.lanes.sockets.running).toBe(1);
    const late = after(now, seconds(100_000));
    expect(nextWatch(fewer)).not.toBeNull();
    const [watched] = step(fewer, { kind: 'watch_due' }, late);
    expect(watched.lanes.sockets.running).toBe(0);
  });
});
