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

/** How long a steady state is shown. */
export const SHOW_MS: Ms = 2_000;
