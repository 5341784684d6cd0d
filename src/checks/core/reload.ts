/** A configuration comes into force: the first at start, later ones by reload. What is the same by identity keeps
 *  its state, so a reload of an equal file changes nothing. behaviour.md section 15.3.
 *
 *      service  protocol + address + port, or mark + family,     keeps its quorum
 *               or group + number
 *      server   address + port within the service                stays alive or dead until a checker tells otherwise
 *      checker  all parameters equal, within the server          keeps result, retries, schedule, running probe
 *
 *  A checker that is new in a kept server is presumed to find what its predecessors found; at start the kernel's
 *  table tells what a predecessor of this process found (adoption.ts). */
import type { Instant } from '../../base/units.ts';
import { isProbed, type VirtualServer } from '../../config/model/lvs.ts';
import { destinationKeyText, type IpvsTable, poolKeyText } from '../../ipvs/core/table.ts';
import { foundEntry, poolAsFound, weightAsFound } from './adoption.ts';
import { departures, destinationsThatStay } from './departure.ts';
import { settleHolds } from './depool.ts';
import { firstCountAt, type LeavingServer } from './drain.ts';
import { emptyLane, LANES, type Lanes, laneOf } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { isFresh, recall } from './memory.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import {
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  newsAction,
  placeKey,
} from './node-state.ts';
import { assignPaths } from './paths.ts';
import { quorumRule } from './quorum.ts';
import { type Building, buildServer } from './reload-server.ts';
import {
  aliveWeightOf,
  isAlive,
  poolLine,
  quorumLines,
  type ServerState,
  type ServiceState,
  serverNews,
  settleQuorum,
} from './service.ts';
import { createAppointments } from './sharing.ts';
import { isResting, wake } from './suspend.ts';
import { firstQuorumNews } from './tell.ts';

export function reconfigure(
  old: NodeState,
  {
    virtualServers,
    found,
    memory,
    tellInitial = false,
    share = false,
  }: Extract<NodeEvent, { kind: 'config_changed' }>,
  now: Instant,
): readonly [NodeState, readonly NodeAction[]] {
  const building: Building = {
    old,
    now,
    tellInitial,
    memory: memory ?? null,
    hasFreshMemory: memory !== undefined && isFresh(memory, now),
    actions: [],
    services: new Map(),
    checkers: new Map(),
    lanes: { sockets: emptyLane(), programs: emptyLane() },
    created: old.created,
    appointments: share ? createAppointments(old.checkers.values(), now) : null,
  };
  for (const config of virtualServers) {
    const service = buildService(building, config, found);
    building.services.set(service.key, service);
  }
  keepSchedule(building);
  // what goes is told first, as keepalived does: a quorum that is lost by it comes after its cause
  const gone = departures(old, building, now);
  for (const server of departuresFound(building, found)) gone.leaving.set(placeKey(server), server);
  const actions: NodeAction[] = [...gone.actions, ...building.actions, { kind: 'update_table' }];
  const { services, checkers, created } = building;
  const { random, watchAt, ramps, present } = old;
  const { leaving } = gone;
  const node = {
    ...{ services, checkers, lanes: countedLanes(building), created },
    ...{ random, watchAt, ramps, leaving, present },
    paths: assignPaths(virtualServers),
    draining: drainingServers(services),
    countAt: firstCountAt(old, now),
  };
  // ha_suspend may have been taken away from a service whose checks rest
  for (const record of checkers.values()) if (!isResting(node, record)) wake(node, record, now);
  return [node, actions];
}

/** Servers that left before this process began, as the kernel still has them. */
function departuresFound({ memory, services }: Building, found?: IpvsTable): readonly LeavingServer[] {
  return (memory?.leaving ?? []).flatMap(({ destinations: remembered, ...server }) => {
    const pool = services.get(server.service);
    if (pool?.servers.has(server.server)) return [];
    const destinations = remembered.flatMap(({ service, destination: key }) => {
      const held = found?.get(service);
      const destination = held?.destinations.get(key);
      return held === undefined || destination === undefined ? [] : [{ service: held.config, destination }];
    });
    const staying = destinationsThatStay(destinations, pool);
    return staying.length === 0 ? [] : [{ ...server, destinations: staying }];
  });
}

function drainingServers(services: ReadonlyMap<string, ServiceState>): NodeState['draining'] {
  const places = [...services.values()].flatMap(({ key, servers }) =>
    [...servers].flatMap(([server, { drain }]) => (drain?.ended === false ? [{ service: key, server }] : [])),
  );
  return new Map(places.map((place) => [placeKey(place), place]));
}

