/** reload_file: a file that is there while the configuration is being read, so that tools which write it can wait
 *  (behaviour.md section 13). */
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../base/log.ts';
import type { ProcessSettings } from '../config/model/global.ts';
import { identitySuffix } from './core/identity.ts';
import { daemonLog } from './log-events.ts';

/** Does nothing without the keyword; a file that cannot be made is told of, and the reading goes on. */
export function placeReloadFile(settings: ProcessSettings, log: Log): { remove(): void } {
  if (settings.reloadFile === null) return { remove: () => {} };
  const path = settings.reloadFile.path ?? `/run/vipd/vipd${identitySuffix(settings)}.reload`;
  const tried = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      log(
        daemonLog.reloadFileFailed({ path, reason: error instanceof Error ? error.message : String(error) }),
      );
    }
  };
  tried(() => {
    mkdirSync(dirname(path), { recursive: true });
    // never through a link, and never over what somebody else keeps there
    writeFileSync(path, '', { flag: 'wx' });
  });
  return { remove: () => tried(() => unlinkSync(path)) };
}
