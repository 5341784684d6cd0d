/** The processes of this machine, counted: vrrp_track_process. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { TrackProcess } from '../config/model/vrrp.ts';

/** How many processes match, by the name of the tracker. */
export type ProcessCounts = ReadonlyMap<string, number>;

export interface ProcessTable {
  /** Tells the counts inside this call, and again whenever they may have changed; returns what ends it. */
  watch(
    wanted: readonly TrackProcess[],
    changed: (counts: Result<ProcessCounts, SystemError>) => void,
  ): () => void;
}
