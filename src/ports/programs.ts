/** Programs that the configuration names: tracking and notify scripts, MISC_CHECK. They get an argv and never a command
 *  line, so nothing that a configuration holds is read by a shell. */
import type { SystemError } from '../base/system-error.ts';
import type { Micros } from '../base/units.ts';
import type { ScriptSettings, ScriptUser } from '../config/model/global.ts';

export interface ProgramOrder {
  /** a path, or a bare name that is searched in PATH; then its arguments */
  readonly argv: readonly [string, ...string[]];
  /** who it runs as; null = what the settings name, else the account `keepalived_script`, else the daemon's own identity */
  readonly user: ScriptUser | null;
  /** script_user and enable_script_security as they are now; read at each run, so that a reload takes effect */
  readonly settings: ScriptSettings;
  /** added to what is inherited */
  readonly environment?: Readonly<Record<string, string>>;
  /** after this it is ended; null = it may run for ever */
  readonly timeout: Micros | null;
}

export type ProgramResult =
  /** it ended by itself; status 0..255 */
  | { readonly kind: 'exited'; readonly status: number }
  /** a signal ended it that was not the timeout's: `SIGSEGV`, or `SIGTERM` after `end()` */
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed_out' }
  /** it never ran: it is missing, not executable, unsafe (EPERM), its user is unknown, too many run already (EAGAIN) */
  | { readonly kind: 'not_started'; readonly error: SystemError };

export interface RunningProgram {
  /** SIGTERM to the program and everything it forked, SIGKILL after a grace; the completion still comes. Further calls do
   *  nothing. */
  end(): void;
}

export interface ProgramRunner {
  /** `completed` is called exactly once, never from inside this call. */
  run(order: ProgramOrder, completed: (result: ProgramResult) => void): RunningProgram;
  /** `end()` for all that run now. */
  endAll(): void;
}
