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
    // weight 0 is how inhibit_on_failure takes a server out
    const isOut = destination === undefined || (destination.weight === 0 && server.weight > 0);
    return isOut ? 'taken_out' : 'in_pool';
  };
}
