/** The log lines of the notifications. Those about mail are keepalived's words. */
import { catalogue, row } from '../../base/log.ts';

interface ScriptFailure {
  readonly [field: string]: unknown;
  readonly object: string;
  readonly event: string;
  readonly program: string;
  /** `exited with status 3` */
  readonly how: string;
}
interface Superseded {
  readonly [field: string]: unknown;
  readonly object: string;
  readonly event: string;
  readonly by: string;
  readonly superseded: number;
}

export const notifyLog = catalogue({
  scriptFailed: row(
    'notify_script_failed',
    'warning',
    (f: ScriptFailure) => `Notify script ${f.program} for ${f.object} ${f.event} ${f.how}`,
  ),
  superseded: row(
    'notify_superseded',
    'notice',
    (f: Superseded) => `No script is run for ${f.object} ${f.event}: it is ${f.by} by now`,
  ),

  mailConnected: row(
    'mail_connected',
    'info',
    (f: { server: string }) => `Remote SMTP server ${f.server} connected.`,
  ),
  mailSent: row(
    'mail_sent',
    'info',
    (f: { subject: string }) => `SMTP alert successfully sent. (${f.subject})`,
  ),
  mailFailed: row(
    'mail_failed',
    'warning',
    (f: { reason: string; waiting: number; delaySeconds: number }) =>
      `SMTP alert not sent, ${f.waiting} waiting, next attempt in ${f.delaySeconds} s: ${f.reason}`,
  ),
  mailRefused: row(
    'mail_refused',
    'error',
    (f: { subject: string; reason: string }) => `SMTP alert given up (${f.subject}): ${f.reason}`,
  ),
  mailDropped: row(
    'mail_dropped',
    'error',
    (f: { dropped: number; limit: number }) =>
      `SMTP alerts are produced faster than they can be sent: more than ${f.limit} wait, ${f.dropped} dropped so far`,
  ),

  fifoOpened: row('fifo_opened', 'info', (f: { path: string }) => `Writing events to FIFO ${f.path}`),
  fifoUnusable: row(
    'fifo_unusable',
    'error',
    (f: { path: string; reason: string }) => `FIFO ${f.path} cannot be used: ${f.reason}`,
  ),
  fifoFull: row(
    'fifo_full',
    'warning',
    (f: { path: string; dropped: number }) =>
      `Nobody reads FIFO ${f.path}: it is full, ${f.dropped} lines dropped so far`,
  ),
  fifoReads: row(
    'fifo_reads',
    'notice',
    (f: { path: string; dropped: number }) => `FIFO ${f.path} is read again; ${f.dropped} lines were dropped`,
  ),
  readerEnded: row(
    'fifo_reader_ended',
    'warning',
    (f: { path: string; program: string; how: string; delaySeconds: number }) =>
      `Reader ${f.program} of FIFO ${f.path} ${f.how}: starting it again in ${f.delaySeconds} s`,
  ),

  lifeScript: row(
    'life_script_ended',
    'notice',
    (f: { program: string; when: string; how: string }) => `${f.when} script ${f.program} ${f.how}`,
  ),
  replayed: row(
    'notify_replayed',
    'notice',
    (f: { count: number }) => `The present state of ${f.count} objects is told again`,
  ),
});
