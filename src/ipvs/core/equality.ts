/** When is what the kernel holds what was asked for? Not plain equality: the kernel adds a flag of its own
 *  and keeps fields that have no meaning for the service at hand. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { DestinationConfig, IpvsService, IpvsTable, ServiceConfig } from './table.ts';

/** IP_VS_SVC_F_* of linux/ip_vs.h. */
export const SERVICE_FLAG = {
  persistent: 0x1,
  /** set by the kernel on every service in its hash table; nobody's decision */
  hashed: 0x2,
  onePacket: 0x4,
  /** sh-fallback, mh-fallback */
  scheduler1: 0x8,
  /** sh-port, mh-port */
  scheduler2: 0x10,
  scheduler3: 0x20,
} as const;

/** The flags to ask the kernel for: `persistent` follows the timeout, `hashed` is never asked for. */
export const requestedFlags = (service: ServiceConfig): number => {
  const decided = service.flags & ~(SERVICE_FLAG.hashed | SERVICE_FLAG.persistent);
  return service.persistenceTimeout > 0 ? decided | SERVICE_FLAG.persistent : decided;
};

/** True when the kernel's service needs no edit to be the wanted one. Keys are taken to be equal. */
export function serviceMatches(wanted: ServiceConfig, held: ServiceConfig): boolean {
  return (
    wanted.scheduler === held.scheduler &&
    requestedFlags(wanted) === (held.flags & ~SERVICE_FLAG.hashed) &&
    wanted.persistenceTimeout === held.persistenceTimeout &&
    // without persistence nothing reads the netmask: not worth a write
    (wanted.persistenceTimeout === 0 || wanted.persistencePrefix === held.persistencePrefix) &&
    wanted.persistenceEngine === held.persistenceEngine
  );
}

/** True when the kernel's destination needs no edit to be the wanted one. Keys are taken to be equal. */
export const destinationMatches = (wanted: DestinationConfig, held: DestinationConfig): boolean =>
  wanted.weight === held.weight &&
  wanted.upperThreshold === held.upperThreshold &&
  wanted.lowerThreshold === held.lowerThreshold &&
  sameValue(wanted.forwarding, held.forwarding);

const serviceAndDestinationsMatch = (wanted: IpvsService, held: IpvsService): boolean =>
  serviceMatches(wanted.config, held.config) &&
  wanted.destinations.size === held.destinations.size &&
  [...wanted.destinations].every(([key, destination]) => {
    const other = held.destinations.get(key);
    return other !== undefined && destinationMatches(destination, other);
  });

/** True when the held table has exactly the wanted services and destinations. */
export const tableMatches = (wanted: IpvsTable, held: IpvsTable): boolean =>
  wanted.size === held.size &&
  [...wanted].every(([key, service]) => {
    const other = held.get(key);
    return other !== undefined && serviceAndDestinationsMatch(service, other);
  });
