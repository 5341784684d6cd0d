/** The validated model: what a keepalived.conf means, with every default filled in. It is plain JSON data, so it
 *  travels to the children, into a dump and through the JSON schema unchanged. Nothing here knows text or positions. */
import type { BfdInstance } from './bfd.ts';
import type { GlobalConfig } from './global.ts';
import type { VirtualServer } from './lvs.ts';
import type { StaticEntries } from './routing.ts';
import type { TrackFile, TrackProcess, VrrpInstance, VrrpScript, VrrpSyncGroup } from './vrrp.ts';

export interface Config {
  readonly global: GlobalConfig;
  /** in file order; names unique; (VRID, interface, family) unique */
  readonly vrrpInstances: readonly VrrpInstance[];
  readonly vrrpSyncGroups: readonly VrrpSyncGroup[];
  readonly statics: StaticEntries;
  readonly vrrpScripts: readonly VrrpScript[];
  readonly trackFiles: readonly TrackFile[];
  readonly trackProcesses: readonly TrackProcess[];
  /** in file order; names unique; (neighbour, source, multihop) unique */
  readonly bfdInstances: readonly BfdInstance[];
  /** in file order */
  readonly virtualServers: readonly VirtualServer[];
}
