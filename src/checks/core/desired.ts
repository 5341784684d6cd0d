/** The kernel's table as decided: services and their pooled servers. behaviour.md sections 15 and 15.2. */
import { port, toSeconds } from '../../base/units.ts';
import type { Forwarding, RealServer, VirtualServer } from '../../config/model/lvs.ts';
import {
  type DestinationConfig,
  type DestinationKey,
  destinationKeyText,
  type IpvsService,
  type IpvsTable,
  type ServiceConfig,
} from '../../ipvs/core/table.ts';
import type { LeavingServer } from './drain.ts';
import { effectiveWeight, isPooled } from './pool.ts';
import { type ServiceState, sorryServerActive } from './service.ts';

/** IP_VS_SVC_F_PERSISTENT and IP_VS_SVC_F_ONEPACKET of linux/ip_vs.h */
const PERSISTENT = 0x1;
const ONE_PACKET = 0x4;
const SORRY_WEIGHT = 1;

export function desiredTable(
  services: Iterable<ServiceState>,
  leaving: Iterable<LeavingServer> = [],
): IpvsTable {
  const table = new Map<string, OpenService>();
  for (const service of services) {
    table.set(service.key, { config: serviceConfig(service.config), destinations: destinations(service) });
  }
  for (const server of leaving) keepInTable(table, server);
  return table;
}

interface OpenService extends IpvsService {
  readonly destinations: Map<string, DestinationConfig>;
}

/** Whoever is configured at the same address goes before a server that leaves. */
function keepInTable(
  table: Map<string, OpenService>,
  { service, serviceConfig, destination }: LeavingServer,
) {
  const held = table.get(service) ?? { config: serviceConfig, destinations: new Map() };
  const key = destinationKeyText(destination.key);
  if (!held.destinations.has(key)) held.destinations.set(key, destination);
  table.set(service, held);
}

export function serviceConfig(service: VirtualServer): ServiceConfig {
  const key = service.match;
  const { persistence } = service;
  const family = key.kind === 'fwmark' ? key.family : key.address.includes(':') ? 'inet6' : 'inet';
  return {
    key,
    scheduler: service.scheduler,
    flags:
      (persistence === null ? 0 : PERSISTENT) | (service.onePacket ? ONE_PACKET : 0) | service.schedulerFlags,
    persistenceTimeout: persistence === null ? 0 : toSeconds(persistence.timeout),
    persistencePrefix: persistence?.prefixLength ?? (family === 'inet' ? 32 : 128),
    persistenceEngine: persistence?.engine ?? null,
  };
}

/** Two servers may meet in one destination (DR servers that differ only in port, Q15): the heavier one counts.
 *  The sorry server, while active, goes before a real server of the same address. */
function destinations(service: ServiceState): Map<string, DestinationConfig> {
  const pooled = new Map<string, DestinationConfig>();
  for (const server of service.servers.values()) {
    if (!isPooled(service, server)) continue;
    const destination = destinationOf(service.config, server.config, effectiveWeight(service, server));
    const key = destinationKeyText(destination.key);
    const rival = pooled.get(key);
    if (rival === undefined || rival.weight < destination.weight) pooled.set(key, destination);
  }
  const sorry = service.config.sorryServer;
  if (sorry === null) return pooled;
  const active = sorryServerActive(service);
  const destination = destinationOf(
    service.config,
    { ...sorry, upperThreshold: 0, lowerThreshold: 0 },
    active ? SORRY_WEIGHT : 0,
  );
  const key = destinationKeyText(destination.key);
  if (active || (sorry.inhibit && !pooled.has(key))) pooled.set(key, destination);
  return pooled;
}

type Destination = Pick<RealServer, 'address' | 'port' | 'forwarding' | 'upperThreshold' | 'lowerThreshold'>;

export function destinationOf(
  service: VirtualServer,
  server: Destination,
  weight: number,
): DestinationConfig {
  const { forwarding, upperThreshold, lowerThreshold } = server;
  return { key: destinationKeyOf(service, server), weight, forwarding, upperThreshold, lowerThreshold };
}

/** As the kernel knows it. */
export const destinationKeyOf = (
  service: VirtualServer,
  { address, port: configured, forwarding }: Pick<RealServer, 'address' | 'port' | 'forwarding'>,
): DestinationKey => ({ address, port: destinationPort(service, configured, forwarding) });

/** Only NAT can change the port; with DR and tunnels the packet keeps the service's, and a fwmark has none. */
function destinationPort(
  service: VirtualServer,
  configured: RealServer['port'],
  forwarding: Forwarding,
): RealServer['port'] {
  if (forwarding.kind === 'nat') return configured;
  return service.match.kind === 'fwmark' ? port(0) : service.match.port;
}
