/** The routes and rules of one router: set after its addresses, taken off before them, put back when somebody else takes
 *  them (behaviour.md sections 4.4, 4.6 and 8). Where they stand is part of the view of the network. */
import { entryText, type RoutingEntry } from '../../config/model/routing.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { RouterAction } from './actions.ts';
import { complainOnce, log, removePresent, type Step } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import { isRouted, type Network } from './network.ts';
import type { Master, RouterState } from './state.ts';
import { switchLinks } from './virtual-links.ts';

export const routingOf = ({ routes, rules }: VrrpInstance): readonly RoutingEntry[] => [...routes, ...rules];

/** Those that are not there yet. */
export function addMissingRouting({ config, key }: RouterState, network: Network): readonly RouterAction[] {
  const entries = routingOf(config).filter((entry) => !isRouted(network, entry));
  if (entries.length === 0) return [];
  return [
    log(vrrpLog.settingRouting({ instance: config.name })),
    { kind: 'add_routing', router: key, entries },
  ];
}

/** Those that are there: all, or what a reload dropped. */
export function removeRouting(
  { config }: Pick<RouterState, 'config'>,
  network: Network,
  among: readonly RoutingEntry[] = routingOf(config),
): readonly RouterAction[] {
  const entries = among.filter((entry) => isRouted(network, entry));
  if (entries.length === 0) return [];
  return [log(vrrpLog.removingRouting({ instance: config.name })), { kind: 'remove_routing', entries }];
}

/** Rules, routes and addresses, in keepalived's order (behaviour.md section 4.6), and the interfaces made for them off. */
export const removeAll = (router: Pick<RouterState, 'config'>, network: Network): readonly RouterAction[] => [
  ...removeRouting(router, network),
  ...removePresent(router, network),
  ...switchLinks(router.config, false),
];

/** What a master misses; untracked ones are left alone, and so is what the kernel has just refused. */
export function missingRouting(
  config: VrrpInstance,
  phase: Master,
  network: Network,
): readonly RoutingEntry[] {
  return routingOf(config).filter(
    (entry) => entry.tracked && !isRouted(network, entry) && !phase.refused.includes(entryText(entry)),
  );
}

export function routingRestored(router: RouterState, entries: readonly RoutingEntry[]): Step {
  if (router.phase.kind !== 'master') return [router, []];
  const entry = vrrpLog.routingRestored({ instance: router.config.name, entries: entries.map(entryText) });
  return [router, [log(entry)]];
}

export function routingRefused(router: RouterState, entries: readonly RoutingEntry[], detail: string): Step {
  const texts = entries.map(entryText);
  const entry = vrrpLog.routingRefused({ instance: router.config.name, entries: texts, detail });
  const { phase } = router;
  if (phase.kind !== 'master') return complainOnce(router, 'routing_refused', entry);
  const refused = [...new Set([...phase.refused, ...texts])];
  return complainOnce({ ...router, phase: { ...phase, refused } }, 'routing_refused', entry);
}
