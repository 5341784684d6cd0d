/** The real settings of the kernel, of the network namespace that this process is in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { err, ok } from '../../base/result.ts';
import type { Sysctl } from '../../ports/sysctl.ts';

const ROOT = '/proc/sys';

export const createSysctl = (): Sysctl => ({
  read: (path) => {
    try {
      return readFileSync(`${ROOT}/${path}`, 'latin1').trim();
    } catch {
      // no such setting in this kernel, or its interface has gone
      return null;
    }
  },
  write: (path, value) => {
    try {
      writeFileSync(`${ROOT}/${path}`, value);
      return ok(undefined);
    } catch (error) {
      const { code = 'EIO', message } = error as NodeJS.ErrnoException;
      return err({ code, attempted: `write ${value} to ${ROOT}/${path}`, detail: message });
    }
  },
});
