/** virtual_routes, virtual_rules, static_* and track_group → the model. */
import type { Family } from '../../base/ip.ts';
import { interfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import { entryText, type RoutingEntry, type StaticEntries, type StaticEntry } from '../model/routing.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { NameSource } from '../schema/iproute-names.ts';
import type { BlockValue, ListEntry, Settings } from '../schema/read-block.ts';
import type { instanceRoutingRows, StaticLine, staticRows } from '../schema/routing.ts';
import type { Arguments } from '../syntax/tree.ts';
import { type GlobalSettings, type LowerContext, valueOr } from './context.ts';
import { readRoute } from './route-line.ts';
import { readRule } from './rule-line.ts';
import { placedAddress } from './vrrp-addresses.ts';
import type { NamesOf } from './word-walk.ts';

/** The first rule without a priority gets this one, the next the one below; each family counts by itself. */
const RULE_PRIORITY_LAST = 16_384;

/** default_interface, when it is not given */
export const INTERFACE_DEFAULT = interfaceName('eth0');

/** Reads the lines of one configuration. */
export interface RoutingLines {
  readonly names: NamesOf;
  readonly nextPriority: (family: Family) => number;
}

export function routingLines(source: NameSource, defaults: GlobalSettings): RoutingLines {
  const next: Record<Family, number> = { inet: RULE_PRIORITY_LAST, inet6: RULE_PRIORITY_LAST };
  const directories = {
    usr: valueOr(defaults.iproute_usr_dir, null),
    etc: valueOr(defaults.iproute_etc_dir, null),
  };
  return {
    names: (file) => source(file, directories),
    nextPriority: (family) => next[family]--,
  };
}

export function virtualRouting(
  settings: Settings<typeof instanceRoutingRows>,
  { report, lines }: LowerContext,
): Pick<VrrpInstance, 'routes' | 'rules'> {
  const routes = (settings.virtual_routes ?? []).flatMap(
    ({ value }) => readRoute(value, lines.names, report) ?? [],
  );
  const rules = (settings.virtual_rules ?? []).flatMap(
    ({ value }) => readRule(value, lines.names, lines.nextPriority, report) ?? [],
  );
  return { routes: distinct(routes), rules: distinct(rules) };
}

/** A line that is written twice is one entry. */
const distinct = <T extends RoutingEntry>(entries: readonly T[]): readonly T[] => [
  ...new Map(entries.map((entry) => [entryText(entry), entry])).values(),
];

type StaticSettings = Settings<typeof staticRows>;
type TrackGroupBlock = BlockValue<string, (typeof staticRows)['track_group']['rows']>;

export function lowerStatics(
  settings: StaticSettings,
  instances: readonly VrrpInstance[],
  context: LowerContext,
): StaticEntries {
  const { report, lines } = context;
  const groups = trackGroups(settings.track_group ?? [], instances, context);
  const fallback = valueOr(context.defaults.default_interface, INTERFACE_DEFAULT);
  const addresses = (settings.static_ipaddress ?? []).map(({ value: { value, group }, at }) => {
    const entry = placedAddress(value, value.interface ?? fallback);
    return withMembers(entry, { group, at, hasInterface: value.interface !== null }, 'address');
  });
  const routes = (settings.static_routes ?? []).flatMap((line) => {
    const entry = readRoute(line.value.value, lines.names, report);
    return entry === null ? [] : [withMembers(entry, placeOf(line, entry.route.device), 'route')];
  });
  const rules = (settings.static_rules ?? []).flatMap((line) => {
    const entry = readRule(line.value.value, lines.names, lines.nextPriority, report);
    return entry === null ? [] : [withMembers(entry, placeOf(line, entry.rule.iif), 'rule')];
  });
  return { addresses, routes, rules };

  function withMembers<T>(entry: T, { group, at, hasInterface }: Place, what: string): StaticEntry<T> {
    if (group === null) return { entry, members: [] };
    const place = at.args[0] ?? null;
    const found = groups.get(group);
    if (found === undefined) report(catalog.static_group_unknown(place, { group }));
    else if (!hasInterface) report(catalog.static_group_interface(place, { what }));
    else return { entry, members: found };
    return { entry, members: [] };
  }
}

interface Place {
  readonly group: string | null;
  readonly at: Arguments;
  readonly hasInterface: boolean;
}

const placeOf = (line: ListEntry<StaticLine<Arguments>>, device: string | null): Place => ({
  group: line.value.group,
  at: line.at,
  hasInterface: device !== null,
});

/** The second block of a name is skipped as a whole. */
function trackGroups(
  blocks: readonly TrackGroupBlock[],
  instances: readonly VrrpInstance[],
  { report }: LowerContext,
): ReadonlyMap<string, readonly string[]> {
  const names = new Set(instances.map(({ name }) => name));
  const groups = new Map<string, readonly string[]>();
  for (const { head: group, settings, at } of blocks) {
    if (groups.has(group)) {
      report(catalog.track_group_twice(at.args[0] ?? at.keyword, { name: group }));
      continue;
    }
    const words = (settings.group ?? []).flatMap((entry) => entry.at.args);
    for (const word of words) {
      if (!names.has(word.text)) report(catalog.track_group_member(word, { group, member: word.text }));
    }
    groups.set(
      group,
      words.map(({ text }) => text).filter((text) => names.has(text)),
    );
  }
  return groups;
}
