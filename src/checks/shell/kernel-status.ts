/** What the status tells of the kernel's IPVS, read at the moment when it is asked for. */
import { systemErrorText } from '../../base/system-error.ts';
import { printListing } from '../../ipvs/core/listing.ts';
import { printDaemons } from '../../ipvs/core/settings-text.ts';
import type { DestinationConnections, IpvsKernel } from '../../ports/ipvs-kernel.ts';
import type { SyncDaemonKernel } from '../../ports/sync-daemons.ts';
import type { ChecksStatus } from '../core/status.ts';

export function kernelStatus(
  kernel: IpvsKernel,
  daemons: SyncDaemonKernel | undefined,
): Pick<ChecksStatus, 'kernelListing' | 'kernelError' | 'syncDaemons'> {
  const syncDaemons = syncDaemonsText(daemons);
  const info = kernel.info();
  if (!info.ok) return { kernelListing: null, kernelError: systemErrorText(info.error), syncDaemons };
  const read = kernel.read();
  if (!read.ok) return { kernelListing: null, kernelError: systemErrorText(read.error), syncDaemons };
  return { kernelListing: printListing(info.value, read.value), kernelError: null, syncDaemons };
}

/** Nothing when they cannot be read: the reason stands where the table would. */
function syncDaemonsText(kernel: SyncDaemonKernel | undefined): string {
  const daemons = kernel?.daemons();
  return daemons?.ok === true ? printDaemons(daemons.value) : '';
}

/** A template of a persistent service counts: it is a session. */
export const connectionsOf = (usage: DestinationConnections): number =>
  usage.activeConnections + usage.inactiveConnections + usage.persistentConnections;
