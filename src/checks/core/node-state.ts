/** The records, events and actions of the checkers' state machine in node.ts. */
import type { LogEntry } from '../../base/log.ts';
import { type Prng, prng } from '../../base/prng.ts';
import type { Instant } from '../../base/units.ts';
import type { Checker, VirtualServer } from '../../config/model/lvs.ts';
import type { IpvsTable } from '../../ipvs/core/table.ts';
import type { CheckerState } from './checker.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import type { ProbeResult } from './probe-result.ts';
import type { CheckerId, ServiceState } from './service.ts';

export interface CheckerRecord {
  readonly id: CheckerId;
  readonly config: Checker;
  /** `ServiceState.key` and the key in its `servers` */
  readonly service: string;
  readonly server: string;
  readonly state: CheckerState;
  /** when the running probe was launched; null = none runs */
  readonly launchedAt: Instant | null;
}

/** Checkers of which only so many may run at once: a program costs a director far more than a socket. */
export interface Lane {
  /** the next run of each checker whose probe does not run now */
  readonly schedule: DeadlineHeap<CheckerId>;
  readonly running: number;
}

export type LaneName = 'sockets' | 'programs';
export type Lanes = Readonly<Record<LaneName, Lane>>;

export const laneOf = ({ kind }: Checker): LaneName => (kind === 'misc' ? 'programs' : 'sockets');
export const emptyLane = (): Lane => ({ schedule: new DeadlineHeap(), running: 0 });

export interface NodeState {
  readonly services: Map<string, ServiceState>;
  readonly checkers: Map<CheckerId, CheckerRecord>;
  readonly lanes: Lanes;
  readonly random: Prng;
  /** how many identities were given out */
  readonly created: number;
}

export type NodeEvent =
  /** the first one starts the checkers, each later one is a reload */
  | {
      readonly kind: 'config_changed';
      readonly virtualServers: readonly VirtualServer[];
      /** at start: the kernel's table as a predecessor left it */
      readonly found?: IpvsTable;
    }
  | { readonly kind: 'deadline_reached' }
  | { readonly kind: 'probe_finished'; readonly checker: CheckerId; readonly result: ProbeResult };

export type NodeAction =
  | { readonly kind: 'launch_probe'; readonly checker: CheckerId; readonly config: Checker }
  | { readonly kind: 'abort_probe'; readonly checker: CheckerId }
  /** `desiredTable` of the services may have changed */
  | { readonly kind: 'update_table' }
  | { readonly kind: 'log'; readonly entry: LogEntry };

export type Stepped = readonly [NodeState, readonly NodeAction[]];

export const emptyNode = (seed: number): NodeState => ({
  services: new Map(),
  checkers: new Map(),
  lanes: { sockets: emptyLane(), programs: emptyLane() },
  random: prng(seed),
  created: 0,
});

export const logAction = (entry: LogEntry): NodeAction => ({ kind: 'log', entry });
