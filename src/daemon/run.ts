/** Composition root of the parent: from parsed options to a running daemon. Chooses every real port once. */
import { join } from 'node:path';
import { EMPTY_HISTOGRAM, type Histogram, observed } from '../base/histogram.ts';
import type { Log } from '../base/log.ts';
import type { Result } from '../base/result.ts';
import { type SystemError, systemErrorText } from '../base/system-error.ts';
import { elapsed, instant } from '../base/units.ts';
import { type LoadedConfig, type LoadOptions, loadConfigFile } from '../config/load.ts';
import type { Config } from '../config/model/config.ts';
import { controlSocketPath, type DaemonStatus, type PlanReport, type ReloadReport } from '../control/api.ts';
import { startControlServer } from '../control/server.ts';
import { isInNamespace, namespacePath, restartInNamespace } from '../native/network-namespace.ts';
import { allowCoreDumps, monotonicMicros } from '../native/process-knobs.ts';
import { createClock } from '../net/adapters/clock.ts';
import { createFirewall } from '../net/adapters/firewall.ts';
import { createLinkKernel } from '../net/adapters/link-kernel.ts';
import { createNetKernel } from '../net/adapters/net-kernel.ts';
import { createRoutingKernel } from '../net/adapters/routing-kernel.ts';
import { runLifeScript } from '../notify/shell/life-script.ts';
import { createMailRelay } from '../notify/shell/mail-relay.ts';
import { Notifier } from '../notify/shell/notifier.ts';
import { createLog } from '../observe/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProgramRunner } from '../ports/programs.ts';
import { createProgramRunner } from '../scripts/program-runner.ts';
import { defaultConfigFile } from './config-file.ts';
import { identitySuffix, keepFixed, withNamespace } from './core/identity.ts';
import { exitCodeOfRefusal, isError, reportDiagnostics } from './diagnostics.ts';
import { logConfiguration, writeDataDumps, writeStatistics } from './dumps.ts';
import type { ChildName } from './ipc.ts';
import { daemonLog } from './log-events.ts';
import type { DaemonOptions } from './options.ts';
import { Parent } from './parent.ts';
import { acquirePidFile, childPidFile, type LockedPidFile } from './pid-file.ts';
import { placeReloadFile } from './reload-file.ts';
import { connectServiceManager, type ServiceManager } from './sd-notify.ts';

interface Daemon {
  readonly options: DaemonOptions;
  readonly version: string;
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly startedAt: ReturnType<Clock['now']>;
  /** how late the parent was woken */
  readonly wakeUps: () => Histogram;
  readonly services: ServiceManager;
  readonly pidFile: LockedPidFile;
  lastRead: { wall: number; succeeded: boolean; diagnostics: number };
  /** configurations that were accepted */
  readings: number;
}

/** Runs the daemon in this process. Returns only when it must not start: the exit status. */
export async function runDaemon(options: DaemonOptions, version: string): Promise<number | null> {
  if (options.umask !== null) process.umask(options.umask);
  const file = options.configFile ?? defaultConfigFile();
  const loaded = await loadInNamespace(file, options);
  const log = createLog(
    `vipd${loaded.config === null ? '' : identitySuffix(loaded.config.global.process)}`,
    options.log,
  );
  log(daemonLog.starting({ version, file }));
  for (const remark of options.remarks) log(daemonLog.remark({ remark }));
  if (loaded.outside !== null) {
    log(daemonLog.namespaceFailed({ reason: systemErrorText(loaded.outside) }));
    return 1;
  }
  reportDiagnostics(loaded.diagnostics, log);
  if (loaded.config === null || loaded.refused) return exitCodeOfRefusal(loaded.diagnostics);
  process.title = loaded.config.global.process.names.parent ?? process.title;
  if (options.coreDumps) tellRefusal(allowCoreDumps(), log);
  if (options.dumpConfig) logConfiguration(loaded.config, log);
  const { umask } = loaded.config.global.process;
  if (options.umask === null && umask !== null) process.umask(umask);

  const pidPathOfParent = pidPath(options, loaded.config, 'vipd');
  const pidFile = acquirePidFile(pidPathOfParent, process.pid);
  if (!pidFile.ok) {
    log(
      pidFile.error.kind === 'already_running'
        ? daemonLog.alreadyRunning({ path: pidPathOfParent, pid: pidFile.error.pid })
        : daemonLog.pidFileUnusable({ path: pidPathOfParent, reason: pidFile.error.reason }),
    );
    return 1;
  }
  let wakeUps = EMPTY_HISTOGRAM;
  const clock = createClock((late) => {
    wakeUps = observed(wakeUps, late);
  });
  const daemon: Daemon = {
    wakeUps: () => wakeUps,
    options,
    version,
    file,
    clock,
    log,
    startedAt: clock.now(),
    services: connectServiceManager(process.env, monotonicMicros),
    pidFile: pidFile.value,
    lastRead: { wall: clock.wall(), succeeded: true, diagnostics: loaded.diagnostics.length },
    readings: 0,
  };
  await keep(daemon, loaded.config);
  await start(daemon, loaded.config);
  return null;
}

