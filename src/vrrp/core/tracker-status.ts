/** What the vrrp process tells about its trackers and sync groups: JSON-safe, part of VrrpStatus. */
import type { TrackerKind } from '../../config/model/vrrp.ts';
import { factOf, trackerKey } from '../../track/core/fact.ts';
import type { Tracker } from '../../track/core/trackers.ts';
import type { NodeState } from './node-state.ts';
import type { VrrpStateName } from './status.ts';

export interface TrackerStatus {
  readonly kind: TrackerKind;
  readonly name: string;
  /** a file that was looked at is up; what its number means depends on the weight */
  readonly state: 'unknown' | 'up' | 'down';
  /** a phrase: `script chk fails (exit status 1)` */
  readonly reason: string;
  /** the number in a file, the processes that run, the level of a script between 0 and rise + fall - 1; a session has none */
  readonly value: number | null;
  /** a script that runs now */
  readonly running: boolean;
  /** instances, in file order */
  readonly trackedBy: readonly string[];
}

export interface SyncGroupStatus {
  readonly name: string;
  readonly state: VrrpStateName;
  readonly members: readonly string[];
}

export const trackerStatuses = (node: NodeState): readonly TrackerStatus[] =>
  [...node.trackers.values()].map((tracker) => trackerStatus(tracker, node));

function trackerStatus(tracker: Tracker, node: NodeState): TrackerStatus {
  const { kind } = tracker;
  const { name } = tracker.config;
  const fact = factOf(tracker);
  const trackedBy = node.routers.filter(({ config }) =>
    config.trackers.some((one) => one.kind === kind && one.name === name),
  );
  return {
    kind,
    name,
    state: fact.kind === 'value' ? 'up' : fact.kind,
    reason: fact.kind === 'unknown' ? `${trackerKey({ kind, name })} is not known yet` : fact.why,
    value: numberOf(tracker),
    running: tracker.kind === 'script' && tracker.runningSince !== null,
    trackedBy: trackedBy.map(({ config }) => config.name),
  };
}

function numberOf(tracker: Tracker): number | null {
  if (tracker.kind === 'script') return tracker.level;
  if (tracker.kind === 'bfd') return null;
  return tracker.kind === 'file' ? tracker.value : tracker.count;
}

export const groupStatuses = (node: NodeState): readonly SyncGroupStatus[] =>
  [...new Set(node.groups.values())].map(({ name, members }) => ({
    name,
    state: node.groupStates.get(name) ?? 'INIT',
    members: members.map((member) => member.name),
  }));
