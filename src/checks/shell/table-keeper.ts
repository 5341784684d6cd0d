/** Writes decisions to the kernel's IPVS table: many decisions of one moment become one write, a write that costs
 *  much is not repeated at once, a kernel that refuses or has no ip_vs is asked again with growing pauses while
 *  the checks go on. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { Log, LogEntry } from '../../base/log.ts';
import type { Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, earliest, elapsed, type Instant, type Micros, micros, seconds } from '../../base/units.ts';
import type { LvsGlobals } from '../../config/model/global.ts';
import type { DrainSeconds, PlanLine } from '../../ipvs/core/plan-text.ts';
import type { IpvsTable } from '../../ipvs/core/table.ts';
import { createReconciler, type ReconcileReport, type ReconcilerPorts } from '../../ipvs/shell/reconcile.ts';
import type { IpvsKernel, IpvsTimeouts } from '../../ports/ipvs-kernel.ts';
import { checksLog } from '../core/log-events.ts';
import { createDriftWatch, type Decided } from './drift.ts';

export const RETRY_PAUSE_FIRST = seconds(1);
export const RETRY_PAUSE_MAX = seconds(60);
/** Different refusals remembered as told; above it they are told again. */
const TOLD_MAX = 100;

export interface TableKeeper {
  /** Something was decided: the table is to be what `desired` gives when the write comes, soon. */
  request(): void;
  /** Reads the kernel's table; null when it cannot be read. */
  look(): IpvsTable | null;
  /** Writes what differs, now: from the table as it was looked at a moment ago, or `thorough`ly, reading it first. */
  writeNow(how: 'as_seen' | 'thorough'): void;
  /** Goes out with the next write. */
  setTimeouts(timeouts: LvsGlobals['timeouts']): void;
  setDrift(mode: LvsGlobals['drift']): void;
  flush(): void;
  /** When `writeDue` has something to do; null = all is as decided. */
  next(): Instant | null;
  writeDue(now: Instant): void;
  /** What a write of `desired` would do. */
  preview(desired: IpvsTable, drainSeconds: DrainSeconds): Result<readonly PlanLine[], SystemError>;
  /** At stop: removes what this process put there. */
  release(extent: 'owned' | 'everything'): void;
  readonly writes: number;
  readonly driftRepairs: number;
}

export function createTableKeeper(
  ports: ReconcilerPorts & { readonly now: () => Instant },
  decided: Decided,
): TableKeeper {
  const { kernel, now, ownership } = ports;
  const trouble = createTrouble(ports.log);
  const reconciler = createReconciler({ kernel, log: trouble.tell, ownership });
  const drift = createDriftWatch(reconciler, ports.log, now());
  let due: Instant | null = null;
  let notBefore: Instant = now();
  let timeouts: Partial<IpvsTimeouts> | null = null;

  const write = (how: 'reconcile' | 'adjust'): void => {
    const started = now();
    due = null;
    const error = applyTimeouts(kernel, timeouts);
    if (error === null) timeouts = null;
    else trouble.tell(checksLog.ipvsSetting({ what: 'timeouts', reason: systemErrorText(error) }));
    const report = reconciler[how](decided.all());
    const fine = error === null && report.unreadable === null && report.refused.length === 0;
    const ended = now();
    notBefore = after(ended, elapsed(started, ended));
    if (fine) trouble.over(report);
    else due = after(ended, trouble.again());
  };
  return {
    request() {
      // a kernel in trouble is asked at its own pace; the decision waits with the others
      if (due === null) due = notBefore > now() ? notBefore : now();
    },
    look: () => reconciler.look(),
    writeNow(how) {
      write(how === 'thorough' ? 'reconcile' : 'adjust');
    },
    setTimeouts(wanted) {
      timeouts = givenTimeouts(wanted);
    },
    flush() {
      reconciler.flush();
    },
    next: () => earliest(due, drift.next()),
    writeDue(time) {
      if (due !== null && due <= time) write('adjust');
      // what is decided and not written yet would be taken for somebody's change
      if (due === null && !drift.look(time, decided)) due = after(now(), trouble.again());
    },
    setDrift: (mode) => drift.setMode(mode),
    preview: (desired, drainSeconds) => reconciler.preview(desired, drainSeconds),
    release: (extent) => void reconciler.release(extent),
    get writes() {
      return reconciler.writes;
    },
    get driftRepairs() {
      return drift.repairs;
    },
  };
}

/** Sets what differs from the kernel's; nothing is written when nothing does. */
function applyTimeouts(kernel: IpvsKernel, wanted: Partial<IpvsTimeouts> | null): SystemError | null {
  if (wanted === null) return null;
  const current = kernel.timeouts();
  if (!current.ok) return current.error;
  if (sameValue({ ...current.value, ...wanted }, current.value)) return null;
  const result = kernel.setTimeouts(wanted);
  return result.ok ? null : result.error;
}

function givenTimeouts({ tcp, tcpFin, udp }: LvsGlobals['timeouts']): Partial<IpvsTimeouts> | null {
  const given = {
    ...(tcp === null ? {} : { tcp }),
    ...(tcpFin === null ? {} : { tcpFin }),
    ...(udp === null ? {} : { udp }),
  };
  return Object.keys(given).length === 0 ? null : given;
}

/** A spell in which the kernel refuses: its growing pauses, and each of its reasons told once. */
function createTrouble(log: Log) {
  const told = new Set<string>();
  /** null = no trouble */
  let pause: Micros | null = null;
  return {
    tell(entry: LogEntry): void {
      if (told.has(entry.text)) return;
      if (told.size < TOLD_MAX) told.add(entry.text);
      log(entry);
    },
    again(): Micros {
      pause = pause === null ? RETRY_PAUSE_FIRST : micros(Math.min(2 * pause, RETRY_PAUSE_MAX));
      return pause;
    },
    over(report: ReconcileReport): void {
      if (pause !== null) log(checksLog.ipvsRecovered({ operations: report.written.length }));
      pause = null;
      told.clear();
    },
  };
}
