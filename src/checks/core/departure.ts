/** What a reload takes away: its end is told, its probes are stopped, and a server that carries connections may keep them for
 *  as long as `drain_timeout` says before it goes (drain.ts). */
import { after, type Instant, type Micros, micros, toSeconds } from '../../base/units.ts';
import { destinationOf, serviceConfig } from './desired.ts';
import type { LeavingServer } from './drain.ts';
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

/** Also of servers that left before: those that are configured again stay. */
export function departures(old: NodeState, { services, checkers }: Staying, now: Instant): Departures {
  const actions: NodeAction[] = [];
  for (const record of old.checkers.values()) {
    if (record.launchedAt !== null && !checkers.has(record.id)) {
      actions.push({ kind: 'abort_probe', checker: record.id });
    }
  }
  const isBack = (server: LeavingServer): boolean =>
    services.get(server.service)?.servers.has(server.server) === true;
  const leaving = new Map([...old.leaving].filter(([, server]) => !isBack(server)));
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
      const departing = drainInstead(service, key, server, limit, now);
      if (departing === null) continue;
      leaving.set(placeKey(departing), departing);
      actions.push(logAction(checksLog.drainBegun({ ...departing.names, seconds: toSeconds(limit) })));
    }
  }
  return { actions, leaving };
}

/** null: it goes at once, having no connections that are worth to wait for or no time to wait. */
function drainInstead(
  service: ServiceState,
  key: string,
  server: ServerState,
  limit: Micros,
  now: Instant,
): LeavingServer | null {
  const isUsed = placeOf(service, server) === 'serving' || server.drain?.ended === false;
  if (!isUsed || (limit === 0 && server.drain === null)) return null;
  return {
    service: service.key,
    server: key,
    serviceConfig: serviceConfig(service.config),
    destination: destinationOf(service.config, server.config, 0),
    names: namesOf(service, server),
    drain: server.drain ?? { since: now, until: after(now, limit), connections: null, ended: false },
  };
}