const tellRefusal = (answer: Result<void, SystemError>, log: Log): void => {
  if (!answer.ok) log(daemonLog.processKnob({ knob: answer.error.attempted, reason: answer.error.detail }));
};

/** Whatever the file says is read, and asked of the machine, inside the namespace. Where only the file names it, that is found
 *  out by a first reading. `outside`: why it cannot be entered. */
async function loadInNamespace(
  file: string,
  options: DaemonOptions,
): Promise<LoadedConfig & { readonly outside: SystemError | null }> {
  const enter = (name: string | null): SystemError | null => {
    const path = name === null ? null : namespacePath(name);
    return path === null || isInNamespace(path) ? null : restartInNamespace(path);
  };
  const refused = enter(options.namespace);
  const loaded = await loadConfigFile(file, loadOptionsOf(options));
  const config = loaded.config === null ? null : withNamespace(loaded.config, options.namespace);
  const outside = refused ?? (config === null ? null : enter(config.global.process.netNamespace));
  return { ...loaded, config, outside };
}

async function start(daemon: Daemon, config: Config): Promise<void> {
  const { log, options, services } = daemon;
  const closers: (() => Promise<void>)[] = [];
  const programs = createProgramRunner(daemon.clock);
  const notifier = new Notifier({ clock: daemon.clock, log, programs, relay: createMailRelay(log) }, config);
  const parent = new Parent(
    config,
    {
      halves: { ...options.halves, idle: options.allChildren },
      respawn: options.respawn,
      child: {
        releaseVips: options.releaseVips,
        releaseIpvs: options.releaseIpvs,
        ownershipFile: besideSocket(controlSocketOf(options, config), 'ipvs-services'),
        memoryFile: besideSocket(controlSocketOf(options, config), 'check-results'),
        record: options.record,
        watchAddresses: options.watchAddresses,
        log: options.log,
      },
    },
    {
      clock: daemon.clock,
      log,
      openRoutingKernel: createRoutingKernel,
      openLinkKernel: createLinkKernel,
      openFirewall: createFirewall,
      openNetKernel: () => {
        const kernel = createNetKernel();
        return kernel.ok ? kernel.value : null;
      },
      // the bundles lie side by side in dist/
      childProgram: (name) => join(__dirname, `vipd-${name}.cjs`),
      childPidFile: (name) =>
        childPidFile(pidPath(options, config, name), (reason) =>
          log(daemonLog.processKnob({ knob: 'pid file', reason })),
        ),
      onReady: () => announceReady(services),
      onReloading: () => services.reloading(),
      onStopping: () => services.stopping(),
      notifier,
      onExit: (exitCode) => {
        void leave(daemon, parent, { notifier, programs, closers }).then(() => process.exit(exitCode));
      },
    },
  );
  listenToSignals(daemon, parent);
  closers.push(...(await openDoors(daemon, parent, notifier)));
  const { notify, scripts } = config.global;
  await runLifeScript('Startup', notify.startup, scripts, { programs, log });
  parent.start();
  if (services.watchdogMicros !== null) keepWatchdogFed(daemon, services.watchdogMicros);
}

