/** static_ipaddress, static_routes, static_rules: there from start to stop, whatever the state of the routers. They are put
 *  back when somebody takes them (unless no_track); while one with a track_group is missing, the members of the group are
 *  in FAULT (behaviour.md section 8). */
import { keyedDiff } from '../../base/keyed-diff.ts';
import { after, type Instant, seconds } from '../../base/units.ts';
import { entryText, type RoutingEntry, type StaticEntries } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import type { VrrpAction } from './actions.ts';
import { vrrpLog } from './log-events.ts';
import {
  addressKey,
  isPresent,
  isRouted,
  type Network,
  ownFact,
  withAddresses,
  withoutAddresses,
  withoutRouting,
  withRouting,
} from './network.ts';

/** The name under which outcomes of their orders come back; no router has it. */
export const STATICS = 'static entries';
/** Orders to put something back in one window; more wait for its end, so that a program that keeps removing them cannot
 *  make this process spin. */
const REPAIRS_PER_WINDOW_MAX = 5;
const WINDOW = seconds(1);

export interface StaticsState {
  readonly entries: StaticEntries;
  /** null before the start and after the stop: nothing is kept then */
  readonly window: { readonly endsAt: Instant; readonly repairs: number } | null;
  /** keys that the kernel refused since anything last changed */
  readonly refused: readonly string[];
}

export const newStatics = (entries: StaticEntries): StaticsState => ({ entries, window: null, refused: [] });

/** What both have: an order's effect is entered into the view at once. */
export interface StaticsStep {
  readonly statics: StaticsState;
  readonly network: Network;
  readonly actions: readonly VrrpAction[];
}

interface Items {
  readonly addresses: readonly VirtualAddress[];
  readonly routing: readonly RoutingEntry[];
}

/** Start: what is in place already is kept without an order. */
export function beginStatics(statics: StaticsState, network: Network, now: Instant): StaticsStep {
  const begun: StaticsState = { ...statics, window: { endsAt: after(now, WINDOW), repairs: 0 } };
  return put(
    begun,
    network,
    missing(begun, network, () => true),
    'add',
  );
}

/** Reload: what is no longer configured goes, what is new comes. */
export function replaceStatics(
  statics: StaticsState,
  entries: StaticEntries,
  network: Network,
  now: Instant,
): StaticsStep {
  const before = itemsOf(statics.entries);
  const items = itemsOf(entries);
  const gone: Items = {
    addresses: keyedDiff(before.addresses, items.addresses, byKey(addressKey)).removed,
    routing: keyedDiff(before.routing, items.routing, byKey(entryText)).removed,
  };
  const removed = remove({ ...statics, entries, refused: [] }, network, gone);
  const begun = beginStatics(removed.statics, removed.network, now);
  return { ...begun, actions: [...removed.actions, ...begun.actions] };
}

/** Stop: all of it goes, or with `keep` (-V) stays for the next start to adopt. */
export function endStatics(statics: StaticsState, network: Network, keep: boolean): StaticsStep {
  const ended = { ...statics, window: null };
  const nothing = { addresses: [], routing: [] };
  return remove(ended, network, keep ? nothing : itemsOf(statics.entries));
}

/** After every event: tracked ones that are missing are put back. */
export function keepStatics(statics: StaticsState, network: Network, now: Instant): StaticsStep {
  if (statics.window === null || isEmpty(statics.entries)) return { statics, network, actions: [] };
  const wanted = missing(statics, network, (entry) => entry.tracked);
  if (wanted.addresses.length + wanted.routing.length === 0) return { statics, network, actions: [] };
  const fresh = statics.window.endsAt <= now;
  const window = fresh ? { endsAt: after(now, WINDOW), repairs: 0 } : statics.window;
  if (window.repairs >= REPAIRS_PER_WINDOW_MAX) return { statics, network, actions: [] };
  const counted = { ...statics, window: { ...window, repairs: window.repairs + 1 } };
  return put(counted, network, wanted, 'restore');
}

