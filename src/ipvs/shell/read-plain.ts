/** Reads without counters: the configuration alone, whole or of some services, and who is connected. What is compared tens of
 *  thousands at a time is read here; what is shown, in read-table.ts. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { DestinationConnections } from '../../ports/ipvs-kernel.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsService,
  type IpvsTable,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
  serviceKeyText,
} from '../core/table.ts';
import { connectionsFromAttributes, destinationFromAttributes } from '../wire/destination.ts';
import { bare, onService } from '../wire/requests.ts';
import { serviceFromAttributes } from '../wire/service.ts';
import { IPVS_COMMAND, PLAIN_COMMAND, type PlainDestinationAttributes } from '../wire/tables.ts';
import { type Body, decodeOne, garbled, type IpvsSession } from './session.ts';

const READ_SERVICES = 'read the IPVS services';
const READ_SERVICE = 'read an IPVS service';
const READ_DESTINATIONS = 'read the destinations of an IPVS service';

export function readPlainTable(session: IpvsSession): Result<IpvsTable, SystemError> {
  const bodies = session.dump(bare(IPVS_COMMAND.getService), READ_SERVICES);
  return bodies.ok ? servicesOf(session, bodies.value) : bodies;
}

/** Two questions per service: for a look at a few of them. */
export function readServices(
  session: IpvsSession,
  keys: readonly ServiceKey[],
): Result<IpvsTable, SystemError> {
  const found: Body[] = [];
  for (const key of keys) {
    const answer = session.ask(onService(IPVS_COMMAND.getService, key), READ_SERVICE);
    if (!answer.ok && answer.error.code === 'ESRCH') continue;
    if (!answer.ok) return answer;
    const [body] = answer.value;
    if (body === undefined) return err(garbled(READ_SERVICE, 'the kernel sent no answer'));
    found.push(body);
  }
  return servicesOf(session, found);
}

/** One question per service; of one that is not there the kernel lists nothing. */
export function readConnections(
  session: IpvsSession,
  keys: readonly ServiceKey[],
): Result<ReadonlyMap<string, ReadonlyMap<string, DestinationConnections>>, SystemError> {
  const connections = new Map<string, ReadonlyMap<string, DestinationConnections>>();
  for (const key of keys) {
    const destinations = readDestinations(session, key);
    if (!destinations.ok) return destinations;
    const counted = destinations.value.map(
      ({ config, fields }) => [destinationKeyText(config.key), connectionsFromAttributes(fields)] as const,
    );
    connections.set(serviceKeyText(key), new Map(counted));
  }
  return ok(connections);
}

function servicesOf(session: IpvsSession, bodies: readonly Body[]): Result<IpvsTable, SystemError> {
  const table = new Map<string, IpvsService>();
  for (const body of bodies) {
    const config = serviceOf(body);
    if (!config.ok) return config;
    const destinations = readDestinations(session, config.value.key);
    if (!destinations.ok) return destinations;
    const configs = new Map<string, DestinationConfig>();
    for (const { config: each } of destinations.value) configs.set(destinationKeyText(each.key), each);
    table.set(serviceKeyText(config.value.key), { config: config.value, destinations: configs });
  }
  return ok(table);
}

function serviceOf(body: Body): Result<ServiceConfig, SystemError> {
  const fields = decodeOne(PLAIN_COMMAND, [body], READ_SERVICES);
  if (!fields.ok) return fields;
  const config = fields.value.service === null ? null : serviceFromAttributes(fields.value.service);
  return config === null ? err(garbled(READ_SERVICES, 'a service without its attributes')) : ok(config);
}

interface ReadDestination {
  readonly config: DestinationConfig;
  readonly fields: PlainDestinationAttributes;
}

function readDestinations(
  session: IpvsSession,
  service: ServiceKey,
): Result<readonly ReadDestination[], SystemError> {
  const family = serviceFamily(service);
  const bodies = session.dump(onService(IPVS_COMMAND.getDestination, service), READ_DESTINATIONS);
  if (!bodies.ok) return bodies;
  const destinations: ReadDestination[] = [];
  for (const body of bodies.value) {
    const decoded = decodeOne(PLAIN_COMMAND, [body], READ_DESTINATIONS);
    if (!decoded.ok) return decoded;
    const fields = decoded.value.destination;
    const config = fields === null ? null : destinationFromAttributes(fields, family);
    if (fields === null || config === null) {
      return err(garbled(READ_DESTINATIONS, 'a destination without its attributes'));
    }
    destinations.push({ config, fields });
  }
  return ok(destinations);
}
