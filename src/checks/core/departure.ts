/** What a reload takes away: its end is told, its probes are stopped, and a server that carries connections may keep them for
 *  as long as `drain_timeout` says before it goes (drain.ts). */
import { after, type Instant, type Micros, micros, toSeconds } from '../../base/units.ts';
import { entriesOf } from '../../config/model/lvs.ts';
import { serviceKeyText } from '../../ipvs/core/table.ts';
import { destinationOf, serviceConfig } from './desired.ts';
import type { LeavingDestination, LeavingServer } from './drain.ts';
import { checksLog } from './log-events.ts';
import { serviceName } from './names.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeState,
  newsAction,
  placeKey,
} from './node-state.ts';
import { placeOf } from './pool.ts';
import { type CheckerId, namesOf, type ServerState, type ServiceState } from './service.ts';
import { farewellNews, serviceFarewellNews } from './tell.ts';

/** What stays of a node, or comes new. */
interface Staying {
  readonly services: ReadonlyMap<string, ServiceState>;
  readonly checkers: ReadonlyMap<CheckerId, CheckerRecord>;
}

interface Departures {
  readonly actions: readonly NodeAction[];
  readonly leaving: Map<string, LeavingServer>;
}

/** Also of servers that left before: those that are configured again stay, and none outlives its entry of a group. */
export function departures(old: NodeState, { services, checkers }: Staying, now: Instant): Departures {
  const actions: NodeAction[] = [];
  for (const record of old.checkers.values()) {
    if (record.launchedAt !== null && !checkers.has(record.id)) {
      actions.push({ kind: 'abort_probe', checker: record.id });
    }
  }
  const leaving = stillLeaving(old, services);
  for (const service of old.services.values()) {
    const kept = services.get(service.key);
    if (kept === undefined) {
      const news = serviceFarewellNews(service, 'removed');
      const line = checksLog.serviceGone({ service: serviceName(service.config.match) });
      actions.push(logAction(line), ...news.map(newsAction));
    }
    for (const [key, server] of service.servers) {
      if (kept?.servers.has(key)) continue;
      if (kept !== undefined) {
        const news = farewellNews(service, server, 'removed');
        actions.push(logAction(checksLog.serverGone(namesOf(service, server))), ...news.map(newsAction));
      }
      const limit = micros(Math.max(server.config.drainTimeout, (kept ?? service).config.drainTimeout));
      const departing = drainInstead({ service, key, server, kept }, limit, now);
      if (departing === null) continue;
      leaving.set(placeKey(departing), departing);
      actions.push(logAction(checksLog.drainBegun({ ...departing.names, seconds: toSeconds(limit) })));
    }
  }
  return { actions, leaving };
}

function stillLeaving(old: NodeState, services: Staying['services']): Map<string, LeavingServer> {
  const leaving = new Map<string, LeavingServer>();
  for (const [key, server] of old.leaving) {
    const pool = services.get(server.service);
    const destinations = destinationsThatStay(server.destinations, pool);
    const isBack = pool?.servers.has(server.server) === true;
    if (!isBack && destinations.length > 0) leaving.set(key, { ...server, destinations });
  }
  return leaving;
}

/** An entry that a group loses goes at once, with all that it has. A pool that is gone as a whole stays for those who leave. */
export function destinationsThatStay(
  destinations: readonly LeavingDestination[],
  pool: ServiceState | undefined,
): readonly LeavingDestination[] {
  if (pool === undefined) return destinations;
  const entries = new Set(entriesOf(pool.config.match).map(serviceKeyText));
  return destinations.filter(({ service }) => entries.has(serviceKeyText(service.key)));
}

interface Departing {
  readonly service: ServiceState;
  readonly key: string;
  readonly server: ServerState;
  /** its service as it goes on; undefined: it is gone too */
  readonly kept: ServiceState | undefined;
}

/** null: it goes at once, having no connections that are worth to wait for or no time to wait. */
function drainInstead(
  { service, key, server, kept }: Departing,
  limit: Micros,
  now: Instant,
): LeavingServer | null {
  const isUsed = placeOf(service, server) === 'serving' || server.drain?.ended === false;
  if (!isUsed || (limit === 0 && server.drain === null)) return null;
  const { match } = service.config;
  const all = entriesOf(match).map((entry) => ({
    service: serviceConfig(service.config, entry),
    destination: destinationOf(match, entry, server.config, 0),
  }));
  const destinations = destinationsThatStay(all, kept);
  if (destinations.length === 0) return null;
  return {
    service: service.key,
    server: key,
    destinations,
    fullnat: server.config.forwarding.kind === 'fullnat',
    names: namesOf(service, server),
    drain: server.drain ?? { since: now, until: after(now, limit), connections: null, ended: false },
  };
}
