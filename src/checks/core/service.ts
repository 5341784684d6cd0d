/** One virtual server as the checkers see it: which real servers are alive, whether the quorum is up, whether the
 *  sorry server stands in. Records are immutable; the map of servers belongs to the node and changes in place. */

import type { Brand } from '../../base/brand.ts';
import type { LogEntry } from '../../base/log.ts';
import type { Instant } from '../../base/units.ts';
import type { Checker, RealServer, VirtualServer } from '../../config/model/lvs.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import { type QuorumRule, quorumAfter } from './quorum.ts';
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
  readonly changedAt: Instant | null;
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

const countedWeight = (server: ServerState): number => (isAlive(server) ? liveWeight(server) : 0);

export const aliveWeightOf = (servers: Iterable<ServerState>): number => {
  let sum = 0;
  for (const server of servers) sum += countedWeight(server);
  return sum;
};

export const sorryServerActive = (service: ServiceState): boolean =>
  !service.quorumUp && service.config.sorryServer !== null;

/** In the kernel's table as decided now. An inhibited server stays there with weight 0. */
export const isPooled = (service: ServiceState, server: ServerState): boolean =>
  server.config.inhibitOnFailure || (isAlive(server) && !sorryServerActive(service));

/** The weight that the kernel gets; 0 also for a server that is not in its table. */
export const effectiveWeight = (service: ServiceState, server: ServerState): number =>
  isAlive(server) && !sorryServerActive(service) ? liveWeight(server) : 0;

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
  service.servers.set(key, server);
  if (before === undefined) return { service, log: [], news: [] };
  const alive = isAlive(server);
  const names = {
    server: serverName(service.config, server.config),
    service: serviceName(service.config.match),
  };
  const log = [...weightLines(before, server, names)];
  if (isAlive(before) !== alive) log.push(poolLine(server.config, alive)(names));
  if (log.length === 0) return { service, log, news: [] };
  const aliveWeight = service.aliveWeight + countedWeight(server) - countedWeight(before);
  const settled = settleQuorum({ ...service, aliveWeight });
  const turned = isAlive(before) === alive ? [] : [serverNews(service, server, 'checked')];
  return {
    service: settled.service,
    log: [...log, ...settled.log],
    news: [...turned, ...settled.news],
  };
}

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
