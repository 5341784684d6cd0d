/** vrrp_track_process: how many processes run, against a quorum (behaviour.md section 6). */
import { after, type Instant } from '../../base/units.ts';
import type { TrackProcess } from '../../config/model/vrrp.ts';

export interface ProcessTracker {
  readonly kind: 'process';
  readonly config: TrackProcess;
  /** null until they were counted */
  readonly count: number | null;
  /** unknown until they were counted; the first count decides without delay */
  readonly verdict: 'unknown' | 'up' | 'down';
  /** terminate_delay or fork_delay: then the verdict turns, unless the count is back before; null = it stands */
  readonly turnsAt: Instant | null;
}

export const newProcess = (config: TrackProcess): ProcessTracker => ({
  kind: 'process',
  config,
  count: null,
  verdict: 'unknown',
  turnsAt: null,
});

export function counted(tracker: ProcessTracker, count: number, now: Instant): ProcessTracker {
  const { config, verdict, turnsAt } = tracker;
  const wanted = hasQuorum(config, count) ? 'up' : 'down';
  if (wanted === verdict) return { ...tracker, count, turnsAt: null };
  const delay = wanted === 'up' ? config.forkDelay : config.terminateDelay;
  if (verdict === 'unknown' || delay === 0) return { ...tracker, count, verdict: wanted, turnsAt: null };
  return { ...tracker, count, turnsAt: turnsAt ?? after(now, delay) };
}

/** The delay is over. */
export const turned = (tracker: ProcessTracker): ProcessTracker => ({
  ...tracker,
  verdict: tracker.verdict === 'up' ? 'down' : 'up',
  turnsAt: null,
});

export const hasQuorum = ({ quorum, quorumMax }: TrackProcess, count: number): boolean =>
  count >= quorum && (quorumMax === null || count <= quorumMax);

export function processText({ config, count, turnsAt }: ProcessTracker): string {
  const most = config.quorumMax === null ? '' : `, at most ${config.quorumMax}`;
  return `process ${config.name}: ${count ?? 0} running, at least ${config.quorum}${most} wanted${turnsAt === null ? '' : ', about to change'}`;
}
