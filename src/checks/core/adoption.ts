/** What the kernel's table at start tells about the servers. After a crash or a stop with -I the table still stands as the
 *  checks left it. A server that is missing there was taken out because it failed: putting it back until its first probe
 *  has failed again would send clients to a dead server. One that is there had passed: taking it out, because it is
 *  `alpha`, would cut off its connections. */
import type { RealServer, VirtualServer } from '../../config/model/lvs.ts';
import { destinationKeyText, type IpvsService } from '../../ipvs/core/table.ts';

export type FoundServer = 'in_pool' | 'taken_out' | 'unknown';

/** A service that is not in the table, or has none of these servers and not their sorry server either, tells nothing. */
export function poolAsFound(
  config: VirtualServer,
  found: IpvsService | undefined,
): (server: RealServer) => FoundServer {
  const present = (server: Pick<RealServer, 'address' | 'port'>) =>
    found?.destinations.get(destinationKeyText(server));
  const isKnown =
    config.realServers.some((server) => present(server) !== undefined) ||
    (config.sorryServer !== null && present(config.sorryServer) !== undefined);
  if (!isKnown) return () => 'unknown';
  return (server) => {
    const destination = present(server);
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
export function weightAsFound(server: RealServer, found: IpvsService | undefined): number | null {
  if (!namesWeight(server)) return null;
  const weight = found?.destinations.get(destinationKeyText(server))?.weight;
  return weight === undefined || (weight === 0 && server.inhibitOnFailure) ? null : weight;
}
