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
import { brand } from '../../base/brand.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import { after, type Instant, micros, seconds } from '../../base/units.ts';
import type { Checker, ProbedChecker, RealServer, VirtualServer } from '../../config/model/lvs.ts';
import { destinationKeyText, type IpvsTable, poolKeyText } from '../../ipvs/core/table.ts';
import { type FoundServer, foundEntry, poolAsFound, weightAsFound } from './adoption.ts';
import { newChecker } from './checker.ts';
import { emptyLane, LANES, type Lanes, laneOf } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import type { PoolNews } from './news.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeEvent,
  type NodeState,
  newsAction,
} from './node-state.ts';
import { assignPaths } from './paths.ts';
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
import { type Appointments, createAppointments, twinKey } from './sharing.ts';
import { isResting, NEVER, wake } from './suspend.ts';
import { farewellNews, firstQuorumNews, serviceFarewellNews } from './tell.ts';
import { addition, type WeightEffect } from './weight.ts';

/** keepalived waits as long before it spreads the first runs over `warmup`. */
const FIRST_RUN_DELAY = seconds(1);

/** The state under construction; `old` is only read. */
interface Building {
  readonly old: NodeState;
  readonly now: Instant;
  readonly tellInitial: boolean;
  readonly actions: NodeAction[];
  readonly services: Map<string, ServiceState>;
  readonly checkers: Map<CheckerId, CheckerRecord>;
  readonly lanes: Lanes;
  created: number;
  /** null = nothing is shared */
  readonly appointments: Appointments | null;
}

export function reconfigure(
  old: NodeState,
  {
    virtualServers,
    found,
    tellInitial = false,
    share = false,
  }: Extract<NodeEvent, { kind: 'config_changed' }>,
  now: Instant,
): readonly [NodeState, readonly NodeAction[]] {
  const building: Building = {
    old,
    now,
    tellInitial,
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
  const actions: NodeAction[] = [...removals(building), ...building.actions, { kind: 'update_table' }];
  const { services, checkers, created } = building;
  const { random, watchAt, present } = old;
  const paths = assignPaths(virtualServers);
  const lanesNow = countedLanes(building);
  const state = { services, checkers, lanes: lanesNow, created, random, watchAt, present, paths };
  // ha_suspend may have been taken away from a service whose checks rest
  for (const record of checkers.values()) if (!isResting(state, record)) wake(state, record, now);
  return [state, actions];
}

function countedLanes({ checkers, lanes }: Building): Lanes {
  const running = { sockets: 0, programs: 0 };
  for (const { config, launchedAt, follows } of checkers.values()) {
    if (launchedAt !== null && !follows && config.kind !== 'file') running[laneOf(config)]++;
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
  const fresh: NodeAction[] = [];
  const servers = new Map<string, ServerState>();
  const changed: ServerChange[] = [];
  for (const real of config.realServers) {
    const serverKey = unusedKey(servers, destinationKeyText(real));
    const before = old?.servers.get(serverKey);
    const foundWeight = weightAsFound(config, real, foundService);
    const plan = {
      ...{ config: real, before, found: foundServer(real), foundWeight },
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
  const settled = settleQuorum({ key, config, servers, rule, aliveWeight, quorumUp: old?.quorumUp ?? false });
  const lines = old === undefined ? firstQuorumLines(settled.service) : settled.log;
  const quorumNews = old === undefined ? firstQuorumNews(settled.service) : settled.news;
  const news = [...changed.flatMap((change) => lifeNews(building, settled.service, change)), ...quorumNews];
  building.actions.push(...lines.map(logAction), ...news.map(newsAction), ...fresh);
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
  readonly foundWeight: number | null;
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
    const old = twin < 0 ? newRecord(building, plan, checker, fresh) : kept.splice(twin, 1)[0];
    if (old === undefined) continue;
    const record = old.twin === null && building.appointments === null ? old : paired(building, plan, old);
    building.checkers.set(record.id, record);
    checkers.push(record.id);
    if (!record.state.passing) failedCheckers++;
    addedWeight += addition(record.state.weight, config.weight);
  }
  const turned = before !== undefined && isAlive(before) !== (failedCheckers === 0);
  const changedAt = turned ? building.now : (before?.changedAt ?? null);
  return { config, checkers, failedCheckers, addedWeight, changedAt };
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
  const twin = building.appointments === null ? null : twinKey(config, plan.config);
  const dueAt = config.kind === 'file' ? NEVER : scheduled(building, config, id, twin);
  fresh.push(logAction(checksLog.checkerActivated(names)));
  return {
    id,
    config,
    service: plan.key,
    server: plan.serverKey,
    state: newChecker(isPresumedAlive(plan, config), presumedWeight(building, plan, config)),
    launchedAt: null,
    dueAt,
    overdue: false,
    twin,
    follows: false,
  };
}

/** A kept checker when share_checks comes or goes; a probe that runs is brought to its end. */
const paired = (
  { appointments }: Building,
  { config }: ServerPlan,
  record: CheckerRecord,
): CheckerRecord => ({
  ...record,
  twin: appointments === null ? null : twinKey(record.config, config),
});

/** The first run, a second from now and somewhere within `warmup`. */
function scheduled(
  { now, old, lanes, appointments }: Building,
  config: ProbedChecker,
  id: CheckerId,
  twin: string | null,
): Instant {
  const wait = micros(FIRST_RUN_DELAY + config.warmup);
  const joined = twin === null ? null : (appointments?.find(twin, now, wait) ?? null);
  const spread = joined === null ? micros(old.random.next() * config.warmup) : micros(0);
  const dueAt = joined ?? after(after(now, FIRST_RUN_DELAY), spread);
  if (twin !== null) appointments?.make(twin, dueAt);
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
  const namesWeight = checker.kind === 'agent' || (checker.kind === 'misc' && checker.dynamic);
  if (!namesWeight) return null;
  if (before === undefined) return foundWeight === null ? null : { kind: 'set', to: foundWeight };
  const weights = before.checkers.map((id) => building.old.checkers.get(id)?.state.weight);
  return weights.find((weight) => weight?.kind === 'set' || weight?.kind === 'share') ?? null;
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

/** What is no longer configured: running probes are stopped, and its end is told. */
function removals({ old, services, checkers }: Building): readonly NodeAction[] {
  const actions: NodeAction[] = [];
  for (const record of old.checkers.values()) {
    if (record.launchedAt !== null && !checkers.has(record.id)) {
      actions.push({ kind: 'abort_probe', checker: record.id });
    }
  }
  for (const service of old.services.values()) {
    const kept = services.get(service.key);
    const name = serviceName(service.config.match);
    if (kept === undefined) {
      const news = serviceFarewellNews(service, 'removed');
      actions.push(logAction(checksLog.serviceGone({ service: name })), ...news.map(newsAction));
    }
    for (const [key, server] of service.servers) {
      if (kept === undefined || kept.servers.has(key)) continue;
      const names = { server: serverName(service.config, server.config), service: name };
      const news = farewellNews(service, server, 'removed');
      actions.push(logAction(checksLog.serverGone(names)), ...news.map(newsAction));
    }
  }
  return actions;
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
