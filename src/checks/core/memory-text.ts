/** The memory as JSON: servers that are simply up take no more than their key, since there may be tens of thousands. Reading
 *  believes nothing: what is not exactly of this form is no memory at all. */
import { type Instant, instant } from '../../base/units.ts';
import { destinationKeyText, serviceKeyText } from '../../ipvs/core/table.ts';
import type { Drain } from './drain.ts';
import {
  type Memory,
  printOf,
  type RememberedChecker,
  type RememberedDeparture,
  type RememberedDestination,
  type RememberedServer,
  type RememberedService,
} from './memory.ts';
import type { NodeState } from './node-state.ts';
import { isAlive, type ServerState, type ServiceState } from './service.ts';
import type { WeightEffect } from './weight.ts';

/** Of the text; another one is not read. */
const VERSION = 2;

export function printMemory(state: NodeState, now: Instant): string {
  const services = [...state.services.values()].map((service) => serviceRecord(state, service));
  const leaving = [...state.leaving.values()].map((server) => ({
    ...server,
    destinations: server.destinations.map((one) => ({
      service: serviceKeyText(one.service.key),
      destination: destinationKeyText(one.destination.key),
    })),
  }));
  return JSON.stringify({ version: VERSION, at: now, services, leaving });
}

function serviceRecord(state: NodeState, { key, quorumUp, servers }: ServiceState) {
  const passing: string[] = [];
  const unknown: string[] = [];
  const others: object[] = [];
  for (const [serverKey, server] of servers) {
    const checkers = checkersOf(state, server);
    const isPlain = server.changedAt === null && server.drain === null && server.ramp === null;
    if (isPlain && checkers === 'passing') passing.push(serverKey);
    else if (isPlain && checkers === 'new' && isAlive(server)) unknown.push(serverKey);
    else others.push(otherRecord(serverKey, server, checkers));
  }
  return { key, quorumUp, passing, unknown, others };
}

const otherRecord = (key: string, server: ServerState, checkers: RememberedServer['checkers']) => ({
  key,
  alive: isAlive(server),
  changedAt: server.changedAt,
  drain: server.drain,
  risingSince: server.ramp?.startedAt ?? null,
  checkers,
});

function checkersOf(state: NodeState, server: ServerState): RememberedServer['checkers'] {
  const records = server.checkers.flatMap((id) => state.checkers.get(id) ?? []);
  const is = (test: (record: (typeof records)[number]) => boolean): boolean => records.every(test);
  if (is(({ state: s }) => s.hasRun && s.passing && s.failing === 0 && s.weight === null)) return 'passing';
  if (is(({ state: s }) => !s.hasRun && s.passing && s.weight === null)) return 'new';
  return records.map(({ config, state: { passing, hasRun, failing, weight } }) => {
    return { print: printOf(config), passing, hasRun, failing, weight };
  });
}

/** null: this is no memory, or one of another version. */
export function parseMemory(text: string): Memory | null {
  try {
    return memoryOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Throws for anything that it does not know; `parseMemory` is its only caller. */
function memoryOf(value: unknown): Memory {
  const { version, at, services, leaving } = fields(value);
  if (version !== VERSION) throw new TypeError('another version');
  return {
    at: time(at),
    services: new Map(list(services).map(serviceOf)),
    leaving: list(leaving).map(departureOf),
  };
}

function serviceOf(value: unknown): readonly [string, RememberedService] {
  const { key, quorumUp, passing, unknown, others } = fields(value);
  const plain = (checkers: 'passing' | 'new') => (name: unknown) =>
    [text(name), { alive: true, changedAt: null, drain: null, risingSince: null, checkers }] as const;
  const servers = new Map<string, RememberedServer>([
    ...list(passing).map(plain('passing')),
    ...list(unknown).map(plain('new')),
    ...list(others).map(serverOf),
  ]);
  return [text(key), { quorumUp: flag(quorumUp), servers }];
}

function serverOf(value: unknown): readonly [string, RememberedServer] {
  const { key, alive, changedAt, drain, risingSince, checkers } = fields(value);
  const server: RememberedServer = {
    alive: flag(alive),
    changedAt: orNull(changedAt, time),
    drain: orNull(drain, drainOf),
    risingSince: orNull(risingSince, time),
    checkers: checkers === 'passing' || checkers === 'new' ? checkers : list(checkers).map(checkerOf),
  };
  return [text(key), server];
}

function checkerOf(value: unknown): RememberedChecker {
  const { print, passing, hasRun, failing, weight } = fields(value);
  return {
    print: text(print),
    passing: flag(passing),
    hasRun: flag(hasRun),
    failing: number(failing),
    weight: orNull(weight, weightOf),
  };
}

function weightOf(value: unknown): WeightEffect {
  const { kind, to, by, percent } = fields(value);
  if (kind === 'set') return { kind, to: number(to) };
  if (kind === 'added') return { kind, by: integer(by) };
  if (kind === 'share') return { kind, percent: number(percent) };
  throw new TypeError('not an effect on a weight');
}

function drainOf(value: unknown): Drain {
  const { since, until, connections, ended } = fields(value);
  return {
    since: time(since),
    until: time(until),
    connections: orNull(connections, number),
    ended: flag(ended),
  };
}

function departureOf(value: unknown): RememberedDeparture {
  const { service, server, destinations, fullnat, names, drain } = fields(value);
  const { server: serverName, service: serviceName } = fields(names);
  return {
    service: text(service),
    server: text(server),
    destinations: list(destinations).map(destinationOf),
    fullnat: flag(fullnat),
    names: { server: text(serverName), service: text(serviceName) },
    drain: drainOf(drain),
  };
}

function destinationOf(value: unknown): RememberedDestination {
  const { service, destination } = fields(value);
  return { service: text(service), destination: text(destination) };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError('no flag');
  return value;
}

function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new TypeError('no integer');
  return value;
}

function number(value: unknown): number {
  const whole = integer(value);
  if (whole < 0) throw new TypeError('a negative number');
  return whole;
}

const time = (value: unknown): Instant => instant(number(value));

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === null ? null : read(value);
