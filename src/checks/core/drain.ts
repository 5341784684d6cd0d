/** A drain: a server that is to go gets no new connections (weight 0), keeps those it has until the last of them has ended or
 *  its time is up, and goes. Ordered by the operator for a server that stays configured, or brought about by a reload for
 *  one that does not (departure.ts).
 *
 *      serving ──ordered──▶ draining ──no connection left, or time is up──▶ drained
 *         └◀────lifted─────────┴◀──────────────────lifted──────────────────────┘
 *
 *  A template of a persistent service counts as a connection: it is the session that the drain is to spare. */
import { after, elapsed, type Instant, type Micros, seconds, toSeconds } from '../../base/units.ts';
import { entriesOf } from '../../config/model/lvs.ts';
import {
  type DestinationConfig,
  type DestinationKey,
  destinationKeyText,
  type ServiceConfig,
  type ServiceKey,
  serviceKeyText,
} from '../../ipvs/core/table.ts';
import { destinationKeyOf } from './desired.ts';
import { checksLog } from './log-events.ts';
import {
  logAction,
  type NodeAction,
  type NodeState,
  newsAction,
  placeKey,
  type ServerPlace,
  type Stepped,
} from './node-state.ts';
import { placeOf } from './pool.ts';
import { isAlive, namesOf, replaceServer, type ServerState, type ServiceState } from './service.ts';
import { rampAt, scheduleRise } from './slow-start.ts';

/** From one count of the connections to the next; a drain is first looked at so long after its begin. */
export const COUNT_PERIOD = seconds(1);
/** The kernel's services whose connections are counted at once; more take their turns. A pool is counted as a whole, even if
 *  it alone has more of them. */
export const SERVICES_PER_COUNT = 64;
/** For an order without a limit, for a server without a drain_timeout. */
export const DRAIN_LIMIT_DEFAULT = seconds(300);

export interface Drain {
  readonly since: Instant;
  /** its time is up then */
  readonly until: Instant;
  /** at the last count; null = not counted yet */
  readonly connections: number | null;
  readonly ended: boolean;
}

/** A server that is no longer configured, with what the kernel has of it. */
export interface LeavingServer extends ServerPlace {
  /** one in each of the kernel's services of its pool, at least one */
  readonly destinations: readonly LeavingDestination[];
  /** its connections need the packet filter (ipvs/core/source-nat.ts) */
  readonly fullnat: boolean;
  readonly names: { readonly server: string; readonly service: string };
  readonly drain: Drain;
}

export interface LeavingDestination {
  /** for the service, should that be gone too */
  readonly service: ServiceConfig;
  /** of weight 0 */
  readonly destination: DestinationConfig;
}

/** `serviceKeyText` → `destinationKeyText` → connections. A destination that is absent has none; a service that is absent
 *  could not be counted. */
export type ConnectionCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** When `count_due` is due; null while nothing is drained. */
export const nextCount = ({ draining, leaving, countAt }: NodeState): Instant | null =>
  draining.size + leaving.size === 0 ? null : countAt;

/** When the connections of a drain that begins now are counted first. */
export const firstCountAt = (state: NodeState, now: Instant): Instant =>
  nextCount(state) ?? after(now, COUNT_PERIOD);

/** An order for a server that drains already gives it another limit. */
export function orderDrain(
  state: NodeState,
  place: ServerPlace,
  limit: Micros | null,
  now: Instant,
): Stepped {
  const found = configured(state, place);
  if (found === null) return limitDeparture(state, place, limit ?? DRAIN_LIMIT_DEFAULT, now);
  const { service, server } = found;
  if (server.drain?.ended === true) return [state, []];
  const time = limit ?? (server.config.drainTimeout > 0 ? server.config.drainTimeout : DRAIN_LIMIT_DEFAULT);
  const isOut = placeOf(service, server) === 'out';
  const begun = server.drain ?? { since: now, connections: isOut ? 0 : null };
  const drain: Drain = { ...begun, until: after(now, time), ended: isOut || time === 0 };
  const names = namesOf(service, server);
  const line = drain.ended
    ? checksLog.drained({ ...names, connections: drain.connections })
    : checksLog.drainBegun({ ...names, seconds: toSeconds(time) });
  const countAt = firstCountAt(state, now);
  if (!drain.ended) state.draining.set(placeKey(place), place);
  return [{ ...state, countAt }, [logAction(line), ...withDrain(state, place, found, drain)]];
}

/** The server takes up its weight again: one that was out as after a recovery, one that still drained at once. */
export function liftDrain(state: NodeState, place: ServerPlace, now: Instant): Stepped {
  const found = configured(state, place);
  if (found === null || found.server.drain === null) return [state, []];
  const { service, server } = found;
  state.draining.delete(placeKey(place));
  const isBack = found.server.drain.ended && isAlive(server);
  const risen = isBack ? { ...server, ramp: rampAt(now, server.config.slowStart, now) } : server;
  scheduleRise(state.ramps, place, risen);
  const line = logAction(checksLog.drainLifted(namesOf(service, server)));
  return [state, [line, ...withDrain(state, place, { service, server: risen }, null)]];
}

