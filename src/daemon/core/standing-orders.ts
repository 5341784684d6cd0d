/** What operators ordered, kept by the parent: a vrrp process that is started anew after a crash is told again, so that a crash
 *  does not end somebody's maintenance. Pure. */
import { after, elapsed, type Instant } from '../../base/units.ts';
import type { OrderKind, OrderWish } from '../../vrrp/core/orders.ts';

interface StandingOrder {
  readonly kind: OrderKind;
  /** null: until it is undone */
  readonly until: Instant | null;
}

/** By the name of the instance. */
export type StandingOrders = ReadonlyMap<string, StandingOrder>;

export function withOrder(
  orders: StandingOrders,
  instances: readonly string[],
  wish: OrderWish,
  now: Instant,
): StandingOrders {
  const next = new Map(orders);
  for (const name of instances) {
    if (wish === null) next.delete(name);
    else next.set(name, { kind: wish.kind, until: wish.lasts === null ? null : after(now, wish.lasts) });
  }
  return next;
}

/** With the time that is left of each; none that is over. */
export const ordersNow = (
  orders: StandingOrders,
  now: Instant,
): readonly { readonly name: string; readonly wish: NonNullable<OrderWish> }[] =>
  [...orders]
    .filter(([, { until }]) => until === null || until > now)
    .map(([name, { kind, until }]) => ({
      name,
      wish: { kind, lasts: until === null ? null : elapsed(now, until) },
    }));
