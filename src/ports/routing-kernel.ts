/** Routes and policy rules of the kernel, as far as somebody has an interest in them: a director may carry a million routes
 *  that are none of vipd's business. Netlink answers inside the call that asks, so this port is synchronous. */
import type { Family } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { Route, Rule } from '../base/routing.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex } from '../base/units.ts';

export interface RoutingState {
  readonly routes: readonly Route<IfIndex>[];
  readonly rules: readonly Rule[];
}

/** Which routes and rules matter; others are neither read nor reported. */
export interface RoutingInterest {
  readonly routes: readonly { readonly family: Family; readonly table: number; readonly protocol: number }[];
  /** rules are few: all of a family are read */
  readonly rules: readonly Family[];
}

/** What happens when routes to the same destination exist: go before them, go behind them, or be refused (EEXIST). */
export type RoutePlacement = 'prepend' | 'append' | 'add';

export type RoutingOperation =
  | { readonly kind: 'add_route'; readonly route: Route<IfIndex>; readonly placement: RoutePlacement }
  | { readonly kind: 'remove_route'; readonly route: Route<IfIndex> }
  | { readonly kind: 'add_rule'; readonly rule: Rule }
  | { readonly kind: 'remove_rule'; readonly rule: Rule };

export interface RoutingKernel {
  read(interest: RoutingInterest): Result<RoutingState, SystemError>;
  /** One answer per operation, in order; null = done. */
  apply(operations: readonly RoutingOperation[]): readonly (SystemError | null)[];
  /** `onChange` is called when something of the interest may have changed. A hint and not a record: IPv4 routes go
   *  silently with their link or source address, so the reader looks again after those too. Returns the unsubscriber. */
  watch(interest: RoutingInterest, onChange: () => void): Result<() => void, SystemError>;
}
