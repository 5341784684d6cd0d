import { expect, test } from 'vitest';
import { after, instant, micros, seconds } from '../../../src/base/units.ts';
import { nextDeadline, step } from '../../../src/checks/core/node.ts';
import { emptyNode, type NodeAction, type NodeState } from '../../../src/checks/core/node-state.ts';
import { ALARMS_TOLD_MAX, nextWatch } from '../../../src/checks/core/watchdog.ts';
import type { Checker } from '../../../src/config/model/lvs.ts';
import { httpChecker, miscChecker, realServer, target, tcpChecker, url, virtualServer } from '../model.ts';

const configured = (...checkers: Checker[]): NodeState => {
  const servers = checkers.map((checker, i) =>
    realServer(`10.1.${i >> 8}.${i & 255}`, 80, { checkers: [checker] }),
  );
  const virtualServers = [virtualServer('10.9.9.9', 80, servers)];
  return step(emptyNode(1), { kind: 'config_changed', virtualServers }, instant(0))[0];
};
const to = target('192.168.100.8', 80, { timeout: seconds(2) });
const told = (actions: readonly NodeAction[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'log' ? [action.entry.id] : []));
const launch = (state: NodeState): NodeState => step(state, { kind: 'deadline_reached' }, instant(1e6))[0];
/** The first look at which it is overdue, in seconds; a first run was due at 1 s. */
function alarmSecond(state: NodeState): number {
  for (let second = 1; second < 1000; second++) {
    const [next, actions] = step(state, { kind: 'watch_due' }, after(instant(0), seconds(second)));
    if (told(actions).includes('check_overdue')) return second;
    state = next;
  }
  return Number.NaN;
}

test('there is nothing to watch without checkers', () => {
  expect(nextWatch(configured())).toBeNull();
});

test('two intervals and the time that one run may take after it was due, it is overdue', () => {
  const delayLoop = seconds(10);
  expect(alarmSecond(launch(configured(tcpChecker(to, { delayLoop }))))).toBe(1 + 20 + 2);
  const pages = [url('/a'), url('/b')] as const;
  expect(alarmSecond(launch(configured(httpChecker(to, { delayLoop, urls: pages }))))).toBe(1 + 20 + 16);
  expect(alarmSecond(launch(configured(miscChecker({ delayLoop, timeout: seconds(7) }))))).toBe(1 + 20 + 11);
});

test('a checker that waits for its turn is watched as well', () => {
  expect(alarmSecond(configured(tcpChecker(to, { delayLoop: seconds(10) })))).toBe(23);
});

test('a probe that never answers is given up and launched again at once; its place is free', () => {
  const running = launch(configured(tcpChecker(to)));
  expect(running.lanes.sockets.running).toBe(1);
  const now = instant(100e6);
  const [given, actions] = step(running, { kind: 'watch_due' }, now);
  expect(actions.map(({ kind }) => kind)).toEqual(['log', 'abort_probe']);
  expect(given.lanes.sockets.running).toBe(0);
  expect(nextDeadline(given)).toBe(now);
  const [again] = step(given, { kind: 'deadline_reached' }, now);
  const [done, news] = step(
    again,
    {
      kind: 'probe_finished',
      checker: [...again.checkers.keys()][0] ?? failHere(),
      result: { kind: 'passed' },
    },
    after(now, micros(5)),
  );
  expect(told(news)).toEqual(['check_runs_again', 'tcp_check_succeeded']);
  expect(done.lanes.sockets.running).toBe(0);
});

test('what stops ten thousand checkers is told in a few lines, and once', () => {
  const state = launch(configured(...Array.from({ length: 10_000 }, () => tcpChecker(to))));
  const [first, actions] = step(state, { kind: 'watch_due' }, instant(100e6));
  const lines = told(actions);
  expect(lines.filter((id) => id === 'check_overdue')).toHaveLength(ALARMS_TOLD_MAX);
  expect(lines.filter((id) => id === 'checks_overdue')).toHaveLength(1);
  const [, later] = step(first, { kind: 'watch_due' }, instant(102e6));
  expect(told(later)).toEqual([]);
});

function failHere(): never {
  throw new Error('no checker');
}
