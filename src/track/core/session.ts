/** track_bfd: a BFD session with a neighbour (behaviour.md section 6). Another process keeps it and tells of it. */
import type { BfdVerdict } from '../../bfd/core/session.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';

export interface SessionTracker {
  readonly kind: 'bfd';
  readonly config: BfdInstance;
  readonly verdict: BfdVerdict;
}

/** Down until it is told to be Up. */
export const newSessionTracker = (config: BfdInstance): SessionTracker => ({
  kind: 'bfd',
  config,
  verdict: 'down',
});

export const sessionText = ({ config, verdict }: SessionTracker): string =>
  `BFD session ${config.name} with ${config.neighbour} is ${verdict === 'up' ? 'Up' : 'Down'}`;
