/** startup_script and shutdown_script: one run each, before the first child starts and after the last has gone. */
import type { Log } from '../../base/log.ts';
import type { ScriptSettings, TimedCommand } from '../../config/model/global.ts';
import type { ProgramRunner } from '../../ports/programs.ts';
import { notifyLog } from '../core/log-events.ts';
import { outcomeText } from '../core/script-queue.ts';
import { outcomeOf } from './outcome.ts';

/** Resolves when the script has ended, at the latest some seconds after its time is up; how it ended changes nothing. */
export function runLifeScript(
  when: 'Startup' | 'Shutdown',
  script: TimedCommand | null,
  settings: ScriptSettings,
  { programs, log }: { readonly programs: ProgramRunner; readonly log: Log },
): Promise<void> {
  if (script === null) return Promise.resolve();
  const { command, timeout } = script;
  return new Promise((resolve) => {
    programs.run({ ...command, settings, timeout }, (result) => {
      const how = outcomeText(outcomeOf(result));
      log(notifyLog.lifeScript({ program: command.argv[0], when, how }));
      resolve();
    });
  });
}
