/** Mails on their way to the relay as a pure machine: one at a time, in order, with back-off while the relay does not
 *  take them. keepalived tries once; an alert about a broken network is worth more patience than that.
 *
 *      mail_written ──▶ waiting ──▶ sending ──▶ gone
 *                          ▲          │ not taken: back-off
 *                          └──────────┘
 */
import type { LogEntry } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import { after, elapsed, type Instant, seconds, toSeconds } from '../../base/units.ts';
import type { Mail } from './delivery.ts';
import { notifyLog } from './log-events.ts';

/** Above it the oldest are dropped: the newest tell what is so. */
export const MAILS_WAITING_MAX = 256;
/** An alert that could not be sent for so long tells nothing any more. */
export const MAIL_AGE_MAX = seconds(3600);
const RETRY_DELAYS = [5, 10, 20, 40, 80, 160, 300].map(seconds);

export interface WaitingMail {
  readonly mail: Mail;
  readonly writtenAt: Instant;
}

export interface MailQueue {
  /** the oldest first; the one that is being sent is the first of them */
  readonly waiting: readonly WaitingMail[];
  readonly isSending: boolean;
  /** attempts that failed in a row */
  readonly failedInRow: number;
  /** nothing is sent before; null = at once */
  readonly retryAt: Instant | null;
  readonly sent: number;
  readonly failures: number;
  readonly dropped: number;
  readonly lastFailure: { readonly reason: string; readonly at: Instant } | null;
}

export type MailEvent =
  | { readonly kind: 'mail_written'; readonly mail: Mail }
  | { readonly kind: 'mail_taken' }
  /** `permanent`: this mail will never be taken; otherwise it is tried again */
  | { readonly kind: 'mail_failed'; readonly reason: string; readonly permanent: boolean }
  | { readonly kind: 'deadline_reached' }
  /** another relay perhaps: no reason to wait for the back-off */
  | { readonly kind: 'settings_changed' };

export type MailAction =
  | { readonly kind: 'send_mail'; readonly mail: Mail; readonly writtenAt: Instant }
  | { readonly kind: 'log'; readonly entry: LogEntry };

export type MailStep = readonly [MailQueue, readonly MailAction[]];

export const EMPTY_MAIL_QUEUE: MailQueue = {
  waiting: [],
  isSending: false,
  failedInRow: 0,
  retryAt: null,
  sent: 0,
  failures: 0,
  dropped: 0,
  lastFailure: null,
};

export const nextMailDeadline = ({ retryAt, isSending, waiting }: MailQueue): Instant | null =>
  isSending || waiting.length === 0 ? null : retryAt;

export function stepMails(queue: MailQueue, event: MailEvent, now: Instant): MailStep {
  switch (event.kind) {
    case 'mail_written':
      return sendNext(...write(queue, event.mail, now), now);
    case 'mail_taken':
      return sendNext(...taken(queue), now);
    case 'mail_failed':
      return sendNext(...failed(queue, event, now), now);
    case 'deadline_reached':
      return sendNext(queue, [], now);
    case 'settings_changed':
      return sendNext({ ...queue, retryAt: null, failedInRow: 0 }, [], now);
    default:
      return exhaustive(event);
  }
}

/** The mail that is being sent is never the one that is dropped. */
function write(queue: MailQueue, mail: Mail, now: Instant): MailStep {
  const waiting = [...queue.waiting, { mail, writtenAt: now }];
  if (waiting.length <= MAILS_WAITING_MAX) return [{ ...queue, waiting }, []];
  waiting.splice(queue.isSending ? 1 : 0, 1);
  const dropped = queue.dropped + 1;
  const full = { ...queue, waiting, dropped };
  // one line for the first of a flood, not one for each
  const isNews = queue.waiting.length === MAILS_WAITING_MAX && dropped % MAILS_WAITING_MAX === 1;
  return [full, isNews ? [logAction(notifyLog.mailDropped({ dropped, limit: MAILS_WAITING_MAX }))] : []];
}

function taken(queue: MailQueue): MailStep {
  const [first, ...waiting] = queue.waiting;
  const subject = first?.mail.subject ?? '';
  const next = { ...queue, waiting, isSending: false, failedInRow: 0, retryAt: null, sent: queue.sent + 1 };
  return [next, [logAction(notifyLog.mailSent({ subject }))]];
}

function failed(
  queue: MailQueue,
  { reason, permanent }: Extract<MailEvent, { kind: 'mail_failed' }>,
  now: Instant,
): MailStep {
  const [first, ...others] = queue.waiting;
  const tooOld = first !== undefined && elapsed(first.writtenAt, now) >= MAIL_AGE_MAX;
  const counted = {
    ...queue,
    isSending: false,
    failures: queue.failures + 1,
    lastFailure: { reason, at: now },
  };
  const delay = RETRY_DELAYS[Math.min(queue.failedInRow, RETRY_DELAYS.length - 1)] ?? MAIL_AGE_MAX;
  if (permanent || tooOld) {
    const refused = logAction(notifyLog.mailRefused({ subject: first?.mail.subject ?? '', reason }));
    // a relay that was reached and said no to one mail may take the next; one that was not is left in peace
    const retryAt = permanent ? null : after(now, delay);
    return [{ ...counted, waiting: others, dropped: queue.dropped + 1, retryAt }, [refused]];
  }
  const next = { ...counted, failedInRow: queue.failedInRow + 1, retryAt: after(now, delay) };
  const entry = notifyLog.mailFailed({
    reason,
    waiting: queue.waiting.length,
    delaySeconds: toSeconds(delay),
  });
  return [next, [logAction(entry)]];
}

function sendNext(queue: MailQueue, actions: readonly MailAction[], now: Instant): MailStep {
  const [first] = queue.waiting;
  const mustWait = queue.retryAt !== null && queue.retryAt > now;
  if (first === undefined || queue.isSending || mustWait) return [queue, actions];
  return [{ ...queue, isSending: true }, [...actions, { kind: 'send_mail', ...first }]];
}

const logAction = (entry: LogEntry): MailAction => ({ kind: 'log', entry });
