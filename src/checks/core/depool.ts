/** depool_threshold: checks alone never take more servers out of a pool than its threshold allows. When that many fail at
 *  once the fault is likely the director's or the network's, and half a service is better than none. Those that failed last
 *  stay. A server that has never been up is not held: it was never in the pool. Where the quorum is lost and a sorry server
 *  stands in, nobody is held beside it: that is what the operator wants then. */
import type { LogEntry } from '../../base/log.ts';
import type { VirtualServer } from '../../config/model/lvs.ts';
import { checksLog } from './log-events.ts';
import { serviceName } from './names.ts';
import { isAlive, type ServerState, type ServiceState, sorryServerActive } from './service.ts';

/** How many servers stay; null without a threshold. */
export function serversToKeep({ depoolThreshold, realServers }: VirtualServer): number | null {
  if (depoolThreshold === null) return null;
  return depoolThreshold.kind === 'count'
    ? Math.min(depoolThreshold.servers, realServers.length)
    : Math.ceil((depoolThreshold.percent * realServers.length) / 100);
}

export const heldServers = ({ servers }: ServiceState): number =>
  [...servers.values()].filter(({ held }) => held).length;

/** Sets who of the dead is held, in place; what there is to tell at the begin and the end of such a spell. `turned`: the
 *  server that has just died, if one has; of several that died at once it is the one still in the pool. */
export function settleHolds(service: ServiceState, turned: string | null): readonly LogEntry[] {
  const keep = serversToKeep(service.config);
  if (keep === null) return [];
  const before = heldServers(service);
  const dead = [...service.servers].filter(([, server]) => isDead(server));
  // an operator's drain takes nothing from the threshold, and no dead server back in
  const wanted = sorryServerActive(service) ? 0 : Math.max(0, keep - (service.servers.size - dead.length));
  const isIn = (key: string, server: ServerState): number => Number(server.held || key === turned);
  const lastFailed = dead
    .filter(([, server]) => server.changedAt !== null && server.config.weight > 0)
    .sort(([x, a], [y, b]) => (b.changedAt ?? 0) - (a.changedAt ?? 0) || isIn(y, b) - isIn(x, a));
  const held = new Set(lastFailed.slice(0, wanted).map(([key]) => key));
  for (const [key, server] of service.servers) {
    if (server.held !== held.has(key)) service.servers.set(key, { ...server, held: held.has(key) });
  }
  if (before > 0 === held.size > 0) return [];
  const name = serviceName(service.config.match);
  if (held.size === 0) return [checksLog.thresholdLeft({ service: name })];
  const counts = { down: dead.length, of: service.servers.size, held: held.size, keep };
  return [checksLog.thresholdReached({ service: name, ...counts })];
}

const isDead = (server: ServerState): boolean => !isAlive(server) && server.drain === null;
