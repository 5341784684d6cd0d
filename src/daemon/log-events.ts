/** The parent's log lines. */
import { catalogue, row } from '../base/log.ts';

export const daemonLog = catalogue({
  starting: row(
    'daemon_starting',
    'info',
    (f: { version: string; file: string }) => `Starting vipd ${f.version}, configuration file ${f.file}`,
  ),
  startupComplete: row(
    'daemon_startup_complete',
    'info',
    (_: { children: readonly string[] }) => 'Startup complete',
  ),
  nothingToRun: row(
    'daemon_nothing_to_run',
    'warning',
    (_: Record<never, never>) =>
      'The configuration has no vrrp_instance and no virtual_server: nothing to run',
  ),
  configLine: row('config_line', 'info', (f: { line: string }) => f.line),
  configSaved: row('config_saved', 'info', (f: { path: string }) => `Saved the configuration as ${f.path}`),
  configNotSaved: row(
    'config_not_saved',
    'warning',
    (f: { path: string; reason: string }) => `Cannot save the configuration as ${f.path}: ${f.reason}`,
  ),
  remark: row('daemon_remark', 'warning', (f: { remark: string }) => f.remark),
  diagnostic: row('config_diagnostic', 'warning', (f: { code: string; text: string }) => f.text),
  configError: row('config_error', 'error', (f: { code: string; text: string }) => f.text),
  moreDiagnostics: row(
    'config_more_diagnostics',
    'warning',
    (f: { count: number }) => `… and ${f.count} more: see vipd -t`,
  ),
  reloadFileFailed: row(
    'daemon_reload_file_failed',
    'warning',
    (f: { path: string; reason: string }) => `Cannot keep the reload_file ${f.path}: ${f.reason}`,
  ),
  namespaceFailed: row(
    'daemon_namespace_failed',
    'error',
    (f: { reason: string }) =>
      `Cannot run in the network namespace: ${f.reason}; 'ip netns add' makes one, and root may enter it`,
  ),
  fixedKept: row(
    'daemon_fixed_kept',
    'warning',
    (f: { keyword: string }) => `Cannot change ${f.keyword} at a reload: the old value stays until a restart`,
  ),
  alreadyRunning: row(
    'daemon_already_running',
    'error',
    (f: { path: string; pid: number | null }) =>
      `vipd is already running${f.pid === null ? '' : ` as pid ${f.pid}`}: it holds ${f.path}; stop it first, or give another file with -p`,
  ),
  pidFileUnusable: row(
    'pid_file_unusable',
    'error',
    (f: { path: string; reason: string }) => `Cannot use the pid file ${f.path}: ${f.reason}`,
  ),
  childStarted: row(
    'child_started',
    'info',
    (f: { child: string; pid: number }) => `Starting ${f.child} child process, pid=${f.pid}`,
  ),
  childCrashed: row(
    'child_crashed',
    'alert',
    (f: { child: string; how: string; delaySeconds: number }) =>
      `${f.child} child ${f.how}: ${f.delaySeconds === 0 ? 'Respawning' : `Respawning in ${f.delaySeconds} s`}`,
  ),
  childFatal: row(
    'child_fatal',
    'alert',
    (f: { child: string; reason: string; exitCode: number }) =>
      `${f.child} child cannot go on: ${f.reason} (exit status ${f.exitCode})`,
  ),
  childKilled: row(
    'child_killed',
    'warning',
    (f: { child: string }) => `${f.child} child did not stop in time: sending SIGKILL`,
  ),
  addressReleased: row(
    'address_released',
    'warning',
    (f: { address: string; interface: string }) =>
      `Removed ${f.address} from ${f.interface}, left behind by the dead vrrp child`,
  ),
  linkReleased: row(
    'link_released',
    'warning',
    (f: { interface: string }) => `Removed interface ${f.interface}, left behind by the dead vrrp child`,
  ),
  routingReleased: row(
    'routing_released',
    'warning',
    (f: { count: number }) => `Removed ${f.count} routes and rules left behind by the dead vrrp child`,
  ),
  releaseFailed: row(
    'address_release_failed',
    'error',
    (f: { what: string }) => `Could not remove what the dead vrrp child held: ${f.what}`,
  ),
  reloading: row('daemon_reloading', 'info', (f: { file: string }) => `Reloading ${f.file}`),
  reloaded: row('daemon_reloaded', 'info', (_: Record<never, never>) => 'Reload complete'),
  reloadUnchanged: row(
    'daemon_reload_unchanged',
    'info',
    (_: Record<never, never>) => 'Reload complete: the configuration means the same as before',
  ),
  reloadRefused: row(
    'daemon_reload_refused',
    'error',
    (f: { file: string; errors: number }) =>
      `Reload refused: ${f.file} has ${f.errors} error(s); the running configuration stays in force`,
  ),
  stopping: row('daemon_stopping', 'info', (f: { cause: string }) => `Stopping (${f.cause})`),
  stopped: row(
    'daemon_stopped',
    'info',
    (f: { exitCode: number }) => `Stopped vipd (exit status ${f.exitCode})`,
  ),
  dumped: row('daemon_dumped', 'info', (f: { path: string }) => `Wrote ${f.path}`),
  dumpFailed: row(
    'daemon_dump_failed',
    'error',
    (f: { path: string; reason: string }) => `Could not write ${f.path}: ${f.reason}`,
  ),
  controlFailed: row('control_failed', 'error', (f: { reason: string }) => `Control socket: ${f.reason}`),
  processKnob: row(
    'process_knob_failed',
    'warning',
    (f: { knob: string; reason: string }) => `Could not set ${f.knob}: ${f.reason}`,
  ),
});
