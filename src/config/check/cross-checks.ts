/** Rules that need more than one block: names, VRIDs and services that must be unique. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { serviceText } from '../lower/virtual-server.ts';
import { familyName } from '../lower/vrrp-addresses.ts';
import type { InstanceBlock } from '../lower/vrrp-instance.ts';
import {
  entriesOf,
  type PoolMatch,
  type RealServer,
  type ServiceMatch,
  type VirtualServer,
} from '../model/lvs.ts';
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
  const firsts = new Map<string, PlacedInstance>();
  for (const instance of instances) {
    const { vrid, interface: carrier, family } = instance.value;
    const keys = conversations(instance.value).map((peers) => `${vrid} ${carrier} ${family} ${peers}`);
    const rival = keys.map((key) => firsts.get(key)).find((first) => first !== undefined);
    if (rival !== undefined) {
      const notes = [{ text: `first VRID ${vrid} here`, at: vridPlace(rival.at) }];
      const fields = { vrid, interface: carrier, family: familyName(family) };
      report(catalog.duplicate_vrid(vridPlace(instance.at), fields, { notes }));
    }
    for (const key of keys) if (!firsts.has(key)) firsts.set(key, instance);
  }
}

/** With whom an instance talks, in words: two of one VRID collide where they talk with the same. */
const conversations = ({ destination, sourceAddress }: VrrpInstance): readonly string[] =>
  destination.kind === 'multicast'
    ? [`all of ${destination.group}`]
    : destination.peers.map((peer) => `${sourceAddress} with ${peer.address}`);

/** Refuses a heartbeat interface on which another instance has the VRID: what arrives there must name one of them. */
export function uniqueHeartbeats(instances: readonly PlacedInstance[], report: Report): void {
  const users = new Map<string, PlacedInstance[]>();
  const keyOf = ({ vrid, family }: VrrpInstance, carrier: string): string => `${vrid} ${family} ${carrier}`;
  for (const instance of instances) {
    const { value } = instance;
    for (const carrier of [value.interface, ...value.heartbeats.map((path) => path.interface)]) {
      const key = keyOf(value, carrier);
      const here = users.get(key);
      if (here === undefined) users.set(key, [instance]);
      else here.push(instance);
    }
  }
  for (const { value, at } of instances) {
    for (const path of value.heartbeats) {
      const rival = users.get(keyOf(value, path.interface))?.find((other) => other.value !== value);
      if (rival === undefined) continue;
      const fields = {
        ...{ name: value.name, vrid: value.vrid },
        ...{ interface: path.interface, other: rival.value.name },
      };
      report(catalog.heartbeat_vrid(vridPlace(at), fields));
    }
  }
}

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
  const merged = new Map<string, MergedService>();
  for (const { value, at } of services) {
    const key = keyOf(value.match);
    const first = merged.get(key);
    if (first === undefined) {
      merged.set(key, { first: value, at, servers: null });
      continue;
    }
    const notes = [{ text: 'first given here', at: first.at }];
    report(catalog.duplicate_service(at, { service: serviceText(value.match) }, { notes }));
    first.servers ??= byEndpoint(first.first.realServers);
    for (const [endpoint, server] of byEndpoint(value.realServers)) {
      if (!first.servers.has(endpoint)) first.servers.set(endpoint, server);
    }
  }
  reportShared([...merged.values()], report);
  return [...merged.values()].map(({ first, servers }) =>
    servers === null ? first : { ...first, realServers: [...servers.values()] },
  );
}

/** Pools that meet in one service of the kernel; the first such entry of each is named. */
function reportShared(services: readonly MergedService[], report: Report): void {
  if (services.every(({ first }) => first.match.kind !== 'group')) return;
  const firsts = new Map<string, MergedService>();
  for (const service of services) {
    const { match } = service.first;
    const keys = entriesOf(match).map((entry: ServiceMatch) => [keyOf(entry), entry] as const);
    const shared = keys.find(([key]) => firsts.has(key));
    for (const [key] of keys) if (!firsts.has(key)) firsts.set(key, service);
    const rival = shared === undefined ? undefined : firsts.get(shared[0]);
    if (shared === undefined || rival === undefined) continue;
    const fields = { service: serviceText(shared[1]), other: serviceText(rival.first.match) };
    const notes = [{ text: 'first given here', at: rival.at }];
    report(catalog.shared_service(service.at, fields, { notes }));
  }
}

interface MergedService {
  readonly first: VirtualServer;
  readonly at: Span;
  /** all servers by address and port; null while there is one block only */
  servers: Map<string, RealServer> | null;
}

const byEndpoint = (servers: readonly RealServer[]): Map<string, RealServer> =>
  new Map(servers.map((server) => [`${server.address} ${server.port}`, server]));
