/** A state file under /run: behind a first line that says for which boot and which network namespace it is true. Losing it
 *  never stops anybody. */
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { systemErrorOf } from '../../observe/system-errors.ts';
import type { StateFile } from '../../ports/state-file.ts';

export interface StateFileOptions {
  readonly path: string;
  /** begins the first line: what it is, and of which format */
  readonly title: string;
  /** characters of a file that is believed */
  readonly sizeMax: number;
  /** told once per spell of failing writes */
  readonly onLost: (reason: string) => void;
  /** which kernel this is; a test gives its own */
  readonly place?: () => string;
}

export function openStateFile({
  path,
  title,
  sizeMax,
  onLost,
  place = thisKernel,
}: StateFileOptions): StateFile {
  let failed = false;
  const header = (): string => `# ${title}, ${place()}`;
  const lost = (error: SystemError): void => {
    if (!failed) onLost(systemErrorText(error));
    failed = true;
  };
  return {
    load: () => {
      const text = read(path, sizeMax);
      const end = text.indexOf('\n');
      return end > 0 && text.slice(0, end) === header() ? text.slice(end + 1) : null;
    },
    store: (text) => {
      try {
        if (text === '') return rmSync(path, { force: true });
        const beside = `${path}.new`;
        writeFileSync(beside, `${header()}\n${text}`, { mode: 0o600 });
        renameSync(beside, path);
        failed = false;
      } catch (cause) {
        lost(systemErrorOf(cause, `write ${path}`));
      }
    },
  };
}

function read(path: string, sizeMax: number): string {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > sizeMax ? '' : text;
  } catch {
    return '';
  }
}

/** A service key means nothing after a reboot or in another network namespace. */
function thisKernel(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `boot ${boot}, ${readlinkSync('/proc/self/ns/net')}`;
}
