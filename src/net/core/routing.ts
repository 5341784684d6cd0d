/** Which operations lead from the routes and rules that are there to those that should be. What neither list names
 *  belongs to others and is left alone. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { NextHop, Route, Rule } from '../../base/routing.ts';
import type { IfIndex } from '../../base/units.ts';
import type { RoutePlacement, RoutingOperation, RoutingState } from '../../ports/routing-kernel.ts';

export type RoutingWish =
  | { readonly kind: 'route'; readonly route: Route<IfIndex>; readonly placement: RoutePlacement }
  | { readonly kind: 'rule'; readonly rule: Rule };

export interface RoutingGoal {
  /** must be there afterwards, in the order in which they are added: a gateway's own route comes before it is used */
  readonly hold: readonly RoutingWish[];
  /** must be gone afterwards; what is in both lists is held */
  readonly release: readonly RoutingWish[];
}

/** Each operation is legal when it is its turn, and names something that is wrong. Removals come first, rules before the
 *  routes of the tables that they point to; then routes, then the rules that lead to them. */
export function planRouting(goal: RoutingGoal, actual: RoutingState): readonly RoutingOperation[] {
  const release = goal.release.filter((wish) => !goal.hold.some((held) => sameValue(held, wish)));
  const wanted = (route: Route<IfIndex>): boolean =>
    goal.hold.some((wish) => wish.kind === 'route' && isRoute(wish.route, route));
  const goneRules = actual.rules.filter((rule) =>
    release.some((wish) => wish.kind === 'rule' && sameValue(wish.rule, rule)),
  );
  const isGone = (route: Route<IfIndex>): boolean =>
    release.some((wish) => wish.kind === 'route' && isRoute(wish.route, route)) ||
    [...release, ...goal.hold].some((wish) => wish.kind === 'route' && isRemnant(wish.route, route));
  const goneRoutes = actual.routes.filter((route) => !wanted(route) && isGone(route));
  const missing = goal.hold.filter((wish) => !isPresent(wish, actual));
  const rank = (wish: RoutingWish): number => (wish.kind === 'route' ? 0 : 1);
  return [
    ...goneRules.map((rule) => ({ kind: 'remove_rule', rule }) as const),
    ...goneRoutes.map((route) => ({ kind: 'remove_route', route }) as const),
    ...missing.toSorted((a, b) => rank(a) - rank(b)).map(additionOf),
  ];
}

export const isPresent = (wish: RoutingWish, actual: RoutingState): boolean =>
  wish.kind === 'route'
    ? actual.routes.some((route) => isRoute(wish.route, route))
    : actual.rules.some((rule) => sameValue(wish.rule, rule));

const additionOf = (wish: RoutingWish): RoutingOperation =>
  wish.kind === 'route'
    ? { kind: 'add_route', route: wish.route, placement: wish.placement }
    : { kind: 'add_rule', rule: wish.rule };

/** The kernel's metric of a route that is given none (IP6_RT_PRIO_USER of linux/ipv6_route.h). */
export const METRIC_DEFAULT = { inet: 0, inet6: 1024 } as const;

/** Whether the kernel's route is the wanted one. The kernel fills in what was left open: the interface that a gateway is
 *  reached through, the metric, the interface of an IPv6 blackhole. The rest of a life changes, and ttl-propagate is not
 *  told: neither is compared. */
export const isRoute = (wanted: Route<IfIndex>, actual: Route<IfIndex>): boolean =>
  leadsAlike(wanted, actual) &&
  isLeg(wanted, actual) &&
  wanted.nextHops.length === actual.nextHops.length &&
  wanted.nextHops.every((leg, i) => isNextHop(leg, actual.nextHops[i]));

/** To IPv6 each leg is a route of its own: when somebody removes one, the others stay, and stand in the way of adding them
 *  all again. */
export function isRemnant(wanted: Route<IfIndex>, actual: Route<IfIndex>): boolean {
  if (wanted.family === 'inet' || wanted.nextHops.length === 0 || !leadsAlike(wanted, actual)) return false;
  const legs = actual.nextHops.length > 0 ? actual.nextHops : [actual];
  return (
    legs.length < wanted.nextHops.length && legs.every((leg) => wanted.nextHops.some((w) => isLeg(w, leg)))
  );
}

/** Everything but the way. */
function leadsAlike(wanted: Route<IfIndex>, actual: Route<IfIndex>): boolean {
  const { family } = wanted;
  if (family !== actual.family || wanted.type !== actual.type) return false;
  const metric = (route: Route<IfIndex>): number => route.metric ?? METRIC_DEFAULT[family];
  return (
    wanted.destination.address === actual.destination.address &&
    wanted.destination.length === actual.destination.length &&
    wanted.table === actual.table &&
    wanted.protocol === actual.protocol &&
    wanted.tos === actual.tos &&
    metric(wanted) === metric(actual) &&
    (family === 'inet6' || wanted.scope === actual.scope) &&
    (wanted.preference ?? 0) === (actual.preference ?? 0) &&
    wanted.source === actual.source &&
    (wanted.expires === null) === (actual.expires === null) &&
    sameValue(wanted.from, actual.from) &&
    sameValue(wanted.metrics, actual.metrics)
  );
}

type Leg = Omit<NextHop<IfIndex>, 'weight'>;

const isNextHop = (wanted: NextHop<IfIndex>, actual: NextHop<IfIndex> | undefined): boolean =>
  actual !== undefined && wanted.weight === actual.weight && isLeg(wanted, actual);

const isLeg = (wanted: Leg, actual: Leg): boolean =>
  wanted.via === actual.via &&
  (wanted.device === null || wanted.device === actual.device) &&
  wanted.onlink === actual.onlink &&
  wanted.realms === actual.realms &&
  sameValue(wanted.encapsulation, actual.encapsulation);
