/** Rules that need more than one block: names, VRIDs and services that must be unique. */
import type { IpAddress } from '../../base/ip.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { serviceText } from '../lower/virtual-server.ts';
import { familyName } from '../lower/vrrp-addresses.ts';
import type { InstanceBlock } from '../lower/vrrp-instance.ts';
import { entriesOf, type PoolMatch, type ServiceMatch, type VirtualServer } from '../model/lvs.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';

/** A model object with the place that names it. */
export interface Placed<T> {
  readonly value: T;
  /** position of its block in the whole configuration */
  readonly order: number;
  readonly at: Span;
}

/** An instance with its block, which is searched for the line that a complaint is about. */
export interface PlacedInstance {
  readonly value: VrrpInstance;
  readonly at: Statement;
}

/** Drops the second and later block of a name as a whole. */
export function uniqueNames(blocks: readonly InstanceBlock[], report: Report): InstanceBlock[] {
  const firsts = new Map<string, Statement>();
  return blocks.filter(({ head: name, at }) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, at);
      return true;
    }
    const notes = [{ text: 'first given here', at: first.args[0] ?? first.keyword }];
    report(catalog.duplicate_instance(at.args[0] ?? at.keyword, { name }, { notes }));
    return false;
  });
}

/** Refuses two instances with one VRID on one interface and family, unless unicast keeps them apart. */
export function uniqueVrids(instances: readonly PlacedInstance[], report: Report): void {
  const firsts = new Map<string, PlacedInstance[]>();
  for (const instance of instances) {
    const { vrid, interface: carrier, family } = instance.value;
    const key = `${vrid} ${carrier} ${family}`;
    const earlier = firsts.get(key) ?? [];
    const rival = earlier.find(({ value }) => collide(value, instance.value));
    if (rival !== undefined) {
      const notes = [{ text: `first VRID ${vrid} here`, at: vridPlace(rival.at) }];
      const fields = { vrid, interface: carrier, family: familyName(family) };
      report(catalog.duplicate_vrid(vridPlace(instance.at), fields, { notes }));
    }
    firsts.set(key, [...earlier, instance]);
  }
}

function collide(a: VrrpInstance, b: VrrpInstance): boolean {
  if (a.destination.kind !== b.destination.kind) return false;
  if (a.destination.kind === 'multicast' || b.destination.kind === 'multicast') {
    return groupOf(a) === groupOf(b);
  }
  const peers = new Set(a.destination.peers.map((peer) => peer.address));
  const shared = b.destination.peers.some((peer) => peers.has(peer.address));
  return a.sourceAddress === b.sourceAddress && shared;
}

const groupOf = ({ destination }: VrrpInstance): IpAddress | null =>
  destination.kind === 'multicast' ? destination.group : null;

/** The number itself, so that the caret stands under it. */
function vridPlace(instance: Statement) {
  const inner = instance.body.kind === 'block' ? instance.body.statements : [];
  const line = inner.findLast((statement) => statement.keyword.text === 'virtual_router_id');
  return line?.args[0] ?? instance.keyword;
}

/** Several services of one virtual_server_group are told apart by their order (behaviour.md section 15.3). */
export function numberGroups(services: readonly Placed<VirtualServer>[]): readonly Placed<VirtualServer>[] {
  const counts = new Map<string, number>();
  return services.map((service) => {
    const { match } = service.value;
    if (match.kind !== 'group') return service;
    const index = counts.get(match.name) ?? 0;
    counts.set(match.name, index + 1);
    return { ...service, value: { ...service.value, match: { ...match, index } } };
  });
}

/** Unique for each service of the kernel, and for each group. */
const keyOf = (match: PoolMatch): string =>
  `${serviceText(match)} ${match.kind === 'fwmark' ? match.family : ''}`;

/** Two blocks of one service become one, as they would in the kernel: its settings are those of the first. */
export function mergeServices(services: readonly Placed<VirtualServer>[], report: Report): VirtualServer[] {
  const merged = new Map<string, Placed<VirtualServer>>();
  for (const { value, order, at } of services) {
    const key = keyOf(value.match);
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, { value, order, at });
      continue;
    }
    const notes = [{ text: 'first given here', at: first.at }];
    report(catalog.duplicate_service(at, { service: serviceText(value.match) }, { notes }));
    const known = new Set(first.value.realServers.map((server) => `${server.address} ${server.port}`));
    const added = value.realServers.filter((server) => !known.has(`${server.address} ${server.port}`));
    const realServers = [...first.value.realServers, ...added];
    merged.set(key, { ...first, value: { ...first.value, realServers } });
  }
  reportShared([...merged.values()], report);
  return [...merged.values()].map(({ value }) => value);
}

/** Pools that meet in one service of the kernel; the first such entry of each is named. */
function reportShared(services: readonly Placed<VirtualServer>[], report: Report): void {
  if (services.every(({ value }) => value.match.kind !== 'group')) return;
  const firsts = new Map<string, Placed<VirtualServer>>();
  for (const service of services) {
    const keys = entriesOf(service.value.match).map((entry: ServiceMatch) => [keyOf(entry), entry] as const);
    const shared = keys.find(([key]) => firsts.has(key));
    for (const [key] of keys) if (!firsts.has(key)) firsts.set(key, service);
    const first = shared === undefined ? undefined : firsts.get(shared[0]);
    if (shared === undefined || first === undefined) continue;
    const fields = { service: serviceText(shared[1]), other: serviceText(first.value.match) };
    const notes = [{ text: 'first given here', at: first.at }];
    report(catalog.shared_service(service.at, fields, { notes }));
  }
}
