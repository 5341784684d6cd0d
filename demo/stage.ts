/** What every act of the demo plays on. */

import type { Client } from '../test/lab/harness/client.ts';
import type { Ms } from '../test/lab/harness/clock.ts';
import type { Daemon, DaemonKind } from '../test/lab/harness/daemon.ts';
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

/** A step's time, and how much of it the machine did not run the lab: that part is not the daemon's. */
export const measure = ({ lab }: Stage, from: Ms, to: Ms): Pick<Finding, 'measured' | 'stalled'> => ({
  measured: Math.max(0, to - from) / 1000,
  stalled: lab.stopwatch.stalled(from, to),
});

/** The client's longest outage since `from`. */
export function measureOutage(stage: Stage, client: Client, from: Ms): Pick<Finding, 'measured' | 'stalled'> {
  const [longest] = client.outages(from).toSorted((a, b) => b.lengthMs - a.lengthMs);
  return longest === undefined ? { measured: 0, stalled: 0 } : measure(stage, longest.from, longest.to);
}

/** How long a steady state is shown. */
export const SHOW_MS: Ms = 2_000;
