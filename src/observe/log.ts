/** The log on pino: entries of the catalogues become lines on standard error or in syslog. pino gives the
 *  levels and the JSON; the destination is synchronous and our own, so there is no worker thread, no
 *  buffer and no blocking. */
import { pino, symbols } from 'pino';
import type { Log, LogEntry, LogLevel } from '../base/log.ts';
import type { Instant } from '../base/units.ts';
import type { LogOptions } from '../daemon/ipc.ts';
import { observeLog } from './log-events.ts';
import {
  bareLine,
  consoleLine,
  journalLine,
  type LineFormat,
  SEVERITY,
  syslogLine,
  type Writer,
} from './log-line.ts';
import { thisMachine } from './log-machine.ts';
import type { LineSink } from './log-sink.ts';
import { admit, type Bucket, type RateLimit } from './rate-limit.ts';

/** Lines that one catalogue row may write: ten thousand real servers may fail at once, a thousand instances change
 *  their state twice, and each is told. */
export const LOG_LIMIT_PER_ID: RateLimit = { burst: 10_000, perSecond: 500 };

/** What a log needs of the machine it runs on. */
export interface LogMachine {
  readonly pid: number;
  now(): Instant;
  /** milliseconds since 1970 */
  wall(): number;
  readonly stderr: LineSink;
  /** standard error belongs to journald */
  readonly journal: boolean;
  /** Opens /dev/log; null where it cannot be had, then standard error takes its place. */
  openSyslog(): LineSink | null;
  /** Opens a file to append to; null where that is not possible or not safe. */
  openFile(path: string): LineSink | null;
}

/** `ident` as syslog shows it: vipd, vipd_vrrp, vipd_checkers. Never throws, never blocks; see LineSink. */
export function createLog(ident: string, options: LogOptions, machine: LogMachine = thisMachine()): Log {
  const write = entryWriter(ident, options, machine);
  const quietest = SEVERITY[quietestLevel(options)];
  const buckets = new Map<string, Bucket>();
  return (entry) => {
    if (SEVERITY[entry.level] > quietest) return;
    const admission = admit(buckets.get(entry.id) ?? null, LOG_LIMIT_PER_ID, machine.now());
    buckets.set(entry.id, admission.bucket);
    if (!admission.admitted) return;
    const lines = admission.suppressedBefore;
    if (lines > 0) write(observeLog.suppressed({ id: entry.id, lines }));
    write(entry);
  };
}

/** keepalived logs nearly everything at LOG_INFO and keeps the details for -D (behaviour.md section 1). */
const quietestLevel = ({ detail }: LogOptions): LogLevel => (detail === 0 ? 'info' : 'debug');

/** pino wants numbers that rise with severity; syslog's fall. */
const pinoLevel = (level: LogLevel): number => 100 - 10 * SEVERITY[level];
const severityOf = (pinoNumber: number): number => (100 - pinoNumber) / 10;

function entryWriter(ident: string, options: LogOptions, machine: LogMachine): (entry: LogEntry) => void {
  const logger = pino(
    {
      level: 'debug',
      customLevels: {
        alert: pinoLevel('alert'),
        error: pinoLevel('error'),
        warning: pinoLevel('warning'),
        notice: pinoLevel('notice'),
        info: pinoLevel('info'),
        debug: pinoLevel('debug'),
      },
      useOnlyCustomLevels: true,
      messageKey: 'text',
      base: { ident, pid: machine.pid },
      timestamp: () => `,"time":"${new Date(machine.wall()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ ident, pid: machine.pid, facility: options.facility }, options, machine),
  );
  return ({ id, level, text, fields }) => logger[level]({ id, fields }, text);
}

/** pino hands over each entry as JSON and, because of the symbol, leaves its parts beside it. */
interface Destination {
  readonly [symbols.needsMetadataGsym]: true;
  lastLevel: number;
  lastMsg: string;
  write(json: string): void;
}

function destination(writer: Writer, options: LogOptions, machine: LogMachine): Destination {
  const outputs = chooseOutputs(writer.ident, options, machine).map((output) => ({ ...output, lost: 0 }));
  const put = ({ sink, format }: Output, severity: number, text: string): boolean =>
    sink.write(format({ severity, text, wall: machine.wall() }, writer));
  return {
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    lastMsg: '',
    write(json) {
      const text = options.format === 'json' ? json.trimEnd() : this.lastMsg;
      for (const output of outputs) {
        const { lost } = output;
        if (lost > 0 && put(output, SEVERITY.warning, observeLog.lost({ lines: lost }).text)) output.lost = 0;
        if (!put(output, severityOf(this.lastLevel), text)) output.lost += 1;
      }
    },
  };
}

interface Output {
  readonly sink: LineSink;
  readonly format: LineFormat;
}

/** The journal, the console or syslog, and besides it a file. */
function chooseOutputs(ident: string, options: LogOptions, machine: LogMachine): readonly Output[] {
  const usual = options.format === 'json' ? bareLine : consoleLine;
  const file = options.file === null ? null : machine.openFile(fileOf(options.file, ident));
  const beside = file === null ? [] : [{ sink: file, format: usual }];
  if (machine.journal && options.syslog) return [{ sink: machine.stderr, format: journalLine }, ...beside];
  const syslog = options.console || !options.syslog ? null : machine.openSyslog();
  if (syslog !== null) return [{ sink: syslog, format: syslogLine }, ...beside];
  // without syslog at the user's wish the file, or nothing, is meant
  const console = options.console || options.syslog;
  return [...(console ? [{ sink: machine.stderr, format: usual }] : []), ...beside];
}

/** `/tmp/keepalived_vrrp.log` for vipd_vrrp. */
function fileOf(path: string, ident: string): string {
  const at = path.lastIndexOf('.') > path.lastIndexOf('/') ? path.lastIndexOf('.') : path.length;
  return `${path.slice(0, at)}${ident.replace(/^vipd/, '')}${path.slice(at)}`;
}
