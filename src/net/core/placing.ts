/** Configured routes and rules on the links of this machine: names of interfaces become numbers, VRFs become tables. */
import type { Family } from '../../base/ip.ts';
import type { Route } from '../../base/routing.ts';
import type { IfIndex, InterfaceName } from '../../base/units.ts';
import type { RoutingEntry, VirtualRoute } from '../../config/model/routing.ts';
import type { LinkState } from '../../ports/net-kernel.ts';
import type { RoutingInterest } from '../../ports/routing-kernel.ts';
import type { RoutingWish } from './routing.ts';

/** With the interfaces' numbers; null while one of them does not exist. */
export function placed(
  entry: RoutingEntry,
  links: ReadonlyMap<InterfaceName, LinkState>,
): RoutingWish | null {
  if (entry.kind === 'rule') return { kind: 'rule', rule: entry.rule };
  const route = placedRoute(entry, links);
  return route === null ? null : { kind: 'route', route, placement: entry.placement };
}

function placedRoute(
  { route, vrf }: VirtualRoute,
  links: ReadonlyMap<InterfaceName, LinkState>,
): Route<IfIndex> | null {
  const table = vrf === null ? route.table : vrfTable(vrf, links);
  const index = (name: InterfaceName | null): IfIndex | null =>
    name === null ? null : (links.get(name)?.index ?? null);
  const nextHops = route.nextHops.map((leg) => ({ ...leg, device: index(leg.device) }));
  const names = [route.device, ...route.nextHops.map(({ device }) => device)];
  if (table === null || names.some((name) => name !== null && !links.has(name))) return null;
  return { ...route, table, device: index(route.device), nextHops };
}

function vrfTable(name: InterfaceName, links: ReadonlyMap<InterfaceName, LinkState>): number | null {
  const layer = links.get(name)?.layer;
  return layer?.kind === 'vrf' ? layer.table : null;
}

/** What has to be read to know which of these are there. */
export function interestIn(
  entries: readonly RoutingEntry[],
  links: ReadonlyMap<InterfaceName, LinkState>,
): RoutingInterest {
  const routes = new Map<string, RoutingInterest['routes'][number]>();
  const rules = new Set<Family>();
  for (const entry of entries) {
    if (entry.kind === 'rule') rules.add(entry.rule.family);
    else {
      const { family, protocol } = entry.route;
      const table = entry.vrf === null ? entry.route.table : vrfTable(entry.vrf, links);
      if (table !== null) routes.set(`${family} ${table} ${protocol}`, { family, table, protocol });
    }
  }
  return { routes: [...routes.values()], rules: [...rules] };
}
