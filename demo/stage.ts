/** What every act of the demo plays on, and the questions that several acts ask. */

import type { Client } from '../test/lab/harness/client.ts';
import type { Ms } from '../test/lab/harness/clock.ts';
import type { Daemon, DaemonKind } from '../test/lab/harness/daemon.ts';
import type { Host } from '../test/lab/harness/host.ts';
import { weightOf } from '../test/lab/harness/ipvs-table.ts';
import type { Lab } from '../test/lab/harness/lab.ts';
import type { Finding } from './summary.ts';
import type { Timeline } from './timeline.ts';

export interface Stage {
  readonly lab: Lab;
  readonly timeline: Timeline;
  readonly daemonKind: DaemonKind;
}

/** A stage with both directors running. */
export interface RunningStage extends Stage {
  readonly first: Daemon;
  readonly second: Daemon;
}

export type Act = (stage: RunningStage, client: Client) => Promise<readonly Finding[]>;

/** How long an act waits for what must come before it is called off: well above every promise. */
export const PATIENCE_MS: Ms = 30_000;

/** How long a steady state is shown. */
export const SHOW_MS: Ms = 2_000;

export const secondsBetween = (from: Ms, to: Ms): number => Math.max(0, to - from) / 1000;

/** The client's longest outage since `from`, in seconds; 0 when there was none. */
export const longestOutage = (client: Client, from: Ms): number =>
  Math.max(0, ...client.outages(from).map(({ lengthMs }) => lengthMs)) / 1000;

/** Resolves when the real server has left, or entered, the first director's table, with the time of it. */
export const removed = ({ lab }: Stage, server: Host): Promise<Ms> =>
  lab.watch.tableWhere(
    lab.lvs01,
    `${server.name} is out`,
    PATIENCE_MS,
    (table) => weightOf(table, server.address) === undefined,
  );

export const returned = ({ lab }: Stage, server: Host): Promise<Ms> =>
  lab.watch.tableWhere(
    lab.lvs01,
    `${server.name} is in`,
    PATIENCE_MS,
    (table) => weightOf(table, server.address) !== undefined,
  );