function countedLanes({ checkers, lanes }: Building): Lanes {
  const running = { sockets: 0, programs: 0 };
  for (const { config, launchedAt, follows } of checkers.values()) {
    if (launchedAt !== null && !follows && isProbed(config)) running[laneOf(config)]++;
  }
  return {
    sockets: { ...lanes.sockets, running: running.sockets },
    programs: { ...lanes.programs, running: running.programs },
  };
}

function buildService(building: Building, config: VirtualServer, found?: IpvsTable): ServiceState {
  const key = poolKeyText(config.match);
  const old = building.old.services.get(key);
  const foundService = foundEntry(config, found);
  const foundServer = poolAsFound(config, foundService);
  const remembered = building.memory?.services.get(key);
  const verdicts = building.hasFreshMemory ? remembered : undefined;
  const fresh: NodeAction[] = [];
  const servers = new Map<string, ServerState>();
  const changed: ServerChange[] = [];
  for (const real of config.realServers) {
    const serverKey = unusedKey(servers, destinationKeyText(real));
    const before = old?.servers.get(serverKey);
    const foundAs = foundServer(real);
    const server = buildServer(building, {
      config: real,
      before,
      found: foundAs,
      isInKernel: foundService !== undefined,
      foundWeight: weightAsFound(config, real, foundService),
      remembered: recall(verdicts, serverKey, foundAs),
      drain: remembered?.servers.get(serverKey)?.drain ?? null,
      service: config,
      key,
      serverKey,
      fresh,
    });
    servers.set(serverKey, server);
    if (old !== undefined) building.actions.push(...poolLines(config, before, server));
    changed.push({ before, server });
  }
  const configuredWeight = config.realServers.reduce((sum, server) => sum + server.weight, 0);
  const rule = quorumRule(config, configuredWeight);
  const aliveWeight = aliveWeightOf(servers.values());
  const quorumUp = old?.quorumUp ?? verdicts?.quorumUp ?? false;
  const settled = settleQuorum({ key, config, servers, rule, aliveWeight, quorumUp });
  const lines = old === undefined ? firstQuorumLines(settled.service) : settled.log;
  const quorumNews = old === undefined ? firstQuorumNews(settled.service) : settled.news;
  const news = [...changed.flatMap((change) => lifeNews(building, settled.service, change)), ...quorumNews];
  const holds = settleHolds(settled.service, null);
  building.actions.push(...[...lines, ...holds].map(logAction));
  // one by one: a hundred thousand do not fit the stack as arguments
  for (const each of news) building.actions.push(newsAction(each));
  for (const action of fresh) building.actions.push(action);
  return settled.service;
}

/** A service that starts with its quorum says just that; one that starts without it speaks only if its sorry
 *  server has to stand in (Q17). */
function firstQuorumLines(service: ServiceState) {
  if (service.quorumUp) return quorumLines(service).slice(0, 1);
  return service.config.sorryServer === null ? [] : quorumLines(service);
}

/** The same address and port twice in one service: reported by the configuration, kept apart here. */
function unusedKey(servers: ReadonlyMap<string, ServerState>, wanted: string): string {
  let key = wanted;
  for (let twin = 2; servers.has(key); twin++) key = `${wanted} #${twin}`;
  return key;
}

interface ServerChange {
  readonly before: ServerState | undefined;
  readonly server: ServerState;
}

/** Of a server that lives or dies by the change of its checkers; of one that starts as up only when that is asked for. */
function lifeNews(
  { tellInitial }: Building,
  service: ServiceState,
  { before, server }: ServerChange,
): readonly PoolNews[] {
  if (before !== undefined) {
    return isAlive(before) === isAlive(server) ? [] : [serverNews(service, server, 'checked')];
  }
  return tellInitial && isAlive(server) ? [serverNews(service, server, 'initially')] : [];
}

/** A server that came with a reload, or that lives or dies by the change of its checkers. */
function poolLines(
  service: VirtualServer,
  before: ServerState | undefined,
  server: ServerState,
): NodeAction[] {
  const alive = isAlive(server);
  if (before === undefined ? !alive : isAlive(before) === alive) return [];
  const names = { server: serverName(service, server.config), service: serviceName(service.match) };
  const line = before === undefined ? checksLog.serverAdded : poolLine(server.config, alive);
  return [logAction(line(names))];
}

/** Kept checkers run when they would have run; entries of removed ones are dropped. */
function keepSchedule({ old, checkers, lanes }: Building): void {
  for (const name of LANES) {
    const { schedule } = old.lanes[name];
    for (let at = schedule.firstAt; at !== null; at = schedule.firstAt) {
      const id = schedule.take();
      if (id !== null && checkers.has(id)) lanes[name].schedule.add(at, id);
    }
  }
}
