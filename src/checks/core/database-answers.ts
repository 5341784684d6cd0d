/** What the answers of a database mean: the first row of a query, the state of a replica. */
import { type Micros, toSeconds } from '../../base/units.ts';
import type { DatabaseQuery } from '../../config/model/service-checkers.ts';
import { failed, PASSED, type ProbeResult } from './probe-result.ts';
import { shownText } from './service-failure.ts';

/** `row` null = the query gave none; a column is null where SQL says NULL. */
export function judgeRow({ expected }: DatabaseQuery, row: readonly (string | null)[] | null): ProbeResult {
  if (row === null) return failed({ kind: 'no_row' });
  if (expected === null) return PASSED;
  const value = row[0] ?? null;
  if (value === expected) return PASSED;
  const shown = value === null ? null : shownText(value, null);
  return failed({ kind: 'unwanted_value', what: "the query's value", value: shown, wanted: expected });
}

export function judgeFlag(what: string, wanted: boolean | null, found: boolean): ProbeResult {
  if (wanted === null || wanted === found) return PASSED;
  return failed({ kind: 'unwanted_value', what, value: onOff(found), wanted: onOff(wanted) });
}

const onOff = (value: boolean): string => (value ? 'on' : 'off');

/** One source that a server replicates. */
export interface ReplicaState {
  /** whole seconds; null = replication does not run */
  readonly lag: number | null;
  /** why it does not run; empty = not known */
  readonly error: string;
}

/** The worst of all sources counts; a server without any is nobody's replica, and late in nothing. */
export function judgeReplicas(maxLag: Micros, states: readonly ReplicaState[]): ProbeResult {
  const limit = toSeconds(maxLag);
  const stopped = states.find(({ lag }) => lag === null);
  if (stopped !== undefined) {
    const detail = shownText(stopped.error, null) || 'it is stopped';
    return failed({ kind: 'replication_broken', detail });
  }
  const lag = Math.max(0, ...states.map((state) => state.lag ?? 0));
  return lag <= limit ? PASSED : failed({ kind: 'replication_late', lag, limit });
}

/** A row of SHOW REPLICA STATUS, SHOW SLAVE STATUS or SHOW ALL SLAVES STATUS, by the names of its columns. */
export function replicaState(row: Readonly<Record<string, string | null>>): ReplicaState {
  const lag = row['Seconds_Behind_Source'] ?? row['Seconds_Behind_Master'] ?? null;
  return {
    lag: lag === null || lag === '' ? null : Number(lag),
    error: row['Last_SQL_Error'] || row['Last_IO_Error'] || '',
  };
}