/** What is told last is told while the doors are still open. */
async function leave(
  { log, pidFile }: Daemon,
  parent: Parent,
  {
    notifier,
    programs,
    closers,
  }: {
    readonly notifier: Notifier;
    readonly programs: ProgramRunner;
    readonly closers: readonly (() => Promise<void>)[];
  },
): Promise<void> {
  await notifier.finish();
  const { notify, scripts } = parent.config.global;
  await runLifeScript('Shutdown', notify.shutdown, scripts, { programs, log });
  await Promise.allSettled(closers.map((close) => close()));
  pidFile.release();
}

/** A parent that hands itself to the background is told once; systemd is told on each start and reload. */
function announceReady(services: ServiceManager): void {
  services.ready('Running');
  if (process.send !== undefined && process.connected) {
    process.send({ kind: 'ready' });
    process.disconnect();
  }
}

function listenToSignals(daemon: Daemon, parent: Parent): void {
  process.on('SIGTERM', () => parent.stop('SIGTERM'));
  process.on('SIGINT', () => parent.stop('SIGINT'));
  process.on('SIGHUP', () => void reload(daemon, parent));
  process.on('SIGUSR1', () => void writeDataDumps(parent, daemon.log));
  process.on('SIGUSR2', () => void writeStatistics(parent, daemon.log));
}

/** config_save_dir */
async function keep(daemon: Daemon, config: Config): Promise<void> {
  const { configSaveDir: directory } = config.global.process;
  const reading = ++daemon.readings;
  if (directory === null) return;
  const { saveConfig } = await import('./save-config.ts');
  await saveConfig(
    { directory, file: daemon.file, load: loadOptionsOf(daemon.options), reading },
    daemon.log,
  );
}

/** Parsed and validated aside: a file with an error changes nothing and is reported. */
async function reload(daemon: Daemon, parent: Parent): Promise<ReloadReport> {
  const { file, log, clock } = daemon;
  log(daemonLog.reloading({ file }));
  const marker = placeReloadFile(parent.config.global.process, log);
  const loaded = await loadConfigFile(file, loadOptionsOf(daemon.options));
  marker.remove();
  const texts = reportDiagnostics(loaded.diagnostics, log);
  const errors = loaded.diagnostics.filter(isError).length;
  const accepted = loaded.config !== null && !loaded.refused && errors === 0;
  daemon.lastRead = { wall: clock.wall(), succeeded: accepted, diagnostics: loaded.diagnostics.length };
  if (accepted && loaded.config !== null) {
    const { config, kept } = keepFixed(parent.config, withNamespace(loaded.config, daemon.options.namespace));
    for (const keyword of kept) log(daemonLog.fixedKept({ keyword }));
    parent.reload(config);
    await keep(daemon, loaded.config);
  } else log(daemonLog.reloadRefused({ file, errors }));
  return { accepted, diagnostics: texts };
}

/** What `reload` would do now. Nothing is logged: the one who asks is told. */
async function planReload({ file, options }: Daemon, parent: Parent): Promise<PlanReport> {
  const { config, refused, diagnostics: found } = await loadConfigFile(file, loadOptionsOf(options));
  const diagnostics = reportDiagnostics(found, () => {});
  if (config === null || refused || found.some(isError)) {
    const why = 'a reload would refuse the file';
    return { accepted: false, diagnostics, changes: [], operations: null, why };
  }
  const { changesBesideIpvs } = await import('../config/compare/diff.ts');
  const report = { accepted: true, diagnostics, changes: changesBesideIpvs(parent.config, config) };
  const preview = await parent.preview(config);
  if (preview?.kind === 'planned') return { ...report, operations: preview.lines, why: null };
  const why = preview === null ? 'the checkers process is not running or does not answer' : preview.why;
  return { ...report, operations: null, why };
}

