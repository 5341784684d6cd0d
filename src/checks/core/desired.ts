/** The kernel's table as decided: services and their pooled servers. behaviour.md sections 15 to 15.2. */
import { addressBits } from '../../base/ip.ts';
import { port, toSeconds } from '../../base/units.ts';
import {
  entriesOf,
  type Forwarding,
  type PoolMatch,
  type RealServer,
  type ServiceMatch,
  translatesPorts,
  type VirtualServer,
} from '../../config/model/lvs.ts';
import {
  type DestinationConfig,
  type DestinationKey,
  destinationKeyText,
  type IpvsService,
  type IpvsTable,
  type ServiceConfig,
  serviceFamily,
  serviceKeyText,
} from '../../ipvs/core/table.ts';
import type { LeavingServer } from './drain.ts';
import { effectiveWeight, isPooled } from './pool.ts';
import { type ServiceState, sorryServerActive } from './service.ts';

/** IP_VS_SVC_F_PERSISTENT and IP_VS_SVC_F_ONEPACKET of linux/ip_vs.h */
const PERSISTENT = 0x1;
const ONE_PACKET = 0x4;
const SORRY_WEIGHT = 1;

/** `leaving`: beside what is configured. `only`: some of the kernel's services, by `serviceKeyText`. Where two pools meet in one
 *  of them, the first decides how it works, and the servers of both are in it. */
export function desiredTable(
  services: Iterable<ServiceState>,
  leaving: Iterable<LeavingServer> = [],
  only?: ReadonlySet<string>,
): IpvsTable {
  const table = new Map<string, OpenService>();
  for (const service of services) {
    for (const entry of entriesOf(service.config.match)) {
      const key = service.config.match === entry ? service.key : serviceKeyText(entry);
      if (only !== undefined && !only.has(key)) continue;
      const own = destinations(service, entry);
      const first = table.get(key);
      if (first === undefined)
        table.set(key, { config: serviceConfig(service.config, entry), destinations: own });
      else table.set(key, { ...first, destinations: joined(first.destinations, own) });
    }
  }
  for (const server of leaving) keepInTable(table, server, only);
  return table;
}

/** The kernel's services of these pools, in their order. */
export function* desiredKeys(services: Iterable<ServiceState>): Iterable<string> {
  for (const { key, config } of services) {
    if (config.match.kind !== 'group') yield key;
    else for (const entry of config.match.entries) yield serviceKeyText(entry);
  }
}

interface OpenService extends IpvsService {
  readonly destinations: Map<string, DestinationConfig>;
}

/** Whoever is configured at the same address goes before a server that leaves. */
function keepInTable(
  table: Map<string, OpenService>,
  { destinations }: LeavingServer,
  only: ReadonlySet<string> | undefined,
): void {
  for (const { service: config, destination } of destinations) {
    const service = serviceKeyText(config.key);
    if (only !== undefined && !only.has(service)) continue;
    const held = table.get(service) ?? { config, destinations: new Map() };
    const key = destinationKeyText(destination.key);
    if (!held.destinations.has(key)) held.destinations.set(key, destination);
    table.set(service, held);
  }
}

export function serviceConfig(service: VirtualServer, key: ServiceMatch): ServiceConfig {
  const { persistence } = service;
  const bits = addressBits(serviceFamily(key));
  return {
    key,
    scheduler: service.scheduler,
    flags:
      (persistence === null ? 0 : PERSISTENT) | (service.onePacket ? ONE_PACKET : 0) | service.schedulerFlags,
    persistenceTimeout: persistence === null ? 0 : toSeconds(persistence.timeout),
    // a group of both families has the length of the longer one
    persistencePrefix: Math.min(persistence?.prefixLength ?? bits, bits),
    persistenceEngine: persistence?.engine ?? null,
  };
}

/** Two servers may meet in one destination (DR servers that differ only in port, Q15): the heavier one counts.
 *  The sorry server, while active, goes before a real server of the same address. */
function destinations(service: ServiceState, entry: ServiceMatch): Map<string, DestinationConfig> {
  const { match } = service.config;
  const pooled = new Map<string, DestinationConfig>();
  for (const server of service.servers.values()) {
    if (!isPooled(service, server)) continue;
    addHeavier(pooled, destinationOf(match, entry, server.config, effectiveWeight(service, server)));
  }
  const sorry = service.config.sorryServer;
  if (sorry === null) return pooled;
  const active = sorryServerActive(service);
  const destination = destinationOf(
    match,
    entry,
    { ...sorry, upperThreshold: 0, lowerThreshold: 0 },
    active ? SORRY_WEIGHT : 0,
  );
  const key = destinationKeyText(destination.key);
  if (active || (sorry.inhibit && !pooled.has(key))) pooled.set(key, destination);
  return pooled;
}

function addHeavier(pooled: Map<string, DestinationConfig>, destination: DestinationConfig): void {
  const key = destinationKeyText(destination.key);
  const rival = pooled.get(key);
  if (rival === undefined || rival.weight < destination.weight) pooled.set(key, destination);
}

function joined(
  first: ReadonlyMap<string, DestinationConfig>,
  second: ReadonlyMap<string, DestinationConfig>,
): Map<string, DestinationConfig> {
  const both = new Map(first);
  for (const destination of second.values()) addHeavier(both, destination);
  return both;
}

type Destination = Pick<RealServer, 'address' | 'port' | 'forwarding' | 'upperThreshold' | 'lowerThreshold'>;

export function destinationOf(
  pool: PoolMatch,
  entry: ServiceMatch,
  server: Destination,
  weight: number,
): DestinationConfig {
  const { forwarding, upperThreshold, lowerThreshold } = server;
  return {
    key: destinationKeyOf(pool, entry, server),
    weight,
    // the other half is the packet filter's (ipvs/core/source-nat.ts)
    forwarding: forwarding.kind === 'fullnat' ? { kind: 'nat' } : forwarding,
    upperThreshold,
    lowerThreshold,
  };
}

/** As the kernel knows it. */
export const destinationKeyOf = (
  pool: PoolMatch,
  entry: ServiceMatch,
  server: Pick<RealServer, 'address' | 'port' | 'forwarding'>,
): DestinationKey => ({ address: server.address, port: destinationPort(pool, entry, server) });

/** Only NAT can change the port; with DR and tunnels the packet keeps the service's, and a fwmark has none. */
export function destinationPort(
  pool: PoolMatch,
  entry: ServiceMatch,
  { port: configured, forwarding }: { readonly port: RealServer['port']; readonly forwarding: Forwarding },
): RealServer['port'] {
  if (entry.kind === 'fwmark')
    return translatesPorts(forwarding) && pool.kind !== 'group' ? configured : port(0);
  return translatesPorts(forwarding) && configured !== 0 ? configured : entry.port;
}
