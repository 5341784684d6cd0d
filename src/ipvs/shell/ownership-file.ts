/** Ownership of IPVS services as a small state file: one key per line. Losing the file costs a look with ipvsadm, never a
 *  service. */
import type { Log } from '../../base/log.ts';
import { openStateFile } from '../../net/adapters/state-file.ts';
import type { OwnershipStore } from '../../ports/ownership.ts';
import { ipvsLog } from '../log-events.ts';

/** Characters of a file that is believed: a hundred thousand services. */
export const OWNERSHIP_FILE_MAX = 8 * 1024 * 1024;

export function ownershipFile(path: string, log: Log, place?: () => string): OwnershipStore {
  const file = openStateFile({
    path,
    title: 'IPVS services made by vipd',
    sizeMax: OWNERSHIP_FILE_MAX,
    onLost: (reason) => log(ipvsLog.ownershipLost({ reason })),
    ...(place === undefined ? {} : { place }),
  });
  return {
    load: () => new Set((file.load() ?? '').split('\n').filter((key) => key !== '')),
    store: (keys) => file.store([...keys].map((key) => `${key}\n`).join('')),
  };
}
