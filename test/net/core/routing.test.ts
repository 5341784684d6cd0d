import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IpAddress } from '../../../src/base/ip.ts';
import { NO_METRICS, type Route } from '../../../src/base/routing.ts';
import { type IfIndex, ifIndex } from '../../../src/base/units.ts';
import { isPresent, planRouting, type RoutingGoal, type RoutingWish } from '../../../src/net/core/routing.ts';
import { applyRouting, EMPTY_ROUTING } from '../../../src/net/core/routing-model.ts';
import type { RoutingOperation, RoutingState } from '../../../src/ports/routing-kernel.ts';
import { anyWish } from '../routing-arbitraries.ts';

const wishes = fc.array(anyWish, { maxLength: 6 });

/** A kernel in which these were added by somebody, as far as it let them. */
const kernelWith = (present: readonly RoutingWish[]): RoutingState =>
  planRouting({ hold: present, release: [] }, EMPTY_ROUTING).reduce((state, operation) => {
    const next = applyRouting(state, operation);
    return next.ok ? next.value : state;
  }, EMPTY_ROUTING);

/** Fails at an operation that is refused; of two wishes that mean one route the second is (EEXIST). */
function carryOut(operations: readonly RoutingOperation[], from: RoutingState): RoutingState {
  return operations.reduce((state, operation) => {
    const next = applyRouting(state, operation);
    if (!next.ok) expect(next.error).toBe('EEXIST');
    return next.ok ? next.value : state;
  }, from);
}

const reached = ({ hold, release }: RoutingGoal, state: RoutingState): boolean =>
  hold.every((wish) => isPresent(wish, state)) &&
  release.every((wish) => !isPresent(wish, state) || hold.some((held) => overlaps(held, wish, state)));

/** What is left of a released wish is something held. */
const overlaps = (held: RoutingWish, released: RoutingWish, state: RoutingState): boolean =>
  [
    ...state.routes.map((route) => ({ routes: [route], rules: [] })),
    ...state.rules.map((rule) => ({ routes: [], rules: [rule] })),
  ].some((one) => isPresent(held, one) && isPresent(released, one));

describe('a plan for routes and rules', () => {
  test('reaches its goal from any beginning', () => {
    fc.assert(
      fc.property(wishes, wishes, wishes, (present, hold, release) => {
        const actual = kernelWith(present);
        const goal = { hold, release };
        expect(reached(goal, carryOut(planRouting(goal, actual), actual))).toBe(true);
      }),
    );
  });

  test('is empty when nothing is wrong', () => {
    fc.assert(
      fc.property(wishes, wishes, wishes, (present, hold, release) => {
        const goal = { hold, release };
        const actual = kernelWith(present);
        const after = carryOut(planRouting(goal, actual), actual);
        expect(planRouting(goal, after)).toEqual([]);
      }),
    );
  });

  test('has no operation too many, and touches nothing that the goal does not name', () => {
    fc.assert(
      fc.property(wishes, wishes, wishes, (present, hold, release) => {
        const goal = { hold, release };
        const actual = kernelWith(present);
        for (const operation of planRouting(goal, actual)) {
          const named = operation.kind.startsWith('add') ? hold : release;
          const one: RoutingState =
            'route' in operation
              ? { routes: [operation.route], rules: [] }
              : { routes: [], rules: [operation.rule] };
          expect(named.some((wish) => isPresent(wish, one))).toBe(true);
          const already = operation.kind.startsWith('add')
            ? hold.some((wish) => isPresent(wish, one) && isPresent(wish, actual))
            : false;
          expect(already).toBe(false);
        }
      }),
    );
  });

  test('takes rules off before routes, and sets routes before rules (behaviour.md section 4.6)', () => {
    const ranks = ['remove_rule', 'remove_route', 'add_route', 'add_rule'];
    fc.assert(
      fc.property(wishes, wishes, wishes, (present, hold, release) => {
        const order = planRouting({ hold, release }, kernelWith(present)).map(({ kind }) =>
          ranks.indexOf(kind),
        );
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });
});

const FAR = '2001:db8::' as IpAddress;
const leg = (via: string, weight = 1) => ({
  via: via as IpAddress,
  device: ifIndex(2),
  weight,
  onlink: false,
  encapsulation: null,
  realms: null,
});
const route = (more: Partial<Route<IfIndex>> = {}): Route<IfIndex> => ({
  family: 'inet6',
  type: 1,
  destination: { address: FAR, length: 32 },
  from: null,
  table: 254,
  protocol: 18,
  scope: 0,
  tos: 0,
  metric: null,
  source: null,
  via: null,
  device: null,
  onlink: false,
  encapsulation: null,
  expires: null,
  metrics: NO_METRICS,
  realms: null,
  preference: null,
  ttlPropagate: null,
  nextHops: [],
  ...more,
});
const wish = (of: Route<IfIndex>): RoutingWish => ({ kind: 'route', route: of, placement: 'prepend' });

describe('a route is recognised', () => {
  const told = route({ metric: 1024, via: 'fe80::2' as IpAddress, device: ifIndex(2), preference: 0 });
  test('although the kernel filled in the interface, the metric and the preference', () => {
    expect(isPresent(wish(route({ via: 'fe80::2' as IpAddress })), { routes: [told], rules: [] })).toBe(true);
  });
  test.each([
    ['another gateway', { via: 'fe80::3' as IpAddress }],
    ['another interface', { device: ifIndex(3) }],
    ['another metric', { metric: 5 }],
    ['another table', { table: 100 }],
    ['another protocol', { protocol: 4 }],
    ['another mtu', { metrics: { ...NO_METRICS, values: { mtu: 1400 } } }],
  ])('but not with %s', (_, other) => {
    expect(
      isPresent(wish(route({ via: 'fe80::2' as IpAddress, ...other })), { routes: [told], rules: [] }),
    ).toBe(false);
  });
});

describe('an IPv6 route of several legs, of which somebody removed one', () => {
  const whole = route({ nextHops: [leg('fe80::2'), leg('fe80::3')] });
  const rest = route({ metric: 1024, ...leg('fe80::2') });
  const { weight: _, ...remnant } = rest as Route<IfIndex> & { weight: number };
  const actual: RoutingState = { routes: [remnant], rules: [] };

  test('is cleared away before it is set again', () => {
    expect(planRouting({ hold: [wish(whole)], release: [] }, actual).map(({ kind }) => kind)).toEqual([
      'remove_route',
      'add_route',
    ]);
  });
  test('leaves nothing behind when it is released', () => {
    expect(planRouting({ hold: [], release: [wish(whole)] }, actual)).toEqual([
      { kind: 'remove_route', route: remnant },
    ]);
  });
});
