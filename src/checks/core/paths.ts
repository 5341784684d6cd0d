/** check_via forwarding: a probe that travels as a client's packet does, to the address of the service and through IPVS to one
 *  certain real server. For that each such server has a service of its own in the kernel, named by a mark that only
 *  vipd's probes carry, with the same forwarding method. */
import { addressBits, type Family, familyOf } from '../../base/ip.ts';
import { type FwMark, fwMark, port } from '../../base/units.ts';
import { type Checker, type CheckTarget, entriesOf, type VirtualServer } from '../../config/model/lvs.ts';
import { destinationKeyText, type IpvsTable, serviceKeyText } from '../../ipvs/core/table.ts';

/** Where the marks begin ("VP" and sixteen bits), unlike any that people choose. */
const MARK_FIRST = 0x5650_0000;
const MARK_SPAN = 0x1_0000;

type Forwarded = NonNullable<CheckTarget['forwardedTo']>;

/** By `pathKey`. */
export type Paths = ReadonlyMap<string, Path>;

export interface Path extends Forwarded {
  readonly mark: FwMark;
  /** of the address that is asked for */
  readonly family: Family;
}

/** The path that a checker's probes take; null: they go to the server itself. */
export function pathKey(checker: Checker): string | null {
  if (!('target' in checker) || checker.target.forwardedTo === null) return null;
  const { address, forwardedTo } = checker.target;
  return `${familyOf(address)} ${forwardedTo.address} ${JSON.stringify(forwardedTo.forwarding)}`;
}

/** A mark for each path: the same one as long as no two names meet in one number. */
export function assignPaths(services: readonly VirtualServer[]): Paths {
  const wanted = new Map<string, Omit<Path, 'mark'>>();
  const taken = new Set<number>();
  for (const { match, realServers } of services) {
    for (const entry of entriesOf(match)) if (entry.kind === 'fwmark') taken.add(entry.mark);
    for (const checker of realServers.flatMap(({ checkers }) => checkers)) {
      const key = pathKey(checker);
      if (key === null || !('target' in checker) || checker.target.forwardedTo === null) continue;
      wanted.set(key, { ...checker.target.forwardedTo, family: familyOf(checker.target.address) });
    }
  }
  const paths = new Map<string, Path>();
  for (const [key, path] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (paths.size >= MARK_SPAN) break;
    let mark = MARK_FIRST + (hash(key) % MARK_SPAN);
    while (taken.has(mark)) mark = MARK_FIRST + ((mark + 1 - MARK_FIRST) % MARK_SPAN);
    taken.add(mark);
    paths.set(key, { ...path, mark: fwMark(mark) });
  }
  return paths;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
  return value >>> 0;
}

/** The table with the paths' services behind the others; `only` as for `desiredTable`. */
export function withPaths(table: IpvsTable, paths: Paths, only?: ReadonlySet<string>): IpvsTable {
  if (paths.size === 0) return table;
  const both = new Map(table);
  for (const path of paths.values()) {
    const match = { kind: 'fwmark', mark: path.mark, family: path.family } as const;
    const key = serviceKeyText(match);
    if (only !== undefined && !only.has(key)) continue;
    const destination = {
      key: { address: path.address, port: port(0) },
      forwarding: path.forwarding,
      ...{ weight: 1, upperThreshold: 0, lowerThreshold: 0 },
    };
    const config = {
      key: match,
      ...{ scheduler: 'rr', flags: 0, persistenceTimeout: 0, persistenceEngine: null },
      persistencePrefix: addressBits(path.family),
    };
    both.set(key, { config, destinations: new Map([[destinationKeyText(destination.key), destination]]) });
  }
  return both;
}

export function* pathServices(paths: Paths): Iterable<string> {
  for (const { mark, family } of paths.values()) yield serviceKeyText({ kind: 'fwmark', mark, family });
}
