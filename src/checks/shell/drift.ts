/** Looks for changes that others make in vipd's services of the kernel. Netlink announces none, so a few services are read
 *  each second, in turn: a look costs little, and whatever was changed is found within one round. */
import type { Log } from '../../base/log.ts';
import { after, type Instant, seconds } from '../../base/units.ts';
import type { LvsGlobals } from '../../config/model/global.ts';
import type { IpvsTable } from '../../ipvs/core/table.ts';
import { ipvsLog } from '../../ipvs/log-events.ts';
import type { Reconciler } from '../../ipvs/shell/reconcile.ts';

/** Services of one look. */
export const SERVICES_PER_LOOK = 32;
/** From one look to the next. */
export const LOOK_PAUSE = seconds(1);
/** Changes of one look that are told one by one; the rest are counted. */
const TOLD_PER_LOOK_MAX = 10;
/** With `warn`: changes that are remembered as told; above it they are told again. */
const TOLD_MAX = 1000;

/** The table as it has to be, whole or in part. */
export interface Decided {
  /** `serviceKeyText` of each service */
  keys(): Iterable<string>;
  all(): IpvsTable;
  /** those of `keys` that there still are */
  some(keys: readonly string[]): IpvsTable;
}

export interface DriftWatch {
  setMode(mode: LvsGlobals['drift']): void;
  /** null: nothing is looked for */
  next(): Instant | null;
  /** Looks if it is time to. False: the kernel did not take the repair or could not be read. */
  look(now: Instant, decided: Decided): boolean;
  /** operations that undid somebody's change */
  readonly repairs: number;
}

export function createDriftWatch(reconciler: Reconciler, log: Log, started: Instant): DriftWatch {
  let mode: LvsGlobals['drift'] = 'ignore';
  let due = after(started, LOOK_PAUSE);
  /** services of the round that are still to be looked at */
  let waiting: string[] = [];
  let repairs = 0;
  const told = new Set<string>();

  const tell = (drift: readonly string[]): void => {
    const repaired = mode === 'repair';
    const fresh = drift.filter((change) => repaired || !told.has(change));
    for (const change of fresh.slice(0, TOLD_PER_LOOK_MAX)) log(ipvsLog.drift({ change, repaired }));
    if (fresh.length > TOLD_PER_LOOK_MAX) log(ipvsLog.moreDrift({ count: fresh.length - TOLD_PER_LOOK_MAX }));
    if (repaired) repairs += drift.length;
    else for (const change of fresh) if (told.size < TOLD_MAX) told.add(change);
  };
  return {
    setMode(next) {
      mode = next;
      told.clear();
    },
    next: () => (mode === 'ignore' ? null : due),
    look(now, decided) {
      if (mode === 'ignore' || due > now) return true;
      due = after(now, LOOK_PAUSE);
      if (waiting.length === 0) waiting = [...decided.keys()];
      const some = decided.some(waiting.splice(0, SERVICES_PER_LOOK));
      if (some.size === 0) return true;
      const report = reconciler.audit(some, mode === 'repair');
      tell(report.drift);
      return report.unreadable === null && report.refused.length === 0;
    },
    get repairs() {
      return repairs;
    },
  };
}
