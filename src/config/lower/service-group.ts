/** virtual_server_group blocks → the entries that a service of the group gets (behaviour.md section 15.1). */
import { type Family, familyOf } from '../../base/ip.ts';
import { ipRun } from '../../base/ip-range.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { entriesOf, type PoolMatch, type Protocol, type ServiceMatch } from '../model/lvs.ts';
import type { GroupEntry } from '../schema/group-entry.ts';
import type { NamedList } from '../schema/read-block.ts';

/** Services of the kernel that one group may stand for. */
export const GROUP_ENTRIES_MAX = 65_536;

export interface ServiceGroup {
  readonly name: string;
  readonly entries: readonly GroupEntry[];
  /** of the addresses, and of the marks that say theirs */
  readonly families: ReadonlySet<Family>;
}

export type ServiceGroups = ReadonlyMap<string, ServiceGroup>;

export function lowerServiceGroups(lists: readonly NamedList<GroupEntry>[], report: Report): ServiceGroups {
  const groups = new Map<string, ServiceGroup>();
  const firsts = new Map<string, NamedList<GroupEntry>>();
  for (const list of lists) {
    const { name, at } = list;
    const place = at.args[0] ?? at.keyword;
    const first = firsts.get(name);
    if (first !== undefined) {
      const notes = [{ text: 'this one counts', at: first.at.args[0] ?? first.at.keyword }];
      report(catalog.group_twice(place, { name }, { notes }));
      continue;
    }
    firsts.set(name, list);
    const entries = list.entries.map(({ value }) => value);
    const group = { name, entries, families: familiesOf(entries) };
    if (entries.length === 0) report(catalog.group_empty(place, { name }));
    else if (sizeOf(entries) > GROUP_ENTRIES_MAX)
      report(catalog.group_too_large(place, { name, limit: GROUP_ENTRIES_MAX }));
    else if (group.families.size > 1 && entries.some(isHomeless))
      report(catalog.group_mark_family(place, { name }));
    else groups.set(name, group);
  }
  return groups;
}

const sizeOf = (entries: readonly GroupEntry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.kind === 'addresses' ? entry.count : 1), 0);

const isHomeless = (entry: GroupEntry): boolean => entry.kind === 'fwmark' && entry.family === null;

const familiesOf = (entries: readonly GroupEntry[]): ReadonlySet<Family> =>
  new Set(
    entries.flatMap((entry) =>
      entry.kind === 'addresses' ? familyOf(entry.first) : entry.family === null ? [] : entry.family,
    ),
  );

/** Marks alone have no protocol. */
export const hasAddresses = ({ entries }: ServiceGroup): boolean =>
  entries.some(({ kind }) => kind === 'addresses');

/** One by one, each once; `family` is that of marks that do not say theirs. */
export function expandGroup(
  { entries }: ServiceGroup,
  protocol: Protocol,
  family: Family,
): readonly ServiceMatch[] {
  const found = new Map<string, ServiceMatch>();
  for (const entry of entries) {
    if (entry.kind === 'fwmark') {
      const own = entry.family ?? family;
      found.set(`${entry.mark} ${own}`, { kind: 'fwmark', mark: entry.mark, family: own });
      continue;
    }
    for (const address of ipRun(entry.first, entry.count)) {
      found.set(`${address} ${entry.port}`, { kind: 'address', protocol, address, port: entry.port });
    }
  }
  return [...found.values()];
}

/** The family that its clients use; null for a group of both. */
export function familyOfMatch(match: PoolMatch): Family | null {
  const [first, ...others] = new Set(
    entriesOf(match).map((entry) => (entry.kind === 'fwmark' ? entry.family : familyOf(entry.address))),
  );
  return others.length === 0 ? (first ?? null) : null;
}
