/** What the kernel does with an operation on routes and rules, as a pure function with its refusals: the plan is made
 *  against it, and simulated kernels run on it. After net/ipv4/fib_trie.c, net/ipv6/ip6_fib.c and net/core/fib_rules.c as
 *  documented by their answers. */
import { sameValue } from '../../base/keyed-diff.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Route, Rule } from '../../base/routing.ts';
import type { IfIndex } from '../../base/units.ts';
import type { RoutePlacement, RoutingOperation, RoutingState } from '../../ports/routing-kernel.ts';
import { isRoute, METRIC_DEFAULT } from './routing.ts';

/** Names of errnos that the kernel answers. */
export type RoutingRefusal = 'EEXIST' | 'ESRCH' | 'ENOENT';

export const EMPTY_ROUTING: RoutingState = { routes: [], rules: [] };

export function applyRouting(
  state: RoutingState,
  operation: RoutingOperation,
): Result<RoutingState, RoutingRefusal> {
  switch (operation.kind) {
    case 'add_route':
      return addRoute(state, operation.route, operation.placement);
    case 'remove_route': {
      const present = state.routes.find((route) => isRoute(operation.route, route));
      if (present === undefined) return err('ESRCH');
      return ok({ ...state, routes: state.routes.filter((route) => route !== present) });
    }
    case 'add_rule':
      if (state.rules.some((rule) => sameValue(rule, operation.rule))) return err('EEXIST');
      return ok({ ...state, rules: [...state.rules, operation.rule].sort(byPriority) });
    case 'remove_rule': {
      const rules = state.rules.filter((rule) => !sameValue(rule, operation.rule));
      return rules.length === state.rules.length ? err('ENOENT') : ok({ ...state, rules });
    }
  }
}

/** An equal route is refused however it is placed; another one to the same destination only under `add`. */
function addRoute(
  state: RoutingState,
  route: Route<IfIndex>,
  placement: RoutePlacement,
): Result<RoutingState, RoutingRefusal> {
  const added = { ...route, metric: route.metric ?? METRIC_DEFAULT[route.family] };
  if (state.routes.some((other) => isRoute(route, other))) return err('EEXIST');
  if (placement === 'add' && state.routes.some((other) => haveOneKey(added, other))) return err('EEXIST');
  const routes = placement === 'append' ? [...state.routes, added] : [added, ...state.routes];
  return ok({ ...state, routes });
}

const haveOneKey = (a: Route<IfIndex>, b: Route<IfIndex>): boolean =>
  a.family === b.family &&
  a.table === b.table &&
  a.tos === b.tos &&
  a.metric === b.metric &&
  sameValue([a.destination, a.from], [b.destination, b.from]);

const byPriority = (a: Rule, b: Rule): number => a.priority - b.priority;
