/** Whether a process is one of those that vrrp_track_process counts (keywords.json: process, full_command, param_match). */
import type { TrackProcess } from '../../config/model/vrrp.ts';

export interface ProcessFact {
  /** /proc/PID/comm: at most 15 bytes */
  readonly name: string;
  /** /proc/PID/cmdline; empty for kernel threads and zombies */
  readonly argv: readonly string[];
}

/** TASK_COMM_LEN of linux/sched.h, without the final NUL. */
const NAME_LENGTH = 15;

export function matches(wanted: TrackProcess, { name, argv }: ProcessFact): boolean {
  const [command, ...parameters] = wanted.command;
  if (!wanted.fullCommand) return name === command.slice(0, NAME_LENGTH);
  return argv[0] === command && matchesParameters(wanted.parameters, parameters, argv.slice(1));
}

function matchesParameters(
  how: TrackProcess['parameters'],
  wanted: readonly string[],
  found: readonly string[],
): boolean {
  switch (how) {
    case null:
      return true;
    case 'exact':
      return wanted.length === found.length && wanted.every((word, i) => word === found[i]);
    case 'partial':
      return wanted.every((word, i) => word === found[i]);
    case 'initial':
      return found.join('\0').startsWith(wanted.join('\0'));
  }
}
