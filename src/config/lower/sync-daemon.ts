/** lvs_sync_daemon → the model, once the instances are known (behaviour.md section 17). */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { SyncDaemonSettings } from '../model/global.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { SyncDaemonLine } from '../schema/sync-daemon.ts';
import type { GlobalSettings } from './context.ts';
import type { InstanceBlock } from './vrrp-instance.ts';

/** Null: none asked for, or it follows an instance that is not there. */
export function lowerSyncDaemon(
  { lvs_sync_daemon: given }: GlobalSettings,
  blocks: readonly InstanceBlock[],
  instances: readonly VrrpInstance[],
  report: Report,
): SyncDaemonSettings | null {
  const line = given?.value ?? oldForm(blocks);
  if (line === null) return null;
  const { instance, id, ...others } = line;
  if (instance === null) return { ...others, instance: null, id: id ?? 0 };
  const followed = instances.find(({ name }) => name === instance.name);
  if (followed !== undefined) return { ...others, instance: followed.name, id: id ?? followed.vrid };
  report(catalog.sync_instance(instance.at, { instance: instance.name }));
  return null;
}

/** `lvs_sync_daemon_interface` of the first instance that has it: the daemon follows that instance. */
function oldForm(blocks: readonly InstanceBlock[]): SyncDaemonLine | null {
  for (const { head: name, settings } of blocks) {
    const carrier = settings.lvs_sync_daemon_interface;
    if (carrier === undefined) continue;
    const none = { id: null, maxLength: null, port: null, ttl: null, group: null };
    return { interface: carrier.value, instance: { name, at: carrier.at.keyword }, ...none };
  }
  return null;
}
