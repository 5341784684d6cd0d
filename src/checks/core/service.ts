/** One virtual server as the checkers see it: which real servers are alive, whether the quorum is up, whether the
 *  sorry server stands in. Records are immutable; the map of servers belongs to the node and changes in place. */

import type { Brand } from '../../base/brand.ts';
import type { LogEntry } from '../../base/log.ts';
import type { Instant } from '../../base/units.ts';
import type { Checker, RealServer, VirtualServer } from '../../config/model/lvs.ts';
import { settleHolds } from './depool.ts';
import type { Drain } from './drain.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import { type QuorumRule, quorumAfter } from './quorum.ts';
import type { Ramp } from './slow-start.ts';
import { limitedWeight } from './weight.ts';

/** Never used again after its checker is gone, so a late result finds nobody. */
export type CheckerId = Brand<number, 'CheckerId'>;

export interface ServerState {
  readonly config: RealServer;
  readonly checkers: readonly CheckerId[];
  /** checkers that do not pass; the server is alive at 0 */
  readonly failedCheckers: number;
  /** what its checkers add to the configured weight; may be negative */
  readonly addedWeight: number;
  /** when it last died or came back; null = neither has happened */
  readonly changedAt: Instant | null;
  /** it gets no new connections by order of the operator; null = it does */
  readonly drain: Drain | null;
  /** its weight rises after a recovery; null = it has all of it */
  readonly ramp: Ramp | null;
  /** dead, and kept by depool_threshold */
  readonly held: boolean;
}

export interface ServiceState {
  readonly key: string;
  readonly config: VirtualServer;
  readonly servers: Map<string, ServerState>;
  /** quorum and hysteresis in force */
  readonly rule: QuorumRule;
  readonly quorumUp: boolean;
  /** sum of the weights of alive servers, kept up to date by whoever changes a server */
  readonly aliveWeight: number;
}

export const isAlive = (server: ServerState): boolean => server.failedCheckers === 0;

/** What the server weighs while it is alive. */
export const liveWeight = ({ config, addedWeight }: Pick<ServerState, 'config' | 'addedWeight'>): number =>
  limitedWeight(config.weight + addedWeight);

/** For the quorum: who is on his way out does not count, who comes back counts whole at once. */
const countedWeight = (server: ServerState): number =>
  isAlive(server) && server.drain === null ? liveWeight(server) : 0;

export const aliveWeightOf = (servers: Iterable<ServerState>): number => {
  let sum = 0;
  for (const server of servers) sum += countedWeight(server);
  return sum;
};

export const sorryServerActive = (service: ServiceState): boolean =>
  !service.quorumUp && service.config.sorryServer !== null;

/** What becomes of a service, and what there is to tell about it. */
export interface Told {
  readonly service: ServiceState;
  readonly log: readonly LogEntry[];
  readonly news: readonly PoolNews[];
}

/** The server as it is now. */
export const serverNews = (
  { config: service }: ServiceState,
  server: ServerState,
  why: Extract<PoolNews, { kind: 'server_turned' }>['why'],
): PoolNews => ({ kind: 'server_turned', service, server: server.config, up: isAlive(server), why });

/** The verdict that one checker has just changed. */
export const checkerNews = (
  { config: service }: ServiceState,
  { config: server }: ServerState,
  { kind: checker }: Checker,
  up: boolean,
  serverTurned: boolean,
): PoolNews => ({ kind: 'checker_turned', service, server, checker, up, serverTurned });

/** The quorum as it is now. */
export const quorumNews = (
  { config: service, quorumUp: up, rule, aliveWeight }: ServiceState,
  why: Extract<PoolNews, { kind: 'quorum_turned' }>['why'],
): PoolNews => ({ kind: 'quorum_turned', service, up, why, ...rule, aliveWeight });

/** `server` replaces its predecessor under `key`; says what that changes for the pool and the quorum. */
export function serverChanged(service: ServiceState, key: string, server: ServerState): Told {
  const before = service.servers.get(key);
  const settled = replaceServer(service, key, server);
  if (before === undefined) return { service: settled.service, log: [], news: [] };
  const alive = isAlive(server);
  const names = namesOf(service, server);
  const weight = weightLines(before, server, names);
  if (isAlive(before) === alive) return { ...settled, log: [...weight, ...settled.log] };
  const held = service.servers.get(key)?.held === true;
  const line = (held ? checksLog.serverKept : turnLine(server, alive))(names);
  const turned = serverNews(service, server, 'checked');
  return { ...settled, log: [...weight, line, ...settled.log], news: [turned, ...settled.news] };
}

/** A server that is drained does not come into the table by coming back to life. */
const turnLine = (server: ServerState, alive: boolean) =>
  alive && server.drain !== null ? checksLog.aliveWhileDrained : poolLine(server.config, alive);

/** The same without the server's own lines: what follows for the quorum and for the servers that are held. */
export function replaceServer(service: ServiceState, key: string, server: ServerState): Told {
  const before = service.servers.get(key);
  service.servers.set(key, server);
  const aliveWeight =
    service.aliveWeight + countedWeight(server) - (before === undefined ? 0 : countedWeight(before));
  const settled = settleQuorum({ ...service, aliveWeight });
  return { ...settled, log: [...settled.log, ...settleHolds(settled.service, key)] };
}

/** As the log names the server and its service. */
export const namesOf = (service: ServiceState, server: ServerState) => ({
  server: serverName(service.config, server.config),
  service: serviceName(service.config.match),
});

function weightLines(
  before: ServerState,
  server: ServerState,
  names: { readonly server: string; readonly service: string },
): readonly LogEntry[] {
  const [from, to] = [liveWeight(before), liveWeight(server)];
  return from === to ? [] : [checksLog.weightChanged({ ...names, from, to, alive: isAlive(server) })];
}

/** How the log calls a change of this server's life. */
export const poolLine = (server: RealServer, alive: boolean) => {
  if (server.inhibitOnFailure) return alive ? checksLog.serverEnabled : checksLog.serverDisabled;
  return alive ? checksLog.serverAdded : checksLog.serverRemoved;
};

/** Applies the quorum rule; a change switches the sorry server. */
export function settleQuorum(service: ServiceState): Told {
  const up = quorumAfter(service.rule, service.quorumUp, service.aliveWeight);
  if (up === service.quorumUp) return { service, log: [], news: [] };
  const after = { ...service, quorumUp: up };
  return { service: after, log: quorumLines(after), news: [quorumNews(after, 'weighed')] };
}

/** What is told when the quorum has just become what it is. */
export function quorumLines(service: ServiceState): readonly LogEntry[] {
  const name = serviceName(service.config.match);
  const { quorum, hysteresis } = service.rule;
  const up = service.quorumUp;
  const quorumLine = (up ? checksLog.quorumGained : checksLog.quorumLost)({
    quorum,
    hysteresis,
    alive: service.aliveWeight,
    service: name,
  });
  const sorry = service.config.sorryServer;
  if (sorry === null) return [quorumLine];
  const fields = { server: serverName(service.config, sorry), service: name, inhibit: sorry.inhibit };
  return up
    ? [quorumLine, checksLog.sorryRemoved(fields), checksLog.poolRestored({ service: name })]
    : [quorumLine, checksLog.sorryAdded(fields), checksLog.poolEmptied({ service: name })];
}
