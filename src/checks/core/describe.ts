/** The node's state as the status records that `vipctl status`, the metrics and the dumps read. */
import type { Instant } from '../../base/units.ts';
import { MICROS_PER_MILLI, toSeconds } from '../../base/units.ts';
import type { PoolMatch } from '../../config/model/lvs.ts';
import { certificateLeft } from './certificate.ts';
import { type CheckerState, checkerVerdict } from './checker.ts';
import { serversToKeep } from './depool.ts';
import type { Drain } from './drain.ts';
import { checkerName, serviceName } from './names.ts';
import type { CheckerRecord, NodeState } from './node-state.ts';
import { effectiveWeight, isPooled } from './pool.ts';
import { resultText } from './probe-result.ts';
import { isAlive, type ServerState, type ServiceState, sorryServerActive } from './service.ts';
import type {
  CheckerStatus,
  DrainStatus,
  LeavingServerStatus,
  RealServerStatus,
  ServedMatch,
  VirtualServerStatus,
} from './status.ts';

const SECONDS_PER_DAY = 86_400;

/** The same moment on both clocks: turns instants into times for people. */
export interface Moment {
  readonly now: Instant;
  /** milliseconds since 1970 */
  readonly wall: number;
}

export const describeServices = (state: NodeState, moment: Moment): readonly VirtualServerStatus[] =>
  [...state.services.values()].map((service) => describeService(state, service, moment));

function describeService(state: NodeState, service: ServiceState, moment: Moment): VirtualServerStatus {
  const { config } = service;
  const sorry = config.sorryServer;
  return {
    service: servedMatch(config.match),
    name: serviceName(config.match),
    scheduler: config.scheduler,
    quorum: service.rule.quorum,
    aliveWeight: service.aliveWeight,
    quorumUp: service.quorumUp,
    sorryServer:
      sorry === null
        ? null
        : { address: sorry.address, port: sorry.port, active: sorryServerActive(service) },
    depoolThreshold: serversToKeep(config),
    realServers: [...service.servers.values()].map((server) =>
      describeServer(state, service, server, moment),
    ),
  };
}

function servedMatch(match: PoolMatch): ServedMatch {
  if (match.kind !== 'group') return match;
  const { kind, name, index, protocol, entries } = match;
  return { kind, name, index, protocol, services: entries.length };
}

function describeServer(
  state: NodeState,
  service: ServiceState,
  server: ServerState,
  moment: Moment,
): RealServerStatus {
  const { config } = server;
  return {
    address: config.address,
    port: config.port,
    configuredWeight: config.weight,
    effectiveWeight: effectiveWeight(service, server),
    alive: isAlive(server),
    pooled: isPooled(service, server),
    forwarding: config.forwarding.kind,
    held: server.held,
    rising: server.ramp !== null,
    drain: server.drain === null ? null : describeDrain(server.drain, moment),
    lastTransitionWall: wallOrNull(server.changedAt, moment),
    checkers: server.checkers.flatMap((id) => {
      const record = state.checkers.get(id);
      return record === undefined ? [] : [describeChecker(record, moment)];
    }),
  };
}

function describeDrain(drain: Drain, moment: Moment): DrainStatus {
  return {
    ended: drain.ended,
    connections: drain.connections,
    sinceWall: wallOf(drain.since, moment),
    untilWall: wallOf(drain.until, moment),
  };
}

/** Those that a reload has taken away. */
export const describeLeaving = (state: NodeState, moment: Moment): readonly LeavingServerStatus[] =>
  [...state.leaving.values()].map(({ names, drain }) => ({ ...names, drain: describeDrain(drain, moment) }));

function describeChecker(record: CheckerRecord, moment: Moment): CheckerStatus {
  const { config, state } = record;
  return {
    name: checkerName(config),
    kind: config.kind,
    state: checkerVerdict(state),
    lastResult: lastResult(state),
    lastRunWall: wallOrNull(state.last?.at ?? null, moment),
    lastDurationMicros: state.last?.duration ?? null,
    runs: state.runs,
    failures: state.failures,
    transitions: state.transitions,
    failing: state.failing,
    overdue: record.overdue,
    certificateDays: certificateDays(state, moment),
  };
}

const certificateDays = ({ certificate }: CheckerState, { now }: Moment): number | null =>
  certificate === null ? null : toSeconds(certificateLeft(certificate, now)) / SECONDS_PER_DAY;

const lastResult = (state: CheckerState): string | null =>
  state.last === null ? null : resultText(state.last.result);

const wallOf = (at: Instant, { now, wall }: Moment): number =>
  Math.round(wall - (now - at) / MICROS_PER_MILLI);

const wallOrNull = (at: Instant | null, moment: Moment): number | null =>
  at === null ? null : wallOf(at, moment);
