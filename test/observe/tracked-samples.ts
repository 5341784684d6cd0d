/** What a status tells of a sync group and of two trackers. */
import type { SyncGroupStatus, TrackerStatus } from '../../src/vrrp/core/tracker-status.ts';

export const GROUPS: readonly SyncGroupStatus[] = [{ name: 'G1', state: 'MASTER', members: ['VI_1'] }];

export const TRACKERS: readonly TrackerStatus[] = [
  {
    kind: 'script',
    name: 'chk',
    state: 'up',
    reason: 'script chk succeeds',
    value: 1,
    running: false,
    trackedBy: ['VI_1'],
  },
  {
    kind: 'process',
    name: 'web',
    state: 'up',
    reason: 'process web: 1 running, at least 1 wanted',
    value: 1,
    running: false,
    trackedBy: ['VI_1'],
  },
];
