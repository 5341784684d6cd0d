/** Reads the whole table with its counters: one dump of the services, then one of each service's destinations. The kernel has
 *  no way to ask for both at once, so a service that vanishes in between simply has no destinations. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { DestinationUsage, IpvsCounters, KernelIpvs } from '../../ports/ipvs-kernel.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsService,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
  serviceKeyText,
} from '../core/table.ts';
import { destinationFromAttributes, usageFromAttributes } from '../wire/destination.ts';
import { bare, onService } from '../wire/requests.ts';
import { countersFromAttributes, serviceFromAttributes } from '../wire/service.ts';
import { COMMAND, IPVS_COMMAND } from '../wire/tables.ts';
import { type Body, decodeOne, garbled, type IpvsSession } from './session.ts';

const READ_SERVICES = 'read the IPVS services';
const READ_SERVICE = 'read an IPVS service';
const READ_DESTINATIONS = 'read the destinations of an IPVS service';

export function readTable(session: IpvsSession): Result<KernelIpvs, SystemError> {
  const bodies = session.dump(bare(IPVS_COMMAND.getService), READ_SERVICES);
  return bodies.ok ? tableOf(session, bodies.value) : bodies;
}

/** ESRCH when there is no such service. */
export function readOneService(session: IpvsSession, service: ServiceKey): Result<KernelIpvs, SystemError> {
  const bodies = session.ask(onService(IPVS_COMMAND.getService, service), READ_SERVICE);
  return bodies.ok ? tableOf(session, bodies.value) : bodies;
}

/** The services that the kernel told of, with their destinations. */
function tableOf(session: IpvsSession, services: readonly Body[]): Result<KernelIpvs, SystemError> {
  const table = new Map<string, IpvsService>();
  const counters = new Map<string, IpvsCounters>();
  const usage = new Map<string, ReadonlyMap<string, DestinationUsage>>();
  for (const body of services) {
    const service = decodeService(body);
    if (!service.ok) return service;
    const { config } = service.value;
    const destinations = readDestinations(session, config.key);
    if (!destinations.ok) return destinations;
    const key = serviceKeyText(config.key);
    table.set(key, { config, destinations: destinations.value.configs });
    counters.set(key, service.value.counters);
    usage.set(key, destinations.value.usage);
  }
  return ok({ table, services: counters, destinations: usage });
}

interface ReadService {
  readonly config: ServiceConfig;
  readonly counters: IpvsCounters;
}

function decodeService(body: Body): Result<ReadService, SystemError> {
  const fields = decodeOne(COMMAND, [body], READ_SERVICES);
  if (!fields.ok) return fields;
  const { service } = fields.value;
  const config = service === null ? null : serviceFromAttributes(service);
  if (service === null || config === null)
    return err(garbled(READ_SERVICES, 'a service without its attributes'));
  return ok({ config, counters: countersFromAttributes(service) });
}

interface ReadDestinations {
  readonly configs: ReadonlyMap<string, DestinationConfig>;
  readonly usage: ReadonlyMap<string, DestinationUsage>;
}

function readDestinations(session: IpvsSession, service: ServiceKey): Result<ReadDestinations, SystemError> {
  const configs = new Map<string, DestinationConfig>();
  const usage = new Map<string, DestinationUsage>();
  const bodies = session.dump(onService(IPVS_COMMAND.getDestination, service), READ_DESTINATIONS);
  if (!bodies.ok) return bodies;
  for (const body of bodies.value) {
    const fields = decodeOne(COMMAND, [body], READ_DESTINATIONS);
    if (!fields.ok) return fields;
    const { destination } = fields.value;
    const config =
      destination === null ? null : destinationFromAttributes(destination, serviceFamily(service));
    if (destination === null || config === null) {
      return err(garbled(READ_DESTINATIONS, 'a destination without its attributes'));
    }
    const key = destinationKeyText(config.key);
    configs.set(key, config);
    usage.set(key, usageFromAttributes(destination));
  }
  return ok({ configs, usage });
}
