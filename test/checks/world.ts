/** The node under virtual time: probes answer from a table of what each target does now, the log and each change of
 *  the table are written down with their time. Runs the production core, nothing else. */
import { after, type Instant, instant, type Micros, micros } from '../../src/base/units.ts';
import type { BfdVerdict } from '../../src/bfd/core/session.ts';
import { desiredTable } from '../../src/checks/core/desired.ts';
import { type DrainOrder, tellDrain, understandOrder } from '../../src/checks/core/drain-order.ts';
import { parseMemory, printMemory } from '../../src/checks/core/memory-text.ts';
import type { PoolNews } from '../../src/checks/core/news.ts';
import { step } from '../../src/checks/core/node.ts';
import { emptyNode, type NodeEvent, type NodeState } from '../../src/checks/core/node-state.ts';
import type { ProbeResult } from '../../src/checks/core/probe-result.ts';
import type { CheckerId } from '../../src/checks/core/service.ts';
import { dueEvents, nextEventAt } from '../../src/checks/core/timetable.ts';
import type { ProbedChecker, VirtualServer } from '../../src/config/model/lvs.ts';
import {
  destinationKeyText,
  type IpvsTable,
  type ServiceKey,
  serviceKeyText,
} from '../../src/ipvs/core/table.ts';
import { ip } from './model.ts';

/** A probe's fate: its result and how long it takes. */
export interface Answer {
  readonly result: ProbeResult;
  readonly takes: Micros;
}

export interface World {
  readonly state: () => NodeState;
  readonly now: () => Instant;
  /** launches so far, by `kind address:port`; for a program its second word takes the place of the address */
  readonly launches: ReadonlyMap<string, number>;
  /** what was told to the world outside */
  readonly news: readonly PoolNews[];
  configure(virtualServers: readonly VirtualServer[], tellInitial?: boolean): void;
  /** by the operator */
  order(order: DrainOrder): void;
  /** The process ends, and after a while another one starts with what the first has left: its memory, and the kernel's
   *  table unless that was released. */
  restart(virtualServers: readonly VirtualServer[], takes: Micros, keepsTable: boolean): void;
  /** a destination has so many connections from now on; null: in each of its services, else by TCP in this one */
  carries(destination: string, connections: number, service: string | null): void;
  /** a track_file holds this from now on */
  holds(file: string, value: number): void;
  /** a BFD session is this from now on */
  session(name: string, verdict: BfdVerdict): void;
  /** these addresses are on this host from now on */
  hasAddresses(addresses: readonly string[]): void;
  /** Lets time pass; returns what was logged and what became of the table meanwhile. */
  run(duration: Micros): readonly string[];
}

interface Flying {
  readonly at: Instant;
  readonly checker: CheckerId;
  readonly result: ProbeResult;
}

