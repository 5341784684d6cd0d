/** The records, events and actions of the checkers' state machine in node.ts. */
import type { LogEntry } from '../../base/log.ts';
import { type Prng, prng } from '../../base/prng.ts';
import { type Instant, instant, type Micros } from '../../base/units.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import type { Checker, ProbedChecker, VirtualServer } from '../../config/model/lvs.ts';
import type { IpvsTable, ServiceKey } from '../../ipvs/core/table.ts';
import type { CheckerState } from './checker.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import type { ConnectionCounts, LeavingServer } from './drain.ts';
import { emptyLane, type Lanes } from './lanes.ts';
import type { Memory } from './memory.ts';
import type { PoolNews } from './news.ts';
import type { Paths } from './paths.ts';
import type { ProbeAnswer } from './probe-result.ts';
import type { CheckerId, ServiceState } from './service.ts';
import type { Addresses } from './suspend.ts';

export interface CheckerRecord {
  readonly id: CheckerId;
  readonly config: Checker;
  /** `ServiceState.key` and the key in its `servers` */
  readonly service: string;
  readonly server: string;
  readonly state: CheckerState;
  /** when the running probe was launched; null = none runs */
  readonly launchedAt: Instant | null;
  /** when the next run is due, or the running one was; never for a checker that is told of changes */
  readonly dueAt: Instant;
  /** the watchdog has raised its alarm, and no run has ended since */
  readonly overdue: boolean;
  /** what equal checkers share (sharing.ts); null = each runs by itself */
  readonly twin: string | null;
  /** the probe that runs is that of an equal checker */
  readonly follows: boolean;
}

/** A configured server: `ServiceState.key` and the key in its `servers`. */
export interface ServerPlace {
  readonly service: string;
  readonly server: string;
}

export interface NodeState {
  readonly services: Map<string, ServiceState>;
  readonly checkers: Map<CheckerId, CheckerRecord>;
  readonly lanes: Lanes;
  readonly random: Prng;
  /** how many identities were given out */
  readonly created: number;
  /** when the watchdog looks next */
  readonly watchAt: Instant;
  /** for ha_suspend */
  readonly present: Addresses;
  /** for check_via forwarding */
  readonly paths: Paths;
  /** when the weight of each server with slow_start rises next */
  readonly ramps: DeadlineHeap<ServerPlace>;
  /** configured servers whose drain has not ended, by `placeKey` */
  readonly draining: Map<string, ServerPlace>;
  /** servers that the configuration no longer has, until they are drained, by `placeKey` */
  readonly leaving: Map<string, LeavingServer>;
  /** when connections are counted next */
  readonly countAt: Instant;
}

export type NodeEvent =
  /** the first one starts the checkers, each later one is a reload */
  | {
      readonly kind: 'config_changed';
      readonly virtualServers: readonly VirtualServer[];
      /** at start: the kernel's table as a predecessor left it */
      readonly found?: IpvsTable;
      /** at start: what a predecessor has written down */
      readonly memory?: Memory;
      /** rs_init_notifies: servers that start as up are news */
      readonly tellInitial?: boolean;
      /** share_checks */
      readonly share?: boolean;
    }
  | { readonly kind: 'deadline_reached' }
  | { readonly kind: 'watch_due' }
  /** the addresses of this host, whenever they have changed */
  | { readonly kind: 'addresses_changed'; readonly present: Addresses }
  | { readonly kind: 'rise_due' }
  | { readonly kind: 'count_due' }
  /** the answer to `count_connections` */
  | { readonly kind: 'connections_counted'; readonly counts: ConnectionCounts }
  /** by order of the operator */
  | { readonly kind: 'drain_ordered'; readonly place: ServerPlace; readonly limit: Micros | null }
  | { readonly kind: 'undrain_ordered'; readonly place: ServerPlace }
  /** a track_file holds this now; also told of each file after each change of the configuration */
  | { readonly kind: 'file_changed'; readonly file: string; readonly value: number }
  /** a BFD session is known to be this; also told of each session after each change of the configuration */
  | { readonly kind: 'session_changed'; readonly session: string; readonly verdict: BfdVerdict }
  | {
      readonly kind: 'probe_finished';
      readonly checker: CheckerId;
      /** those that shared its probe */
      readonly others?: readonly CheckerId[];
      readonly result: ProbeAnswer;
    };

export type NodeAction =
  | {
      readonly kind: 'launch_probe';
      readonly checker: CheckerId;
      readonly config: ProbedChecker;
      /** they want its result as well */
      readonly others: readonly CheckerId[];
    }
  | { readonly kind: 'abort_probe'; readonly checker: CheckerId }
  /** for `connections_counted` */
  | { readonly kind: 'count_connections'; readonly services: readonly ServiceKey[] }
  /** `desiredTable` of the services may have changed */
  | { readonly kind: 'update_table' }
  /** what a successor has to know may have changed, and nothing else */
  | { readonly kind: 'remember' }
  | { readonly kind: 'publish_news'; readonly news: PoolNews }
  | { readonly kind: 'log'; readonly entry: LogEntry };

export type Stepped = readonly [NodeState, readonly NodeAction[]];

export const emptyNode = (seed: number): NodeState => ({
  services: new Map(),
  checkers: new Map(),
  lanes: { sockets: emptyLane(), programs: emptyLane() },
  random: prng(seed),
  created: 0,
  watchAt: instant(0),
  present: null,
  paths: new Map(),
  ramps: new DeadlineHeap(),
  draining: new Map(),
  leaving: new Map(),
  countAt: instant(0),
});

export const placeKey = ({ service, server }: ServerPlace): string => `${service} ${server}`;

export const newsAction = (news: PoolNews): NodeAction => ({ kind: 'publish_news', news });

export const logAction = (entry: LogEntry): NodeAction => ({ kind: 'log', entry });