/** Asks for the connections of those that drain: of all whose time is up, of the others in turn. */
export function lookAtDrains(state: NodeState, now: Instant): Stepped {
  const asked = new Map<string, ServiceKey>();
  for (const { place, drain, destinations } of unfinished(state)) {
    if (elapsed(drain.since, now) < COUNT_PERIOD && drain.until > now) continue;
    const isAsked = destinations.every(({ service }) => asked.has(serviceKeyText(service)));
    if (asked.size >= SERVICES_PER_COUNT && !isAsked && drain.until > now) continue;
    for (const { service } of destinations) asked.set(serviceKeyText(service), service);
    toTheEnd(state.draining, placeKey(place));
    toTheEnd(state.leaving, placeKey(place));
  }
  const next = { ...state, countAt: after(now, COUNT_PERIOD) };
  return [next, asked.size === 0 ? [] : [{ kind: 'count_connections', services: [...asked.values()] }]];
}

/** Ends the drains without a connection, and those whose time is up, counted or not. */
export function takeCounts(state: NodeState, counts: ConnectionCounts, now: Instant): Stepped {
  const actions: NodeAction[] = [];
  for (const { place, drain, destinations } of unfinished(state)) {
    const counted = sumOf(destinations, counts);
    const connections = counted ?? drain.connections;
    if (counted === 0 || drain.until <= now) {
      actions.push(...finish(state, place, connections));
    } else if (connections !== drain.connections) noteConnections(state, place, { ...drain, connections });
  }
  return [state, actions];
}

interface Unfinished {
  readonly place: ServerPlace;
  readonly drain: Drain;
  readonly destinations: readonly CountedDestination[];
}

interface CountedDestination {
  readonly service: ServiceKey;
  readonly key: DestinationKey;
}

/** Over all services of a pool; null: one of them could not be counted. */
function sumOf(destinations: readonly CountedDestination[], counts: ConnectionCounts): number | null {
  let sum = 0;
  for (const { service, key } of destinations) {
    const counted = counts.get(serviceKeyText(service));
    if (counted === undefined) return null;
    sum += counted.get(destinationKeyText(key)) ?? 0;
  }
  return sum;
}

/** Of a moment: ending one does not disturb the walk. */
function unfinished(state: NodeState): readonly Unfinished[] {
  const staying = [...state.draining.values()].flatMap((place): readonly Unfinished[] => {
    const found = configured(state, place);
    if (found === null || found.server.drain === null) return [];
    const { match } = found.service.config;
    const destinations = entriesOf(match).map((service) => ({
      service,
      key: destinationKeyOf(match, service, found.server.config),
    }));
    return [{ place, drain: found.server.drain, destinations }];
  });
  const leaving = [...state.leaving.values()].map((server) => ({
    place: server,
    drain: server.drain,
    destinations: server.destinations.map(({ service, destination }) => ({
      service: service.key,
      key: destination.key,
    })),
  }));
  return [...staying, ...leaving];
}

interface Found {
  readonly service: ServiceState;
  readonly server: ServerState;
}

function configured(state: NodeState, place: ServerPlace): Found | null {
  const service = state.services.get(place.service);
  const server = service?.servers.get(place.server);
  return service === undefined || server === undefined ? null : { service, server };
}

function withDrain(
  state: NodeState,
  place: ServerPlace,
  { service, server }: Found,
  drain: Drain | null,
): readonly NodeAction[] {
  const settled = replaceServer(service, place.server, { ...server, drain });
  state.services.set(place.service, settled.service);
  return [...settled.log.map(logAction), ...settled.news.map(newsAction), { kind: 'update_table' }];
}

function limitDeparture(state: NodeState, place: ServerPlace, limit: Micros, now: Instant): Stepped {
  const server = state.leaving.get(placeKey(place));
  if (server === undefined) return [state, []];
  const drain = { ...server.drain, until: after(now, limit) };
  state.leaving.set(placeKey(place), { ...server, drain });
  const line = checksLog.drainBegun({ ...server.names, seconds: toSeconds(limit) });
  return [state, [logAction(line), { kind: 'remember' }]];
}

function finish(state: NodeState, place: ServerPlace, connections: number | null): readonly NodeAction[] {
  const key = placeKey(place);
  const leaving = state.leaving.get(key);
  if (leaving !== undefined) {
    state.leaving.delete(key);
    return [logAction(checksLog.drained({ ...leaving.names, connections })), { kind: 'update_table' }];
  }
  state.draining.delete(key);
  const found = configured(state, place);
  if (found === null || found.server.drain === null) return [];
  const line = logAction(checksLog.drained({ ...namesOf(found.service, found.server), connections }));
  return [line, ...withDrain(state, place, found, { ...found.server.drain, connections, ended: true })];
}

function noteConnections(state: NodeState, place: ServerPlace, drain: Drain): void {
  const leaving = state.leaving.get(placeKey(place));
  if (leaving !== undefined) state.leaving.set(placeKey(place), { ...leaving, drain });
  const found = leaving === undefined ? configured(state, place) : null;
  found?.service.servers.set(place.server, { ...found.server, drain });
}

/** A Map keeps the order of insertion: whoever had his turn waits behind the others. */
function toTheEnd<T>(map: Map<string, T>, key: string): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}
