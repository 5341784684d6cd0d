/** Checkers in lanes, each with a limit of what runs at once: a program costs a director far more than a socket. */
import { earliest, type Instant } from '../../base/units.ts';
import type { ProbedChecker } from '../../config/model/lvs.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import type { CheckerId } from './service.ts';

/** Probes in flight. Above it the ones that are due wait, the longest overdue first. */
export const PROBES_RUNNING_MAX = 4096;
/** Probes started in one step, so that a stall does not become a second one. */
export const LAUNCHES_PER_STEP_MAX = 256;
/** Programs of MISC_CHECK that run at once, and that are started in one step: each start takes about a millisecond. */
export const PROGRAMS_RUNNING_MAX = 256;
export const PROGRAMS_PER_STEP_MAX = 8;

export interface Lane {
  /** the next run of each checker whose probe does not run now */
  readonly schedule: DeadlineHeap<CheckerId>;
  readonly running: number;
}

export const LANES = ['sockets', 'programs'] as const;
export type LaneName = (typeof LANES)[number];
export type Lanes = Readonly<Record<LaneName, Lane>>;

const LIMITS: Readonly<Record<LaneName, { readonly running: number; readonly perStep: number }>> = {
  sockets: { running: PROBES_RUNNING_MAX, perStep: LAUNCHES_PER_STEP_MAX },
  programs: { running: PROGRAMS_RUNNING_MAX, perStep: PROGRAMS_PER_STEP_MAX },
};

export const laneOf = ({ kind }: ProbedChecker): LaneName => (kind === 'misc' ? 'programs' : 'sockets');
export const emptyLane = (): Lane => ({ schedule: new DeadlineHeap(), running: 0 });

/** How many may be started now. */
export const roomIn = (lanes: Lanes, name: LaneName): number =>
  Math.min(LIMITS[name].running - lanes[name].running, LIMITS[name].perStep);

/** When something can be started; null while nothing can. */
export const nextLaunch = (lanes: Lanes): Instant | null =>
  earliest(...LANES.map((name) => (roomIn(lanes, name) > 0 ? lanes[name].schedule.firstAt : null)));

/** `more` may be negative. */
export const withRunning = (lanes: Lanes, name: LaneName, more: number): Lanes => ({
  ...lanes,
  [name]: { ...lanes[name], running: lanes[name].running + more },
});
