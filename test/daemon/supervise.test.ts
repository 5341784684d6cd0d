import { describe, expect, test } from 'vitest';
import { after, type Instant, instant, seconds } from '../../src/base/units.ts';
import {
  initialSupervision,
  nextSupervisionDeadline,
  type Supervision,
  type SupervisionAction,
  type SupervisionEvent,
  supervise,
} from '../../src/daemon/core/supervise.ts';

const START = instant(1_000_000_000);

/** Feeds events one after another and keeps the actions of the last. */
function run(events: readonly (readonly [Instant, SupervisionEvent])[], respawn = true) {
  let state: Supervision = initialSupervision({ respawn, stopLimit: seconds(5) });
  let actions: readonly SupervisionAction[] = [];
  for (const [now, event] of events) [state, actions] = supervise(state, event, now);
  return { state, actions, kinds: actions.map((a) => a.kind) };
}

const at = (n: number): Instant => after(START, seconds(n));
const bothWanted: readonly [Instant, SupervisionEvent] = [
  START,
  { kind: 'children_wanted', children: ['vrrp', 'checkers'] },
];
const crash = (child: 'vrrp' | 'checkers', n: number): readonly [Instant, SupervisionEvent] => [
  at(n),
  { kind: 'child_exited', child, status: null, signal: 'SIGKILL' },
];
const tick = (n: number): readonly [Instant, SupervisionEvent] => [at(n), { kind: 'time_passed' }];

describe('supervision of the children', () => {
  test('the checkers start before vrrp, as keepalived starts them', () => {
    expect(run([bothWanted]).actions).toEqual([
      { kind: 'start_child', child: 'checkers' },
      { kind: 'start_child', child: 'vrrp' },
    ]);
  });

  test('a first crash is followed by a restart at once, after what it left behind is released', () => {
    expect(run([bothWanted, crash('vrrp', 1)]).kinds).toEqual([
      'report_crash',
      'release_leftovers',
      'start_child',
    ]);
  });

  test('children that keep dying young come back after 1, 2, 4, … 32, 60, 60 seconds', () => {
    let events: (readonly [Instant, SupervisionEvent])[] = [bothWanted, crash('vrrp', 1)];
    let time = 1;
    for (const delay of [1, 2, 4, 8, 16, 32, 60, 60]) {
      time += 1;
      events = [...events, crash('vrrp', time)];
      const { state } = run(events);
      expect(nextSupervisionDeadline(state)).toBe(at(time + delay));
      time += delay;
      events = [...events, tick(time)];
      expect(run(events).actions).toEqual([{ kind: 'start_child', child: 'vrrp' }]);
    }
  });

  test('a life of sixty seconds resets the back-off', () => {
    const { kinds } = run([bothWanted, crash('vrrp', 1), crash('vrrp', 61)]);
    expect(kinds).toContain('start_child');
  });

  test.each([1, 2, 4])(
    'exit status %i is permanent: everything stops and the daemon exits with it',
    (status) => {
      const exit: readonly [Instant, SupervisionEvent] = [
        at(1),
        { kind: 'child_exited', child: 'vrrp', status, signal: null },
      ];
      expect(run([bothWanted, exit]).kinds).toEqual(['release_leftovers', 'terminate_child']);
      const other: readonly [Instant, SupervisionEvent] = [
        at(2),
        { kind: 'child_exited', child: 'checkers', status: 0, signal: null },
      ];
      expect(run([bothWanted, exit, other]).actions).toEqual([{ kind: 'exit', exitCode: status }]);
    },
  );

  test('any other status is respawned', () => {
    const { kinds } = run([
      bothWanted,
      [at(1), { kind: 'child_exited', child: 'checkers', status: 70, signal: null }],
    ]);
    expect(kinds).toContain('start_child');
  });

  test('-R: a crash ends the daemon instead', () => {
    const { kinds } = run([bothWanted, crash('vrrp', 1)], false);
    expect(kinds).toEqual(['release_leftovers', 'terminate_child']);
  });

  test('a stop terminates both, waits for both, then exits 0', () => {
    const stop: readonly [Instant, SupervisionEvent] = [at(9), { kind: 'stop_requested', exitCode: 0 }];
    const gone = (child: 'vrrp' | 'checkers'): readonly [Instant, SupervisionEvent] => [
      at(10),
      { kind: 'child_exited', child, status: 0, signal: null },
    ];
    expect(run([bothWanted, stop]).kinds).toEqual(['terminate_child', 'terminate_child']);
    expect(run([bothWanted, stop, gone('vrrp')]).actions).toEqual([]);
    expect(run([bothWanted, stop, gone('vrrp'), gone('checkers')]).actions).toEqual([
      { kind: 'exit', exitCode: 0 },
    ]);
  });

  test('a child that does not stop within the limit is killed once, and what it held is released', () => {
    const stop: readonly [Instant, SupervisionEvent] = [at(9), { kind: 'stop_requested', exitCode: 0 }];
    expect(run([bothWanted, stop, tick(13)]).actions).toEqual([]);
    expect(run([bothWanted, stop, tick(14)]).kinds).toEqual(['kill_child', 'kill_child']);
    expect(run([bothWanted, stop, tick(14), tick(20)]).actions).toEqual([]);
    expect(run([bothWanted, stop, tick(14), crash('vrrp', 14)]).kinds).toEqual(['release_leftovers']);
  });

  test('a reload that needs a child no more stops it, and one that needs it again starts it after it went', () => {
    const without: readonly [Instant, SupervisionEvent] = [
      at(5),
      { kind: 'children_wanted', children: ['vrrp'] },
    ];
    const again: readonly [Instant, SupervisionEvent] = [
      at(6),
      { kind: 'children_wanted', children: ['vrrp', 'checkers'] },
    ];
    expect(run([bothWanted, without]).actions).toEqual([{ kind: 'terminate_child', child: 'checkers' }]);
    expect(run([bothWanted, without, again]).actions).toEqual([]);
    const gone: readonly [Instant, SupervisionEvent] = [
      at(7),
      { kind: 'child_exited', child: 'checkers', status: 0, signal: null },
    ];
    expect(run([bothWanted, without, again, gone]).actions).toEqual([
      { kind: 'start_child', child: 'checkers' },
    ]);
  });

  test('a daemon with nothing to run stays, and a stop ends it at once', () => {
    const idle: readonly [Instant, SupervisionEvent] = [START, { kind: 'children_wanted', children: [] }];
    expect(run([idle]).actions).toEqual([]);
    expect(run([idle, [at(1), { kind: 'stop_requested', exitCode: 0 }]]).actions).toEqual([
      { kind: 'exit', exitCode: 0 },
    ]);
  });
});
