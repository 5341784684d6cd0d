/** What the core is to know of a configuration. */
import { trackedOnly } from '../../track/core/trackers.ts';
import type { VrrpConfig } from '../core/events.ts';
import type { VrrpPart } from './process.ts';

export const vrrpConfigOf = (config: VrrpPart): VrrpConfig => ({
  globals: config.global.vrrp,
  instances: config.vrrpInstances,
  statics: config.statics,
  groups: config.vrrpSyncGroups,
  trackers: trackedOnly(
    { scripts: config.vrrpScripts, files: config.trackFiles, processes: config.trackProcesses },
    config.vrrpInstances.flatMap(({ trackers }) => trackers),
  ),
});
