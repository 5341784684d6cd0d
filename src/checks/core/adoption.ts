/** What the kernel's table at start tells about the servers. After a crash or a stop with -I the table still stands as the
 *  checks left it. A server that is missing there was taken out because it failed: putting it back until its first probe
 *  has failed again would send clients to a dead server. One that is there had passed: taking it out, because it is
 *  `alpha`, would cut off its connections. */
import { entriesOf, type Forwarding, type RealServer, type VirtualServer } from '../../config/model/lvs.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsService,
  type IpvsTable,
  serviceKeyText,
} from '../../ipvs/core/table.ts';
import { destinationPort } from './desired.ts';

/** All entries of a group have the same servers: the first one that the table has tells of all. */
export function foundEntry({ match }: VirtualServer, found: IpvsTable | undefined): IpvsService | undefined {
  if (found === undefined) return undefined;
  for (const entry of entriesOf(match)) {
    const service = found.get(serviceKeyText(entry));
    if (service !== undefined) return service;
  }
  return undefined;
}

/** The server as the kernel's service has it. */
function destinationIn(
  { match }: VirtualServer,
  found: IpvsService | undefined,
  server: { readonly forwarding: Forwarding } & Pick<RealServer, 'address' | 'port'>,
): DestinationConfig | undefined {
  if (found === undefined) return undefined;
  const port = destinationPort(match, found.config.key, server);
  return found.destinations.get(destinationKeyText({ address: server.address, port }));
}

export type FoundServer = 'in_pool' | 'taken_out' | 'unknown';

/** A service that is not in the table, or has none of these servers and not their sorry server either, tells nothing. */
export function poolAsFound(
  config: VirtualServer,
  found: IpvsService | undefined,
): (server: RealServer) => FoundServer {
  const isKnown =
    config.realServers.some((server) => destinationIn(config, found, server) !== undefined) ||
    (config.sorryServer !== null && destinationIn(config, found, config.sorryServer) !== undefined);
  if (!isKnown) return () => 'unknown';
  return (server) => {
    const destination = destinationIn(config, found, server);
    if (destination === undefined) return 'taken_out';
    // weight 0 is how inhibit_on_failure takes a server out; a checker may also have named it, to let connections end
    const inhibited =
      destination.weight === 0 && server.weight > 0 && !(namesWeight(server) && !server.inhibitOnFailure);
    return inhibited ? 'taken_out' : 'in_pool';
  };
}

const namesWeight = ({ checkers }: RealServer): boolean =>
  checkers.some((checker) => checker.kind === 'file' || (checker.kind === 'misc' && checker.dynamic));

/** The weight that a predecessor's checkers named; null when the table has no such server, or none of them names any. */
export function weightAsFound(
  config: VirtualServer,
  server: RealServer,
  found: IpvsService | undefined,
): number | null {
  if (!namesWeight(server)) return null;
  const weight = destinationIn(config, found, server)?.weight;
  return weight === undefined || (weight === 0 && server.inhibitOnFailure) ? null : weight;
}
