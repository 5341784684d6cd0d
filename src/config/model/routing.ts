/** virtual_routes, virtual_rules, static_*, track_group: what the daemon keeps in the kernel's routing tables. */
import type { Route, Rule } from '../../base/routing.ts';
import { routeText, ruleText } from '../../base/routing-text.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { VirtualAddress } from './vrrp.ts';

export interface VirtualRoute {
  readonly kind: 'route';
  readonly route: Route<InterfaceName>;
  /** beside other routes to the same destination: before them, behind them, or not at all */
  readonly placement: 'prepend' | 'append' | 'add';
  /** the route is in the table of this VRF; null = in the table that it names */
  readonly vrf: InterfaceName | null;
  /** false (no_track): its loss, or that of its interface, changes nothing */
  readonly tracked: boolean;
}

export interface VirtualRule {
  readonly kind: 'rule';
  readonly rule: Rule;
  readonly tracked: boolean;
}

export type RoutingEntry = VirtualRoute | VirtualRule;

/** There from start to stop, whatever the state of the instances. */
export interface StaticEntries {
  readonly addresses: readonly StaticEntry<VirtualAddress>[];
  readonly routes: readonly StaticEntry<VirtualRoute>[];
  readonly rules: readonly StaticEntry<VirtualRule>[];
}

export interface StaticEntry<T> {
  readonly entry: T;
  /** names of the instances that are in FAULT while it is missing (track_group); empty: none */
  readonly members: readonly string[];
}

/** One line that is different for different entries. */
export const entryText = (entry: RoutingEntry): string => {
  if (entry.kind === 'rule') return ruleText(entry.rule);
  return entry.vrf === null ? routeText(entry.route) : `${routeText(entry.route)} vrf ${entry.vrf}`;
};

export const NO_STATICS: StaticEntries = { addresses: [], routes: [], rules: [] };
