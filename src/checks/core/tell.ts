/** News of the checkers that no probe's result brings: at start, at a reload, at stop, and on demand (behaviour.md sections
 *  15.2 and 15.3). */
import type { LogEntry } from '../../base/log.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import type { CheckerRecord, NodeState } from './node-state.ts';
import { isAlive, quorumNews, type ServerState, type ServiceState, serverNews } from './service.ts';

/** The first result of a server that was not alive to begin with (alpha): its failure turns nothing, and is told. */
export function isFirstFailure(
  record: CheckerRecord,
  hasRun: boolean,
  siblings: readonly CheckerRecord[],
): boolean {
  const isFirst = hasRun && !record.state.hasRun && !record.state.passing;
  return isFirst && !siblings.some(({ id, state }) => id !== record.id && state.hasRun && !state.passing);
}

/** A service that starts says so when its quorum is up, or when its sorry server has to stand in (Q17). */
export const firstQuorumNews = (service: ServiceState): readonly PoolNews[] =>
  service.quorumUp || service.config.sorryServer !== null ? [quorumNews(service, 'initially')] : [];

/** Of a server that goes; who knows it as dead already is not told again. */
export const farewellNews = (
  { config: service }: ServiceState,
  server: ServerState,
  why: 'removed' | 'shutting_down',
): readonly PoolNews[] =>
  isAlive(server) ? [{ kind: 'server_turned', service, server: server.config, up: false, why }] : [];

/** Of a service that goes with its servers. */
export const serviceFarewellNews = (
  service: ServiceState,
  why: 'removed' | 'shutting_down',
): readonly PoolNews[] => {
  const dead = { ...service, quorumUp: false, aliveWeight: 0 };
  const quorum = quorumNews(dead, why === 'removed' ? 'weighed' : 'shutting_down');
  return [
    ...[...service.servers.values()].flatMap((server) => farewellNews(service, server, why)),
    ...(service.quorumUp ? [quorum] : []),
  ];
};

/** A stop that takes the services away is told where `omega` asks for it. */
export const shutdownNews = (state: NodeState): readonly PoolNews[] =>
  [...state.services.values()]
    .filter(({ config }) => config.omega)
    .flatMap((service) => serviceFarewellNews(service, 'shutting_down'));

/** What is so now, as if it had just become so: of the service or server of this name, or of all (null). A service is
 *  named with its servers. */
export const presentNews = (state: NodeState, name: string | null): readonly PoolNews[] =>
  [...state.services.values()].flatMap((service) => {
    const isNamed = name === null || serviceName(service.config.match) === name;
    const servers = [...service.servers.values()].filter(
      ({ config }) => isNamed || serverName(service.config, config) === name,
    );
    return [
      ...servers.map((server) => serverNews(service, server, 'checked')),
      ...(isNamed ? [quorumNews(service, 'weighed')] : []),
    ];
  });

/** The log's words for the same moment. */
export const shutdownLines = (state: NodeState): readonly LogEntry[] =>
  [...state.services.values()].flatMap(({ config, servers }) =>
    [...servers.values()].map((server) =>
      checksLog.shuttingDown({
        server: serverName(config, server.config),
        service: serviceName(config.match),
      }),
    ),
  );