/** When a repair that had to wait may be made; null = nothing waits. */
export function staticsDeadline(statics: StaticsState, network: Network): Instant | null {
  if (statics.window === null || statics.window.repairs < REPAIRS_PER_WINDOW_MAX) return null;
  const waiting = missing(statics, network, (entry) => entry.tracked);
  return waiting.addresses.length + waiting.routing.length > 0 ? statics.window.endsAt : null;
}

export const staticsRefused = (statics: StaticsState, keys: readonly string[]): StaticsState => ({
  ...statics,
  refused: [...new Set([...statics.refused, ...keys])],
});

/** What instances with a track_group miss, by the name of the instance. */
export function missingStatics(statics: StaticsState, network: Network): ReadonlyMap<string, string> {
  const { addresses, routes, rules } = statics.entries;
  const faults = new Map<string, string>();
  if (statics.window === null) return faults;
  const note = (members: readonly string[], what: string): void => {
    for (const name of members) if (!faults.has(name)) faults.set(name, what);
  };
  for (const { entry, members } of addresses) {
    if (!isPresent(network, entry)) note(members, `address ${addressKey(entry)}`);
  }
  for (const { entry, members } of [...routes, ...rules]) {
    if (!isRouted(network, entry)) note(members, `${entry.kind} ${entryText(entry)}`);
  }
  return faults;
}

export const staticRouting = ({ routes, rules }: StaticEntries): readonly RoutingEntry[] =>
  [...routes, ...rules].map(({ entry }) => entry);

/** Whether a router may depend on one of them. */
export const hasGroups = ({ addresses, routes, rules }: StaticEntries): boolean =>
  [...addresses, ...routes, ...rules].some(({ members }) => members.length > 0);

const isEmpty = ({ addresses, routes, rules }: StaticEntries): boolean =>
  addresses.length + routes.length + rules.length === 0;

const itemsOf = (entries: StaticEntries): Items => ({
  addresses: entries.addresses.map(({ entry }) => entry),
  routing: staticRouting(entries),
});

const byKey = <T>(key: (item: T) => string) => ({ key, equal: (a: T, b: T) => key(a) === key(b) });

/** Addresses of links that are not there wait for them. */
function missing(
  { entries, refused }: StaticsState,
  network: Network,
  wanted: (entry: VirtualAddress | RoutingEntry) => boolean,
): Items {
  const { addresses, routing } = itemsOf(entries);
  return {
    addresses: addresses.filter(
      (address) =>
        wanted(address) &&
        !isPresent(network, address) &&
        network.links.has(address.interface) &&
        !refused.includes(addressKey(address)),
    ),
    routing: routing.filter(
      (entry) => wanted(entry) && !isRouted(network, entry) && !refused.includes(entryText(entry)),
    ),
  };
}

function put(
  statics: StaticsState,
  network: Network,
  { addresses, routing }: Items,
  how: 'add' | 'restore',
): StaticsStep {
  const actions: VrrpAction[] = [];
  if (addresses.length > 0) actions.push({ kind: `${how}_addresses`, router: STATICS, addresses });
  if (routing.length > 0) actions.push({ kind: `${how}_routing`, router: STATICS, entries: routing });
  const placed = withRouting(withAddresses(network, addresses.map(ownFact)), routing);
  return { statics, network: actions.length === 0 ? network : placed, actions };
}

function remove(statics: StaticsState, network: Network, { addresses, routing }: Items): StaticsStep {
  const on = addresses.filter((address) => isPresent(network, address));
  const routed = routing.filter((entry) => isRouted(network, entry));
  const actions: VrrpAction[] = [];
  if (routed.length > 0) actions.push({ kind: 'remove_routing', entries: routed });
  if (on.length > 0) actions.push({ kind: 'remove_addresses', addresses: on });
  return { statics, network: withoutAddresses(withoutRouting(network, routed), on), actions };
}

/** The line about an outcome of an order that `put` gave. */
export function staticsOutcome(
  outcome: 'restored' | 'refused',
  keys: readonly string[],
  detail: string,
): VrrpAction {
  const entry =
    outcome === 'restored'
      ? vrrpLog.staticsRestored({ entries: keys })
      : vrrpLog.staticsRefused({ entries: keys, detail });
  return { kind: 'write_log', entry };
}
