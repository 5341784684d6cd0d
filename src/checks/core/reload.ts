/** A configuration comes into force: the first at start, later ones by reload. What is the same by identity keeps
 *  its state, so a reload of an equal file changes nothing. behaviour.md section 15.3.
 *
 *      service  protocol + address + port, or mark + family      keeps its quorum
 *      server   address + port within the service                stays alive or dead until a checker tells otherwise
 *      checker  all parameters equal, within the server          keeps result, retries, schedule, running probe
 *
 *  A checker that is new in a kept server is presumed to find what its predecessors found; at start a predecessor of this
 *  process tells what it found (memory.ts), and the kernel's table what came of it (adoption.ts). */
import { brand } from '../../base/brand.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import { after, type Instant, instant, micros, seconds } from '../../base/units.ts';
import type { Checker, ProbedChecker, RealServer, VirtualServer } from '../../config/model/lvs.ts';
import { destinationKeyText, type IpvsTable, serviceKeyText } from '../../ipvs/core/table.ts';
import { type FoundServer, poolAsFound, weightAsFound } from './adoption.ts';
import { type CheckerState, newChecker } from './checker.ts';
import { departures } from './departure.ts';
import { settleHolds } from './depool.ts';
import { firstCountAt, type LeavingServer } from './drain.ts';
import { emptyLane, LANES, type Lanes, laneOf } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { isFresh, isTrusted, type Memory, type RememberedServer, recall, recallChecker } from './memory.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  newsAction,
  placeKey,
} from './node-state.ts';
import { quorumRule } from './quorum.ts';
import {
  aliveWeightOf,
  type CheckerId,
  isAlive,
  poolLine,
  quorumLines,
  type ServerState,
  type ServiceState,
  serverNews,
  settleQuorum,
} from './service.ts';
import { rampAt, scheduleRise } from './slow-start.ts';
import { firstQuorumNews } from './tell.ts';
import { addition, type WeightEffect } from './weight.ts';

/** keepalived waits as long before it spreads the first runs over `warmup`. */
const FIRST_RUN_DELAY = seconds(1);
/** for checkers that are told of changes */
const NEVER = instant(Number.MAX_SAFE_INTEGER);

/** The state under construction; `old` is only read. */
interface Building {
  readonly old: NodeState;
  readonly now: Instant;
  readonly tellInitial: boolean;
  readonly memory: Memory | null;
  /** its verdicts count */
  readonly hasFreshMemory: boolean;
  readonly actions: NodeAction[];
  readonly services: Map<string, ServiceState>;
  readonly checkers: Map<CheckerId, CheckerRecord>;
  readonly lanes: Lanes;
  created: number;
}

export function reconfigure(
  old: NodeState,
  { virtualServers, found, memory, tellInitial = false }: Extract<NodeEvent, { kind: 'config_changed' }>,
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
  const { random, watchAt, ramps } = old;
  const { leaving } = gone;
  const node = {
    services,
    checkers,
    lanes: countedLanes(building),
    created,
    random,
    watchAt,
    ramps,
    leaving,
  };
  return [{ ...node, draining: drainingServers(services), countAt: firstCountAt(old, now) }, actions];
}

