/** The shapes a log line can take on its way out: for a person's console, for journald, for a syslog
 *  socket. Pure. */
import type { LogLevel } from '../base/log.ts';

/** syslog(3) severities. */
export const SEVERITY: Readonly<Record<LogLevel, number>> = {
  alert: 1,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** Who writes: `vipd_vrrp[4711]`. */
export interface Writer {
  readonly ident: string;
  readonly pid: number;
  /** of syslog.h; LOG_DAEMON is 3 */
  readonly facility: number;
}

export interface Line {
  /** one of SEVERITY */
  readonly severity: number;
  readonly text: string;
  /** milliseconds since 1970 */
  readonly wall: number;
}

export type LineFormat = (line: Line, writer: Writer) => string;

/** `{"level":"notice",…}`: JSON carries its own time and names. */
export const bareLine: LineFormat = ({ text }) => `${text}\n`;

/** `2026-11-20T07:10:11.123 vipd_vrrp[4711]: (VI_1) Entering MASTER STATE`, local time. */
export const consoleLine: LineFormat = ({ text, wall }, { ident, pid }) =>
  `${localTime(wall)} ${ident}[${pid}]: ${oneLine(text)}\n`;

/** `<5>(VI_1) Entering MASTER STATE`: sd-daemon(3). journald knows the time, the program and the pid
 *  itself. */
export const journalLine: LineFormat = ({ severity, text }) => `<${severity}>${oneLine(text)}\n`;

/** `<29>Nov 20 07:10:11 vipd_vrrp[4711]: …`: a datagram for /dev/log as syslog(3) writes it (RFC 3164
 *  section 4.1 without the host). */
export const syslogLine: LineFormat = ({ severity, text, wall }, { ident, pid, facility }) =>
  `<${facility * 8 + severity}>${syslogTime(new Date(wall))} ${ident}[${pid}]: ${oneLine(text)}`;

function syslogTime(date: Date): string {
  const [month, day] = [date.toDateString().slice(4, 7), String(date.getDate()).padStart(2)];
  return `${month} ${day} ${date.toTimeString().slice(0, 8)}`;
}

/** ISO 8601 without a zone, in the machine's zone: what an operator's watch shows. */
export function localTime(wall: number): string {
  const zoneMillis = new Date(wall).getTimezoneOffset() * 60_000;
  return new Date(wall - zoneMillis).toISOString().slice(0, -1);
}

/** One entry is one line: what came from a peer or a file must neither forge another nor move a cursor. */
const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, hexEscape);

const hexEscape = (c: string): string => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
