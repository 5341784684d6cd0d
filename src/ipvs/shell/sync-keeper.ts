/** Keeps the kernel's sync daemons as they shall be: reads what runs, changes what differs, and tries again with growing
 *  pauses when the kernel refuses, as it does while the interface is missing. */
import type { Log } from '../../base/log.ts';
import type { Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, type Micros, micros, seconds } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SyncDaemonKernel } from '../../ports/sync-daemons.ts';
import type { SyncDaemon } from '../core/daemon.ts';
import { type DaemonOperation, planDaemons } from '../core/daemon-plan.ts';
import { ipvsLog } from '../log-events.ts';

const RETRY_PAUSE_FIRST = seconds(1);
const RETRY_PAUSE_MAX = seconds(60);

export interface SyncKeeper {
  /** These shall run from now on, and no others. Who has never wanted any touches none. */
  want(daemons: readonly SyncDaemon[]): void;
  /** Stops what was wanted last; synchronous. */
  close(): void;
}

export interface SyncKeeperPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** asked at the first need, and again after it failed */
  readonly openKernel: () => Result<SyncDaemonKernel, SystemError>;
}

export function createSyncKeeper({ clock, log, openKernel }: SyncKeeperPorts): SyncKeeper {
  let kernel: SyncDaemonKernel | null = null;
  let wanted: readonly SyncDaemon[] = [];
  let pause: Micros = RETRY_PAUSE_FIRST;
  let told = '';
  const alarm = clock.alarm(() => reconcile());

  const complain = (error: SystemError): void => {
    const reason = systemErrorText(error);
    if (reason !== told) log(ipvsLog.syncRefused({ reason }));
    told = reason;
    alarm.set(after(clock.now(), pause));
    pause = micros(Math.min(2 * pause, RETRY_PAUSE_MAX));
  };

  const perform = (open: SyncDaemonKernel, operation: DaemonOperation): Result<void, SystemError> => {
    const done =
      operation.kind === 'stop' ? open.stopDaemon(operation.role) : open.startDaemon(operation.daemon);
    if (!done.ok) return done;
    if (operation.kind === 'stop') log(ipvsLog.syncStopped({ role: operation.role }));
    else log(ipvsLog.syncStarted({ daemon: operation.daemon }));
    return done;
  };

  const reconcile = (): void => {
    alarm.set(null);
    if (kernel === null) {
      const opened = openKernel();
      if (!opened.ok) return complain(opened.error);
      kernel = opened.value;
    }
    const running = kernel.daemons();
    if (!running.ok) return complain(running.error);
    for (const operation of planDaemons(wanted, running.value)) {
      const done = perform(kernel, operation);
      if (!done.ok) return complain(done.error);
    }
    told = '';
    pause = RETRY_PAUSE_FIRST;
  };

  return {
    want(daemons) {
      if (daemons.length === 0 && wanted.length === 0) return;
      wanted = daemons;
      pause = RETRY_PAUSE_FIRST;
      reconcile();
    },
    close() {
      if (wanted.length > 0) {
        wanted = [];
        reconcile();
      }
      alarm.set(null);
    },
  };
}
