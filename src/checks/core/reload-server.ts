/** One server as it comes into force (reload.ts): what it keeps of its predecessor in this process, what one before this process
 *  tells of it, and its checkers, kept or new. */
import { brand } from '../../base/brand.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import { after, type Instant, micros, seconds } from '../../base/units.ts';
import {
  type Checker,
  isProbed,
  type ProbedChecker,
  type RealServer,
  type VirtualServer,
} from '../../config/model/lvs.ts';
import type { FoundServer } from './adoption.ts';
import { type CheckerState, newChecker } from './checker.ts';
import { type Lanes, laneOf } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { isTrusted, type Memory, type RememberedServer, recallChecker } from './memory.ts';
import { serverName, serviceName } from './names.ts';
import { type CheckerRecord, logAction, type NodeAction, type NodeState } from './node-state.ts';
import { type CheckerId, isAlive, type ServerState, type ServiceState } from './service.ts';
import { type Appointments, twinKey } from './sharing.ts';
import { rampAt, scheduleRise } from './slow-start.ts';
import { NEVER } from './suspend.ts';
import { addition, type WeightEffect } from './weight.ts';

/** keepalived waits as long before it spreads the first runs over `warmup`. */
const FIRST_RUN_DELAY = seconds(1);

/** The state under construction; `old` is only read. */
export interface Building {
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
  /** null = nothing is shared */
  readonly appointments: Appointments | null;
}

/** What is known of a server before it is built. */
export interface ServerPlan {
  readonly config: RealServer;
  readonly before: ServerState | undefined;
  readonly found: FoundServer;
  /** its service is */
  readonly isInKernel: boolean;
  readonly foundWeight: number | null;
  readonly remembered: RememberedServer | null;
  /** that a predecessor was ordered */
  readonly drain: ServerState['drain'];
  readonly service: VirtualServer;
  readonly key: string;
  readonly serverKey: string;
  /** takes the lines of its new checkers */
  readonly fresh: NodeAction[];
}

export function buildServer(building: Building, plan: ServerPlan): ServerState {
  const { config, before } = plan;
  const kept = (before?.checkers ?? []).flatMap((id) => building.old.checkers.get(id) ?? []);
  const checkers: CheckerId[] = [];
  let failedCheckers = 0;
  let addedWeight = 0;
  for (const checker of config.checkers) {
    const twin = kept.findIndex((record) => sameValue(record.config, checker));
    const old = twin < 0 ? newRecord(building, plan, checker) : kept.splice(twin, 1)[0];
    if (old === undefined) continue;
    const record = old.twin === null && building.appointments === null ? old : paired(building, plan, old);
    building.checkers.set(record.id, record);
    checkers.push(record.id);
    if (!record.state.passing) failedCheckers++;
    addedWeight += addition(record.state.weight, config.weight);
  }
  const turned = before !== undefined && isAlive(before) !== (failedCheckers === 0);
  return {
    config,
    checkers,
    failedCheckers,
    addedWeight,
    changedAt: turned ? building.now : ((before ?? plan.remembered)?.changedAt ?? null),
    drain: before?.drain ?? plan.drain,
    ramp: keptRamp(building, plan),
    held: before?.held ?? false,
  };
}

function keptRamp({ now, old }: Building, { config, before, remembered, key, serverKey }: ServerPlan) {
  const since = before?.ramp?.startedAt ?? remembered?.risingSince ?? null;
  if (since === null) return null;
  const ramp = rampAt(since, config.slowStart, now);
  scheduleRise(old.ramps, { service: key, server: serverKey }, { config, ramp });
  return ramp;
}

function newRecord(building: Building, plan: ServerPlan, config: Checker): CheckerRecord {
  const id = brand<CheckerId>(building.created++);
  const { service } = plan;
  const names = { server: serverName(service, plan.config), service: serviceName(service.match) };
  const twin = building.appointments === null ? null : twinKey(config, plan.config);
  const dueAt = isProbed(config) ? scheduled(building, config, id, twin) : NEVER;
  plan.fresh.push(logAction(checksLog.checkerActivated(names)));
  return {
    id,
    config,
    service: plan.key,
    server: plan.serverKey,
    state: firstState(building, plan, config),
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

function firstState(building: Building, plan: ServerPlan, config: Checker): CheckerState {
  const { remembered, isInKernel } = plan;
  if (remembered !== null && isTrusted(remembered, config, isInKernel))
    return recallChecker(remembered, config);
  return newChecker(isPresumedAlive(plan, config), presumedWeight(building, plan, config));
}

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
