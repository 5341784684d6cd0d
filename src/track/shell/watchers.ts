/** Keeps the watches on files and processes equal to what a configuration tracks, and the programs that trackers run. */
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { Instant } from '../../base/units.ts';
import type { ScriptSettings } from '../../config/model/global.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import type { ProgramRunner, RunningProgram } from '../../ports/programs.ts';
import type { TrackedFiles } from '../../ports/tracked-files.ts';
import { trackerKey } from '../core/fact.ts';
import { trackShellLog } from '../core/log-events.ts';
import type { TrackerAction, TrackerConfigs, TrackerEvent } from '../core/trackers.ts';

export interface TrackPorts {
  readonly programs: ProgramRunner;
  readonly files: TrackedFiles;
  readonly processes: ProcessTable;
  readonly log: Log;
}

export interface Watchers {
  /** Watches what these name from now on, and nothing else; the first answers come inside this call. */
  watch(configs: TrackerConfigs): void;
  carryOut(action: Exclude<TrackerAction, { kind: 'write_log' }>): void;
  /** Ends all programs and watches. */
  close(): void;
}

/** `settings` are asked at each run. */
export function createWatchers(
  ports: TrackPorts,
  settings: () => ScriptSettings,
  tell: (event: TrackerEvent) => void,
): Watchers {
  const files = new Map<string, { readonly path: string; readonly end: () => void }>();
  /** by tracker and the time of the start */
  const programs = new Map<string, RunningProgram>();
  let endCounting = (): void => {};
  let counting = '';
  let uncountable = false;

  function watchFiles(configs: TrackerConfigs): void {
    const wanted = new Map(
      configs.files.map((file) => [trackerKey({ kind: 'file', name: file.name }), file]),
    );
    for (const [tracker, { path, end }] of files) {
      if (wanted.get(tracker)?.path === path) continue;
      end();
      files.delete(tracker);
    }
    for (const [tracker, { path }] of wanted) {
      if (files.has(tracker)) continue;
      const end = ports.files.watch(path, (content) => tell({ kind: 'file_read', tracker, content }));
      files.set(tracker, { path, end });
    }
  }

  function watchProcesses({ processes }: TrackerConfigs): void {
    const wanted = JSON.stringify(processes);
    if (wanted === counting) return;
    counting = wanted;
    endCounting();
    endCounting = ports.processes.watch(processes, (counts) => {
      if (!counts.ok) {
        if (!uncountable)
          ports.log(trackShellLog.processesUnreadable({ detail: systemErrorText(counts.error) }));
        uncountable = true;
        return;
      }
      uncountable = false;
      for (const [name, count] of counts.value) {
        tell({ kind: 'processes_counted', tracker: trackerKey({ kind: 'process', name }), count });
      }
    });
  }

  const runKey = (tracker: string, startedAt: Instant): string => `${tracker} ${startedAt}`;

  return {
    watch(configs) {
      watchFiles(configs);
      watchProcesses(configs);
    },
    carryOut(action) {
      const { tracker, startedAt } = action;
      const key = runKey(tracker, startedAt);
      if (action.kind === 'end_program') return programs.get(key)?.end();
      const { argv, user } = action.command;
      const { timeout } = action;
      const program = ports.programs.run({ argv, user, settings: settings(), timeout }, (result) => {
        programs.delete(key);
        tell({ kind: 'program_finished', tracker, startedAt, result });
      });
      programs.set(key, program);
    },
    close() {
      for (const program of programs.values()) program.end();
      for (const { end } of files.values()) end();
      endCounting();
    },
  };
}

/** init_file: at a start, never at a reload (keywords.json). */
export function initialiseFiles({ files }: TrackerConfigs, ports: Pick<TrackPorts, 'files' | 'log'>): void {
  for (const { name, path, initial } of files) {
    if (initial === null) continue;
    const written = ports.files.write(path, initial.value, initial);
    if (written.ok) continue;
    ports.log(trackShellLog.initFileFailed({ file: name, detail: systemErrorText(written.error) }));
  }
}