/** Servers that left before this process began, as the kernel still has them. */
function departuresFound({ memory, services }: Building, found?: IpvsTable): readonly LeavingServer[] {
  return (memory?.leaving ?? []).flatMap(({ service, server, destination: key, names, drain }) => {
    const held = found?.get(service);
    const destination = held?.destinations.get(key);
    if (held === undefined || destination === undefined || services.get(service)?.servers.has(server))
      return [];
    return [{ service, server, names, drain, serviceConfig: held.config, destination }];
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
  for (const { config, launchedAt } of checkers.values()) {
    if (launchedAt !== null && config.kind !== 'file') running[laneOf(config)]++;
  }
  return {
    sockets: { ...lanes.sockets, running: running.sockets },
    programs: { ...lanes.programs, running: running.programs },
  };
}

function buildService(building: Building, config: VirtualServer, found?: IpvsTable): ServiceState {
  const key = serviceKeyText(config.match);
  const old = building.old.services.get(key);
  const foundService = found?.get(key);
  const foundServer = poolAsFound(config, foundService);
  const remembered = building.memory?.services.get(key);
  const verdicts = building.hasFreshMemory ? remembered : undefined;
  const fresh: NodeAction[] = [];
  const servers = new Map<string, ServerState>();
  const changed: ServerChange[] = [];
  for (const real of config.realServers) {
    const serverKey = unusedKey(servers, destinationKeyText(real));
    const before = old?.servers.get(serverKey);
    const foundWeight = weightAsFound(real, foundService);
    const foundAs = foundServer(real);
    const plan = {
      ...{ config: real, before, found: foundAs, foundWeight, isInKernel: foundService !== undefined },
      ...{
        remembered: recall(verdicts, serverKey, foundAs),
        drain: remembered?.servers.get(serverKey)?.drain,
      },
      ...{ service: config, key, serverKey },
    };
    const server = buildServer(building, plan, fresh);
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
  building.actions.push(...[...lines, ...holds].map(logAction), ...news.map(newsAction), ...fresh);
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

interface ServerPlan {
  readonly config: RealServer;
  readonly before: ServerState | undefined;
  readonly found: FoundServer;
  /** its service is */
  readonly isInKernel: boolean;
  readonly foundWeight: number | null;
  readonly remembered: RememberedServer | null;
  readonly drain: ServerState['drain'] | undefined;
  readonly service: VirtualServer;
  readonly key: string;
  readonly serverKey: string;
}

function buildServer(building: Building, plan: ServerPlan, fresh: NodeAction[]): ServerState {
  const { config, before } = plan;
  const kept = (before?.checkers ?? []).flatMap((id) => building.old.checkers.get(id) ?? []);
  const checkers: CheckerId[] = [];
  let failedCheckers = 0;
  let addedWeight = 0;
  for (const checker of config.checkers) {
    const twin = kept.findIndex((record) => sameValue(record.config, checker));
    const record = twin < 0 ? newRecord(building, plan, checker, fresh) : kept.splice(twin, 1)[0];
    if (record === undefined) continue;
    building.checkers.set(record.id, record);
    checkers.push(record.id);
    if (!record.state.passing) failedCheckers++;
    addedWeight += addition(record.state.weight, config.weight);
  }
  const turned = before !== undefined && isAlive(before) !== (failedCheckers === 0);
  const earlier = before ?? plan.remembered;
  const changedAt = turned ? building.now : (earlier?.changedAt ?? null);
  const server = { config, checkers, failedCheckers, addedWeight, changedAt, held: before?.held ?? false };
  const drain = before?.drain ?? plan.drain ?? null;
  return { ...server, drain, ramp: keptRamp(building, plan) };
}

function keptRamp({ now, old }: Building, { config, before, remembered, key, serverKey }: ServerPlan) {
  const since = before?.ramp?.startedAt ?? remembered?.risingSince ?? null;
  const ramp = since === null ? null : rampAt(since, config.slowStart, now);
  scheduleRise(old.ramps, { service: key, server: serverKey }, { config, ramp });
  return ramp;
}

function newRecord(
  building: Building,
  plan: ServerPlan,
  config: Checker,
  fresh: NodeAction[],
): CheckerRecord {
  const id = brand<CheckerId>(building.created++);
  const { service } = plan;
  const names = { server: serverName(service, plan.config), service: serviceName(service.match) };
  const dueAt = config.kind === 'file' ? NEVER : scheduled(building, config, id);
  fresh.push(logAction(checksLog.checkerActivated(names)));
  return {
    id,
    config,
    service: plan.key,
    server: plan.serverKey,
    state: firstState(building, plan, config),
    launchedAt: null,
    dueAt,
    overdue: false,
  };
}

function firstState(building: Building, plan: ServerPlan, config: Checker): CheckerState {
  const { remembered, isInKernel } = plan;
  if (remembered !== null && isTrusted(remembered, config, isInKernel))
    return recallChecker(remembered, config);
  return newChecker(isPresumedAlive(plan, config), presumedWeight(building, plan, config));
}

/** The first run, a second from now and somewhere within `warmup`. */
function scheduled({ now, old, lanes }: Building, config: ProbedChecker, id: CheckerId): Instant {
  const spread = micros(old.random.next() * config.warmup);
  const dueAt = after(after(now, FIRST_RUN_DELAY), spread);
  lanes[laneOf(config)].schedule.add(dueAt, id);
  return dueAt;
}

/** Before its first result: what a kept server was, what a predecessor left in the kernel, else alive unless alpha. */
function isPresumedAlive({ before, found }: ServerPlan, { alpha }: Checker): boolean {
  if (before !== undefined) return isAlive(before);
  return found === 'unknown' ? !alpha : found === 'in_pool';
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

/** Before its first result a checker that names weights names the one its predecessor named, or that stands in the table. */
function presumedWeight(
  building: Building,
  { before, foundWeight }: ServerPlan,
  checker: Checker,
): WeightEffect | null {
  if (checker.kind !== 'misc' || !checker.dynamic) return null;
  if (before === undefined) return foundWeight === null ? null : { kind: 'set', to: foundWeight };
  const weights = before.checkers.map((id) => building.old.checkers.get(id)?.state.weight);
  return weights.find((weight) => weight?.kind === 'set') ?? null;
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
