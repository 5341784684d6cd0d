/** From the table that is wanted and the table that the kernel holds to the operations between them: minimal,
 *  in an order that never leaves a service without a destination it could have, and none at all when nothing
 *  differs. */
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { destinationMatches, requestedFlags, serviceMatches } from './equality.ts';
import {
  type DestinationConfig,
  type IpvsService,
  type IpvsTable,
  type ServiceKey,
  serviceKeyText,
} from './table.ts';

/** `owned` is asked only about services that the kernel holds and nobody wants: true = vipd made it, remove
 *  it.
 *
 *  Order: service by service as in `desired`; inside one, the service itself, then its new destinations, then
 *  edits that give weight, then edits that take it, then removals. Services to remove come last. Destinations
 *  of a removed service need no operation, the kernel drops them with it. */
export function planIpvs(
  desired: IpvsTable,
  actual: IpvsTable,
  owned: (key: string) => boolean,
): readonly IpvsOperation[] {
  const operations: IpvsOperation[] = [];
  for (const [key, wanted] of desired) planService(wanted, actual.get(key), operations);
  for (const [key, held] of actual) {
    if (!desired.has(key) && owned(key))
      operations.push({ kind: 'remove_service', service: held.config.key });
  }
  return operations;
}

/** What the kernel holds once such a plan was carried out without a refusal. Shares the wanted destinations
 *  instead of copying them: a large table has tens of thousands. */
export function plannedTable(
  desired: IpvsTable,
  actual: IpvsTable,
  operations: readonly IpvsOperation[],
): IpvsTable {
  const table = new Map(actual);
  for (const operation of operations) {
    if (operation.kind === 'remove_service') table.delete(serviceKeyText(operation.service));
  }
  for (const [key, { config, destinations }] of desired) {
    table.set(key, { config: { ...config, flags: requestedFlags(config) }, destinations });
  }
  return table;
}

function planService(wanted: IpvsService, held: IpvsService | undefined, into: IpvsOperation[]): void {
  const service = wanted.config.key;
  if (held === undefined) {
    into.push({ kind: 'add_service', service: wanted.config });
    for (const destination of wanted.destinations.values()) {
      into.push({ kind: 'add_destination', service, destination });
    }
    return;
  }
  if (!serviceMatches(wanted.config, held.config))
    into.push({ kind: 'edit_service', service: wanted.config });
  planDestinations(service, wanted.destinations, held.destinations, into);
}

function planDestinations(
  service: ServiceKey,
  wanted: ReadonlyMap<string, DestinationConfig>,
  held: ReadonlyMap<string, DestinationConfig>,
  into: IpvsOperation[],
): void {
  const giving: IpvsOperation[] = [];
  const taking: IpvsOperation[] = [];
  for (const [key, destination] of wanted) {
    const before = held.get(key);
    if (before === undefined) into.push({ kind: 'add_destination', service, destination });
    else if (!destinationMatches(destination, before)) {
      (destination.weight > 0 ? giving : taking).push({ kind: 'edit_destination', service, destination });
    }
  }
  // one by one: a hundred thousand do not fit the stack as arguments
  for (const edit of giving) into.push(edit);
  for (const edit of taking) into.push(edit);
  for (const [key, destination] of held) {
    if (!wanted.has(key)) into.push({ kind: 'remove_destination', service, destination: destination.key });
  }
}
