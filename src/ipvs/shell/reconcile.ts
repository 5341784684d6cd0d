/** Keeps the kernel's table equal to what was decided: read → plan → apply, again after a refusal, a bounded
 *  number of times. What this process never asked for is never touched. */
import type { Log } from '../../base/log.ts';
import { mapResult, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { IpvsKernel, IpvsOperation } from '../../ports/ipvs-kernel.ts';
import type { OwnershipStore } from '../../ports/ownership.ts';
import { operationWithChanges } from '../core/changes.ts';
import { planIpvs, plannedTable } from '../core/plan.ts';
import { type DrainSeconds, type PlanLine, planLine } from '../core/plan-text.ts';
import { type IpvsTable, serviceKeyText } from '../core/table.ts';
import { ipvsLog } from '../log-events.ts';

/** Rounds of read, plan and apply in one call; a kernel that still refuses then is left for the next call. */
export const RECONCILE_ROUNDS_MAX = 3;
/** Refusals logged one by one in one call; the rest are counted. */
export const REFUSALS_LOGGED_MAX = 10;

/** Of an operation whose answer did not come (net/netlink/session.ts): the next reading tells. */
const OUTCOME_UNKNOWN: ReadonlySet<string> = new Set(['ENOBUFS', 'ENOMSG', 'EGARBLED']);

export interface Refusal {
  readonly operation: IpvsOperation;
  readonly error: SystemError;
}

export interface ReconcileReport {
  /** operations that the kernel accepted, in order */
  readonly written: readonly IpvsOperation[];
  /** operations that it still refused in the last round */
  readonly refused: readonly Refusal[];
  /** why the table could not be read; nothing was written then */
  readonly unreadable: SystemError | null;
}

export interface AuditReport {
  /** what undoes the changes, in words */
  readonly drift: readonly string[];
  readonly refused: readonly Refusal[];
  readonly unreadable: SystemError | null;
}

export interface Reconciler {
  /** Reads the kernel's table and brings it to `desired`. The services of every `desired` so far count as
   *  owned: those that are no longer in it are removed, others that the kernel holds stay. */
  reconcile(desired: IpvsTable): ReconcileReport;
  /** Reads the kernel's table and remembers it; null when it cannot be read. */
  look(): IpvsTable | null;
  /** The same from memory of the last reading, for a single decision: nothing is read unless the kernel
   *  refuses an operation, which means that the memory is wrong. */
  adjust(desired: IpvsTable): ReconcileReport;
  /** Reads only the services of `some`, a part of what was last wanted, and finds what somebody else changed in
   *  them; with `repair` it is undone. */
  audit(some: IpvsTable, repair: boolean): AuditReport;
  /** What `reconcile` would do; nothing is written and nothing becomes owned. */
  preview(desired: IpvsTable, drainSeconds?: DrainSeconds): Result<readonly PlanLine[], SystemError>;
  /** Removes the owned services at stop, from memory like `adjust`; `everything` empties the whole table (lvs_flush_on_stop). */
  release(extent: 'owned' | 'everything'): ReconcileReport;
  /** Empties the whole table at start (lvs_flush). */
  flush(): Result<void, SystemError>;
  /** operations that the kernel accepted since start */
  readonly writes: number;
}

export interface ReconcilerPorts {
  readonly kernel: IpvsKernel;
  readonly log: Log;
  readonly ownership: OwnershipStore;
}

export function createReconciler({ kernel, log, ownership }: ReconcilerPorts): Reconciler {
  const owned = new Set(ownership.load());
  /** owned by a daemon before this one, and not wanted by this one so far */
  const inherited = new Set(owned);
  /** what the kernel held after the last operation; null = unknown */
  let remembered: IpvsTable | null = null;
  let writes = 0;

  /** Applies a plan from `actual` to `desired` and remembers where it led. */
  const write = (operations: readonly IpvsOperation[], desired: IpvsTable, actual: IpvsTable): Outcome => {
    const answers = operations.length === 0 ? [] : kernel.apply(operations);
    const outcome = outcomeOf(operations, answers);
    remembered = outcome.refused.length === 0 ? plannedTable(desired, actual, operations) : null;
    writes += outcome.written.length;
    disown(outcome.written);
    return outcome;
  };

  const disown = (written: readonly IpvsOperation[]): void => {
    const removed = written.flatMap((operation) =>
      operation.kind === 'remove_service' ? [serviceKeyText(operation.service)] : [],
    );
    if (removed.length === 0) return;
    const leftOver = removed.filter((key) => inherited.delete(key)).length;
    if (leftOver > 0) log(ipvsLog.leftOver({ services: leftOver }));
    for (const key of removed) owned.delete(key);
    ownership.store(owned);
  };

  const readTable = (): Result<IpvsTable, SystemError> => {
    const read = kernel.readTable();
    if (read.ok) return read;
    remembered = null;
    log(ipvsLog.unreadable({ error: read.error }));
    return read;
  };

  const look = (): IpvsTable | null => {
    const actual = readTable();
    if (actual.ok) remembered = actual.value;
    return remembered;
  };

  /** Before the kernel hears of it: a crash in between must not make an orphan. */
  const own = (desired: IpvsTable): void => {
    const before = owned.size;
    for (const key of desired.keys()) {
      owned.add(key);
      inherited.delete(key);
    }
    if (owned.size > before) ownership.store(owned);
  };
  const plan = (desired: IpvsTable, actual: IpvsTable): readonly IpvsOperation[] =>
    planIpvs(desired, actual, (key) => owned.has(key));

  const reconcile = (desired: IpvsTable): ReconcileReport => {
    own(desired);
    let written: readonly IpvsOperation[] = [];
    let refused: readonly Refusal[] = [];
    for (let round = 0; round < RECONCILE_ROUNDS_MAX; round++) {
      const actual = readTable();
      if (!actual.ok) return { written, refused, unreadable: actual.error };
      const operations = plan(desired, actual.value);
      if (round === 0) noteRepair(desired, operations);
      const outcome = write(operations, desired, actual.value);
      written = written.concat(outcome.written);
      refused = outcome.refused;
      // the table was read a moment ago: when nothing was accepted, asking again would only repeat the
      // refusal; but an answer that was lost is no refusal
      const isCertain = !refused.some(({ error }) => OUTCOME_UNKNOWN.has(error.code));
      if (refused.length === 0 || (outcome.written.length === 0 && isCertain)) break;
    }
    logRefusals(log, refused);
    return { written, refused, unreadable: null };
  };

  /** Says so when the table was right after the last write and is not any more: somebody else changed it. */
  const noteRepair = (desired: IpvsTable, operations: readonly IpvsOperation[]): void => {
    if (remembered === null || operations.length === 0) return;
    if (plan(desired, remembered).length === 0) log(ipvsLog.repaired({ operations: operations.length }));
  };

  const adjust = (desired: IpvsTable): ReconcileReport => {
    if (remembered === null) return reconcile(desired);
    own(desired);
    const { written, refused } = write(plan(desired, remembered), desired, remembered);
    if (refused.length === 0) return { written, refused, unreadable: null };
    const repair = reconcile(desired);
    return { ...repair, written: [...written, ...repair.written] };
  };

  const audit = (some: IpvsTable, repair: boolean): AuditReport => {
    const read = kernel.readServices([...some.values()].map(({ config }) => config.key));
    if (!read.ok) return { drift: [], refused: [], unreadable: read.error };
    const operations = plan(some, read.value);
    const drift = operations.map((operation) => operationWithChanges(operation, read.value));
    if (drift.length === 0 || !repair) return { drift, refused: [], unreadable: null };
    const { written, refused } = outcomeOf(operations, kernel.apply(operations));
    writes += written.length;
    if (refused.length > 0) remembered = null;
    else if (remembered !== null) {
      remembered = new Map([...remembered, ...plannedTable(some, read.value, operations)]);
    }
    return { drift, refused, unreadable: null };
  };

  const preview: Reconciler['preview'] = (desired, drainSeconds) =>
    mapResult(kernel.readTable(), (table) =>
      plan(desired, table).map((operation) => planLine(operation, table, drainSeconds)),
    );

  const empty = (because: 'lvs_flush' | 'lvs_flush_on_stop'): Result<void, SystemError> => {
    const flushed = kernel.flush();
    remembered = null;
    if (flushed.ok) {
      writes += 1;
      owned.clear();
      ownership.store(owned);
      log(ipvsLog.flushed({ because }));
    } else log(ipvsLog.unreadable({ error: flushed.error }));
    return flushed;
  };

  const release = (extent: 'owned' | 'everything'): ReconcileReport => {
    if (extent === 'owned') return adjust(new Map());
    const emptied = empty('lvs_flush_on_stop');
    return { written: [], refused: [], unreadable: emptied.ok ? null : emptied.error };
  };

  return {
    reconcile,
    look,
    adjust,
    audit,
    preview,
    release,
    flush: () => empty('lvs_flush'),
    get writes() {
      return writes;
    },
  };
}

interface Outcome {
  readonly written: readonly IpvsOperation[];
  readonly refused: readonly Refusal[];
}

function outcomeOf(operations: readonly IpvsOperation[], answers: readonly (SystemError | null)[]): Outcome {
  const written: IpvsOperation[] = [];
  const refused: Refusal[] = [];
  for (const [i, operation] of operations.entries()) {
    const error = answers[i] ?? null;
    if (error === null) written.push(operation);
    else refused.push({ operation, error });
  }
  return { written, refused };
}

/** A service that could not be added makes each of its destinations fail too: those are not worth a line. */
function logRefusals(log: Log, refused: readonly Refusal[]): void {
  const missing = new Set(
    refused.flatMap(({ operation }) =>
      operation.kind === 'add_service' ? [serviceKeyText(operation.service.key)] : [],
    ),
  );
  const causes = refused.filter(
    ({ operation }) =>
      operation.kind !== 'add_destination' || !missing.has(serviceKeyText(operation.service)),
  );
  for (const refusal of causes.slice(0, REFUSALS_LOGGED_MAX)) log(ipvsLog.refused({ ...refusal }));
  if (causes.length > REFUSALS_LOGGED_MAX) {
    log(ipvsLog.moreRefused({ count: causes.length - REFUSALS_LOGGED_MAX }));
  }
}
