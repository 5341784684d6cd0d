/** Log lines are a catalogue, not strings at the call site. A room declares its rows once:
 *
 *      export const vrrpLog = catalogue({
 *        entered: row('vrrp_state', 'info', (f: { instance: string; to: string }) => `(${f.instance}) Entering ${f.to} STATE`),
 *      });
 *
 *  and cores emit `vrrpLog.entered({ … })`: a plain value that a shell writes, a test compares, a replay prints. */

/** Syslog severities that vipd uses, most severe first. */
export type LogLevel = 'alert' | 'error' | 'warning' | 'notice' | 'info' | 'debug';

export interface LogEntry {
  /** stable id of the row; never reused for another meaning */
  readonly id: string;
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type LogRow<F> = (fields: F) => LogEntry;

export const row =
  <F extends Readonly<Record<string, unknown>>>(
    id: string,
    level: LogLevel,
    text: (fields: F) => string,
  ): LogRow<F> =>
  (fields) => ({ id, level, text: text(fields), fields });

/** Freezes a room's rows; the argument's shape is its type. */
export const catalogue = <T extends Readonly<Record<string, (fields: never) => LogEntry>>>(
  rows: T,
): Readonly<T> => Object.freeze(rows);

/** Where entries go. Never throws, never blocks the caller. */
export type Log = (entry: LogEntry) => void;