export function createWorld(answer: (name: string) => Answer, seed = 1): World {
  let state = emptyNode(seed);
  let now = instant(0);
  let flying: Flying[] = [];
  let lines: string[] = [];
  let shown = '';
  const launches = new Map<string, number>();
  const news: PoolNews[] = [];
  const carried = new Map<string, number>();

  const note = (text: string): void => {
    lines.push(`${(now / 1e6).toFixed(3).padStart(9)}  ${text}`);
  };
  const send = (event: NodeEvent): void => {
    const [next, actions] = step(state, event, now);
    state = next;
    for (const action of actions) {
      if (action.kind === 'log') note(action.entry.text);
      if (action.kind === 'publish_news') news.push(action.news);
      if (action.kind === 'launch_probe') launch(action.checker, action.config);
      if (action.kind === 'abort_probe') flying = flying.filter(({ checker }) => checker !== action.checker);
      if (action.kind === 'update_table') showTable();
      if (action.kind === 'count_connections') count(action.services);
    }
  };
  const launch = (checker: CheckerId, config: ProbedChecker): void => {
    const place = config.kind === 'misc' ? config.command.argv[1] : destinationKeyText(config.target);
    const name = `${config.kind} ${place}`;
    launches.set(name, (launches.get(name) ?? 0) + 1);
    const { result, takes } = answer(name);
    flying.push({ at: after(now, takes), checker, result });
  };
  const count = (services: readonly ServiceKey[]): void => {
    const table = desiredTable(state.services.values(), state.leaving.values());
    const carriedIn = (service: string) =>
      [...(table.get(service)?.destinations.keys() ?? [])].map(
        (name) => [name, carried.get(`${service} ${name}`) ?? carried.get(name) ?? 0] as const,
      );
    const counts = new Map(
      services.map(serviceKeyText).map((service) => [service, new Map(carriedIn(service))]),
    );
    send({ kind: 'connections_counted', counts });
  };
  const order = (drainOrder: DrainOrder): void => {
    const understood = understandOrder(state, drainOrder);
    if (understood.ok) send(understood.value);
    note(understood.ok ? tellDrain(state, understood.value.place, now) : `refused: ${understood.error}`);
  };
  const restart = (virtualServers: readonly VirtualServer[], takes: Micros, keepsTable: boolean): void => {
    const text = printMemory(state, now);
    const found = keepsTable ? desiredTable(state.services.values(), state.leaving.values()) : new Map();
    flying = [];
    state = emptyNode(seed);
    now = after(now, takes);
    const memory = parseMemory(text);
    send({ kind: 'config_changed', virtualServers, found, ...(memory === null ? {} : { memory }) });
  };
  const showTable = (): void => {
    const text = tableText(desiredTable(state.services.values(), state.leaving.values()));
    if (text !== shown) note(`table ${text}`);
    shown = text;
  };
  return {
    state: () => state,
    now: () => now,
    launches,
    news,
    configure: (virtualServers, tellInitial = false) =>
      send({ kind: 'config_changed', virtualServers, tellInitial }),
    hasAddresses: (addresses) => send({ kind: 'addresses_changed', present: new Set(addresses.map(ip)) }),
    order,
    restart,
    carries: (destination, connections, service) => {
      carried.set(service === null ? destination : `tcp ${service} ${destination}`, connections);
    },
    holds: (file, value) => send({ kind: 'file_changed', file, value }),
    session: (name, verdict) => send({ kind: 'session_changed', session: name, verdict }),
    run(duration) {
      const end = after(now, duration);
      for (;;) {
        const landing = flying.reduce<Flying | null>((a, b) => (a === null || b.at < a.at ? b : a), null);
        const deadline = nextEventAt(state);
        const at = Math.min(landing?.at ?? Number.POSITIVE_INFINITY, deadline ?? Number.POSITIVE_INFINITY);
        if (at > end) break;
        now = instant(Math.max(at, now));
        if (landing !== null && landing.at <= at) {
          flying = flying.filter((one) => one !== landing);
          send({ kind: 'probe_finished', checker: landing.checker, result: landing.result });
        } else for (const event of dueEvents(state, now).slice(0, 1)) send(event);
      }
      now = end;
      const told = lines;
      lines = [];
      return told;
    },
  };
}

/** `tcp 192.168.100.240:80 -> 192.168.100.8:80 w1 dr, …` */
export const tableText = (table: IpvsTable): string =>
  [...table]
    .map(([key, { destinations }]) => {
      const list = [...destinations].map(([name, d]) => `${name} w${d.weight} ${d.forwarding.kind}`);
      return `${key} -> ${list.join(', ') || 'nothing'}`;
    })
    .join('; ') || 'is empty';

export const PASSES: Answer = { result: { kind: 'passed' }, takes: micros(1000) };
export const REFUSES: Answer = {
  result: { kind: 'failed', failure: { kind: 'connect_failed', code: 'ECONNREFUSED' } },
  takes: micros(1000),
};