/** The control socket and, where configured, the Prometheus endpoint. Without them the daemon still does its work. */
async function openDoors(
  daemon: Daemon,
  parent: Parent,
  notifier: Notifier,
): Promise<(() => Promise<void>)[]> {
  const status = (): Promise<DaemonStatus> => statusOf(daemon, parent, notifier);
  const { options, log } = daemon;
  const server = await startControlServer({
    socketPath: controlSocketOf(options, parent.config),
    log,
    handlers: {
      status,
      tellAgain: async (name) => ({ objects: await parent.tellAgain(name) }),
      order: (name, wish) => parent.order(name, wish),
      probe: (name) => parent.probe(name),
      reload: () => reload(daemon, parent),
      plan: () => planReload(daemon, parent),
      drain: (order) => parent.orderDrain(order),
    },
  });
  const closers: (() => Promise<void>)[] = [];
  if (server.ok) closers.push(() => server.value.close());
  else log(daemonLog.controlFailed({ reason: `${server.error.attempted}: ${server.error.detail}` }));
  const endpoint = parent.config.global.control.prometheus;
  if (endpoint !== null) {
    const { startPrometheus } = await import('../control/prometheus.ts');
    const metrics = await startPrometheus({ ...endpoint, log, status });
    if (metrics.ok) closers.push(() => metrics.value.close());
    else log(daemonLog.controlFailed({ reason: `${metrics.error.attempted}: ${metrics.error.detail}` }));
  }
  return closers;
}

async function statusOf(daemon: Daemon, parent: Parent, notifier: Notifier): Promise<DaemonStatus> {
  const [vrrp, checks] = await Promise.all([parent.childStatus('vrrp'), parent.childStatus('checkers')]);
  return {
    pid: process.pid,
    version: daemon.version,
    uptimeMicros: elapsed(daemon.startedAt, daemon.clock.now()),
    configFile: daemon.file,
    configuration: {
      lastReloadWall: daemon.lastRead.wall,
      succeeded: daemon.lastRead.succeeded,
      diagnostics: daemon.lastRead.diagnostics,
    },
    children: parent.childReports(),
    lateness: [
      { process: 'parent', wakeUps: daemon.wakeUps() },
      ...(vrrp === null ? [] : [{ process: 'vrrp', wakeUps: vrrp.wakeUps }]),
      ...(checks === null ? [] : [{ process: 'checkers', wakeUps: checks.wakeUps }]),
    ],
    vrrp,
    checks,
    notify: notifier.status(),
  };
}

/** Twice per period, as sd_watchdog_enabled(3) advises. */
function keepWatchdogFed(daemon: Daemon, periodMicros: number): void {
  const alarm = daemon.clock.alarm(() => {
    daemon.services.watchdog();
    alarm.set(instant(daemon.clock.now() + periodMicros / 2));
  });
  alarm.set(daemon.clock.now());
}

const loadOptionsOf = ({ configId, strictIncludes, strict }: DaemonOptions): LoadOptions => ({
  strictIncludes,
  strict,
  ...(configId === null ? {} : { configId }),
});

const controlSocketOf = ({ controlSocket }: DaemonOptions, { global }: Config): string =>
  controlSocket ?? controlSocketPath(global.process);

/** `/run/vipd/vipd.ipvs-services` for `/run/vipd/vipd.sock`: two daemons never share one. */
const besideSocket = (socket: string, suffix: string): string => `${socket.replace(/\.sock$/, '')}.${suffix}`;

/** -p -r -c, else /run/vipd/NAME[_NAMESPACE][_INSTANCE].pid */
function pidPath(options: DaemonOptions, config: Config, name: 'vipd' | ChildName): string {
  const named = {
    vipd: options.pidFiles.parent,
    vrrp: options.pidFiles.vrrp,
    checkers: options.pidFiles.checkers,
  };
  return named[name] ?? `/run/vipd/${name}${identitySuffix(config.global.process)}.pid`;
}
