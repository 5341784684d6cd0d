/** What an edit changes, field by field, in the words of the configuration: `weight 3 → 1, DR → NAT`. */
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { destinationMatches, requestedFlags, serviceMatches } from './equality.ts';
import { operationText } from './operation-text.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsTable,
  type ServiceConfig,
  serviceKeyText,
} from './table.ts';

/** One phrase per field that differs from what `held` has; none for an operation that is no edit. */
export function changesOf(operation: IpvsOperation, held: IpvsTable): readonly string[] {
  if (operation.kind === 'edit_service') {
    const before = held.get(serviceKeyText(operation.service.key))?.config;
    return before === undefined ? [] : serviceChanges(before, operation.service);
  }
  if (operation.kind !== 'edit_destination') return [];
  const service = held.get(serviceKeyText(operation.service));
  const before = service?.destinations.get(destinationKeyText(operation.destination.key));
  return before === undefined ? [] : destinationChanges(before, operation.destination);
}

/** `changing service … of VS … (weight 3 → 1)` */
export function operationWithChanges(operation: IpvsOperation, held: IpvsTable): string {
  const changes = changesOf(operation, held);
  return changes.length === 0
    ? operationText(operation)
    : `${operationText(operation)} (${changes.join(', ')})`;
}

function serviceChanges(before: ServiceConfig, after: ServiceConfig): readonly string[] {
  if (serviceMatches(after, before)) return [];
  return [
    ...changed('scheduler', before.scheduler, after.scheduler),
    ...changed('persistence_timeout', before.persistenceTimeout, after.persistenceTimeout),
    ...changed('persistence_granularity', before.persistencePrefix, after.persistencePrefix),
    ...changed('persistence_engine', before.persistenceEngine ?? 'none', after.persistenceEngine ?? 'none'),
    ...changed('flags', hex(requestedFlags(before)), hex(requestedFlags(after))),
  ];
}

function destinationChanges(before: DestinationConfig, after: DestinationConfig): readonly string[] {
  if (destinationMatches(after, before)) return [];
  return [
    ...changed('weight', before.weight, after.weight),
    ...changed('lvs_method', methodText(before), methodText(after)),
    ...changed('uthreshold', before.upperThreshold, after.upperThreshold),
    ...changed('lthreshold', before.lowerThreshold, after.lowerThreshold),
  ];
}

const changed = (what: string, before: string | number, after: string | number): readonly string[] =>
  before === after ? [] : [`${what} ${before} → ${after}`];

const hex = (flags: number): string => `0x${flags.toString(16)}`;

/** As `lb_kind` takes it: `DR`, `TUN type gue port 6080 csum`. */
export function methodText({ forwarding }: Pick<DestinationConfig, 'forwarding'>): string {
  if (forwarding.kind !== 'tun') return forwarding.kind.toUpperCase();
  const { encapsulation, port, checksum } = forwarding;
  const words = [`type ${encapsulation}`];
  if (encapsulation === 'gue') words.push(`port ${port}`);
  if (checksum !== 'none') words.push(checksum);
  return encapsulation === 'ipip' ? 'TUN' : `TUN ${words.join(' ')}`;
}
