/** The kernel's table as a node wants it: what its pools have, the servers that leave them, and behind both the services of
 *  check_via forwarding. */
import { elapsed, toSeconds } from '../../base/units.ts';
import type { DrainSeconds } from '../../ipvs/core/plan-text.ts';
import type { NattedPool } from '../../ipvs/core/source-nat.ts';
import {
  type DestinationKey,
  destinationKeyText,
  type IpvsTable,
  type ServiceKey,
  serviceKeyText,
} from '../../ipvs/core/table.ts';
import { desiredKeys, desiredTable } from './desired.ts';
import type { LeavingServer } from './drain.ts';
import type { NodeState } from './node-state.ts';
import { pathServices, withPaths } from './paths.ts';

/** `only`: as for `desiredTable`. */
export const tableOf = ({ services, leaving, paths }: NodeState, only?: ReadonlySet<string>): IpvsTable =>
  withPaths(desiredTable(services.values(), leaving.values(), only), paths, only);

/** `serviceKeyText` of what is configured; a service that only leaving servers hold is nobody's to watch. */
export const tableKeys = ({ services, paths }: NodeState): readonly string[] => [
  ...desiredKeys(services.values()),
  ...pathServices(paths),
];

/** Those of the leaving servers that the packet filter has to go on for: without it their connections end. */
export const leavingNatted = ({ leaving }: NodeState): readonly NattedPool[] =>
  [...leaving.values()]
    .filter(({ fullnat }) => fullnat)
    .flatMap(({ destinations }) =>
      destinations.map(({ service, destination: { key } }) => ({
        match: service.key,
        realServers: [{ address: key.address, forwarding: { kind: 'fullnat' } as const }],
        sorryServer: null,
      })),
    );

/** For the plan: how long a destination that goes to weight 0 may take to be gone. */
export function drainSeconds(leaving: Iterable<LeavingServer>): DrainSeconds {
  const seconds = new Map<string, number>();
  for (const { destinations, drain } of leaving) {
    const time = toSeconds(elapsed(drain.since, drain.until));
    for (const { service, destination } of destinations) {
      seconds.set(pairText(service.key, destination.key), time);
    }
  }
  return (service, key) => seconds.get(pairText(service, key)) ?? null;
}

const pairText = (service: ServiceKey, destination: DestinationKey): string =>
  `${serviceKeyText(service)} ${destinationKeyText(destination)}`;
