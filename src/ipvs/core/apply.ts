/** Operations on a table as a value, refusing what the kernel refuses. The simulated kernel and the property
 *  tests use this one function. */
import { familyOf } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { requestedFlags, SERVICE_FLAG } from './equality.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsService,
  type IpvsTable,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
  serviceKeyText,
} from './table.ts';

/** What the kernel answers (net/netfilter/ipvs/ip_vs_ctl.c):
 *  EEXIST  the service or destination to add is there already
 *  ESRCH   the service to edit, to remove or to work in does not exist
 *  ENOENT  the destination to edit or to remove does not exist
 *  ERANGE  a negative weight, or a lower threshold above the upper one
 *  EINVAL  an IPv6 persistence prefix outside 1..128, GUE without a port, families mixed without a tunnel */
export type IpvsRefusal = 'EEXIST' | 'ESRCH' | 'ENOENT' | 'ERANGE' | 'EINVAL';

export interface Applied {
  readonly table: IpvsTable;
  /** one per operation, in order; null = done */
  readonly refusals: readonly (IpvsRefusal | null)[];
}

/** Applies in order and goes on after a refusal, as the kernel does with a batch. `table` stays as it is;
 *  services that no operation touched are shared with the result. */
export function applyOperations(table: IpvsTable, operations: readonly IpvsOperation[]): Applied {
  const draft: Draft = { services: new Map(table), copied: new Map() };
  const refusals = operations.map((operation) => applyOne(draft, operation));
  return { table: draft.services, refusals };
}

/** A table under change. The destinations of a service are copied before their first change, once per
 *  batch. */
interface Draft {
  readonly services: Map<string, IpvsService>;
  readonly copied: Map<string, Map<string, DestinationConfig>>;
}

function applyOne(draft: Draft, operation: IpvsOperation): IpvsRefusal | null {
  switch (operation.kind) {
    case 'add_service':
    case 'edit_service':
      return putService(draft, operation.kind, operation.service);
    case 'remove_service': {
      const key = serviceKeyText(operation.service);
      draft.copied.delete(key);
      return draft.services.delete(key) ? null : 'ESRCH';
    }
    case 'add_destination':
    case 'edit_destination':
      return putDestination(draft, operation.kind, operation.service, operation.destination);
    case 'remove_destination': {
      const destinations = writableDestinations(draft, serviceKeyText(operation.service));
      if (destinations === null) return 'ESRCH';
      return destinations.delete(destinationKeyText(operation.destination)) ? null : 'ENOENT';
    }
    default:
      return exhaustive(operation);
  }
}

function putService(
  draft: Draft,
  kind: 'add_service' | 'edit_service',
  service: ServiceConfig,
): IpvsRefusal | null {
  const key = serviceKeyText(service.key);
  const held = draft.services.get(key);
  if (kind === 'add_service' && held !== undefined) return 'EEXIST';
  if (kind === 'edit_service' && held === undefined) return 'ESRCH';
  const prefix = service.persistencePrefix;
  if (serviceFamily(service.key) === 'inet6' && !(Number(prefix) >= 1 && Number(prefix) <= 128)) {
    return 'EINVAL';
  }
  const config = { ...service, flags: requestedFlags(service) | SERVICE_FLAG.hashed };
  // an edit keeps the destinations, copied or not
  draft.services.set(key, { config, destinations: held?.destinations ?? new Map() });
  return null;
}

function putDestination(
  draft: Draft,
  kind: 'add_destination' | 'edit_destination',
  service: ServiceKey,
  destination: DestinationConfig,
): IpvsRefusal | null {
  const destinations = writableDestinations(draft, serviceKeyText(service));
  if (destinations === null) return 'ESRCH';
  const mixed = familyOf(destination.key.address) !== serviceFamily(service);
  if (mixed && destination.forwarding.kind !== 'tun') return 'EINVAL';
  if (destination.weight < 0 || destination.lowerThreshold > destination.upperThreshold) return 'ERANGE';
  const { forwarding } = destination;
  if (forwarding.kind === 'tun' && forwarding.encapsulation === 'gue' && forwarding.port === 0)
    return 'EINVAL';
  const key = destinationKeyText(destination.key);
  const exists = destinations.has(key);
  if (kind === 'add_destination' && exists) return 'EEXIST';
  if (kind === 'edit_destination' && !exists) return 'ENOENT';
  destinations.set(key, destination);
  return null;
}

/** The destinations of a service, safe to change; null when there is no such service. */
function writableDestinations(draft: Draft, key: string): Map<string, DestinationConfig> | null {
  const before = draft.copied.get(key);
  if (before !== undefined) return before;
  const service = draft.services.get(key);
  if (service === undefined) return null;
  const destinations = new Map(service.destinations);
  draft.copied.set(key, destinations);
  draft.services.set(key, { config: service.config, destinations });
  return destinations;
}
