/** Ownership of IPVS services as a small text file under /run: one key per line behind a line that says for which boot and
 *  which network namespace they are true. Losing the file costs a look with ipvsadm, never a service. */
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { systemErrorOf } from '../../observe/system-errors.ts';
import type { OwnershipStore } from '../../ports/ownership.ts';
import { ipvsLog } from '../log-events.ts';

/** Characters of a file that is believed: a hundred thousand services. */
export const OWNERSHIP_FILE_MAX = 8 * 1024 * 1024;

export function ownershipFile(path: string, log: Log, place: () => string = thisKernel): OwnershipStore {
  let failed = false;
  return {
    load: () => {
      const [header, ...keys] = read(path).split('\n');
      return new Set(header === headerOf(place()) ? keys.filter((key) => key !== '') : []);
    },
    store: (keys) => {
      try {
        if (keys.size === 0) return rmSync(path, { force: true });
        const beside = `${path}.new`;
        writeFileSync(beside, `${[headerOf(place()), ...keys].join('\n')}\n`, { mode: 0o600 });
        renameSync(beside, path);
        failed = false;
      } catch (cause) {
        if (!failed)
          log(ipvsLog.ownershipLost({ reason: systemErrorText(systemErrorOf(cause, `write ${path}`)) }));
        failed = true;
      }
    },
  };
}

const headerOf = (place: string): string => `# IPVS services made by vipd, ${place}`;

function read(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > OWNERSHIP_FILE_MAX ? '' : text;
  } catch {
    return '';
  }
}

/** A service key means nothing after a reboot or in another network namespace. */
function thisKernel(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `boot ${boot}, ${readlinkSync('/proc/self/ns/net')}`;
}
