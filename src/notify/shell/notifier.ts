/** The notifications of the whole daemon, in the parent: it runs the scripts, writes the FIFOs and sends the mails that
 *  the children's deliveries ask for. The children are never held up by any of it, and what waits here outlives them.
 *
 *      delivery ──▶ script queues ──▶ program runner ──▶ outcome
 *              ├──▶ FIFOs of its half ──▶ readers
 *              └──▶ mail queue ──▶ relay ──▶ taken or not
 */
import type { Log } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import { after, elapsed, type Instant, MICROS_PER_MILLI, seconds } from '../../base/units.ts';
import type { Config } from '../../config/model/config.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import type { MailRelay } from '../../ports/mail.ts';
import type { ProgramRunner, RunningProgram } from '../../ports/programs.ts';
import type { Delivery } from '../core/delivery.ts';
import {
  EMPTY_MAIL_QUEUE,
  type MailAction,
  type MailEvent,
  type MailQueue,
  nextMailDeadline,
  stepMails,
} from '../core/mail-queue.ts';
import { envelopeAddress, messageText } from '../core/mail-text.ts';
import { objectsOf } from '../core/objects.ts';
import {
  emptyQueues,
  isIdle,
  type QueueAction,
  type QueueEvent,
  type RunId,
  type ScriptQueues,
  stepQueues,
} from '../core/script-queue.ts';
import { mailStatus, type NotifyStatus, objectStatuses } from '../core/status.ts';
import { FifoSet } from './fifo-set.ts';
import { outcomeOf } from './outcome.ts';

export interface NotifierPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly programs: ProgramRunner;
  readonly relay: MailRelay;
}

/** What a script gets that is told of an end, and how long a stop waits for scripts, readers and mails (behaviour.md
 *  section 14). */
const ENDING_LIMIT = seconds(1);

export class Notifier {
  readonly #ports: NotifierPorts;
  readonly #fifos: FifoSet;
  readonly #programs = new Map<RunId, RunningProgram>();
  readonly #mailAlarm: Alarm;
  #config: Config;
  #queues: ScriptQueues = emptyQueues();
  #mails: MailQueue = EMPTY_MAIL_QUEUE;
  #onQuiet: (() => void) | null = null;

  constructor(ports: NotifierPorts, config: Config) {
    this.#ports = ports;
    this.#config = config;
    this.#mailAlarm = ports.clock.alarm(() => this.#mail({ kind: 'deadline_reached' }));
    this.#fifos = new FifoSet({ ...ports, settings: () => this.#config.global.scripts });
    this.#fifos.reconfigure(config.global.notify);
  }

  deliver(delivery: Delivery): void {
    if (delivery.line !== null) this.#fifos.write(delivery.half, delivery.line);
    this.#queue({ kind: 'delivered', delivery });
    if (delivery.mail !== null) this.#mail({ kind: 'mail_written', mail: delivery.mail });
  }

  /** Before the children hear of the new configuration: they tell of it on its FIFOs. */
  reconfigure(config: Config): void {
    this.#config = config;
    this.#fifos.reconfigure(config.global.notify);
    const objects = objectsOf(config);
    this.#queue({ kind: 'objects_changed', exists: (object) => objects.has(object) });
    this.#mail({ kind: 'settings_changed' });
  }

  /** The daemon begins to stop: what runs is asked to end, so that the scripts of STOP get their turn. */
  beginStop(): void {
    this.#queue({ kind: 'stop_requested' });
  }

  /** Every child is gone. Resolves when all is told, or after a second; nothing runs any more then. */
  async finish(): Promise<void> {
    this.beginStop();
    const { clock } = this.#ports;
    const readersGone = this.#fifos.close();
    const quiet = new Promise<void>((resolve) => {
      this.#onQuiet = resolve;
      this.#announceQuiet();
    });
    await within(clock, Promise.all([quiet, readersGone]));
    this.#mailAlarm.set(null);
    this.#fifos.endReaders();
    for (const program of this.#programs.values()) program.end();
  }

  status(): NotifyStatus {
    const { clock } = this.#ports;
    const [wall, now] = [clock.wall(), clock.now()];
    const wallOf = (at: Instant): number => Math.round(wall - elapsed(at, now) / MICROS_PER_MILLI);
    return {
      objects: objectStatuses(this.#queues, wallOf),
      fifos: this.#fifos.status(),
      mail: mailStatus(this.#mails, wallOf),
    };
  }

  #queue(event: QueueEvent): void {
    const [queues, actions] = stepQueues(this.#queues, event, this.#ports.clock.now());
    this.#queues = queues;
    for (const action of actions) this.#carryOut(action);
    this.#announceQuiet();
  }

  #carryOut(action: QueueAction): void {
    switch (action.kind) {
      case 'run_script':
        return this.#run(action);
      case 'end_script':
        return this.#programs.get(action.run)?.end();
      case 'log':
        return this.#ports.log(action.entry);
      default:
        return exhaustive(action);
    }
  }

  #run({ run, command, ending }: Extract<QueueAction, { kind: 'run_script' }>): void {
    const { scripts: settings, notify } = this.#config.global;
    const timeout = ending ? ENDING_LIMIT : notify.timeout;
    const program = this.#ports.programs.run({ ...command, settings, timeout }, (result) => {
      this.#programs.delete(run);
      this.#queue({ kind: 'script_ended', run, outcome: outcomeOf(result) });
    });
    this.#programs.set(run, program);
  }

  #mail(event: MailEvent): void {
    const [mails, actions] = stepMails(this.#mails, event, this.#ports.clock.now());
    this.#mails = mails;
    for (const action of actions) this.#carryOutMail(action);
    this.#mailAlarm.set(nextMailDeadline(this.#mails));
    this.#announceQuiet();
  }

  #carryOutMail(action: MailAction): void {
    if (action.kind === 'log') this.#ports.log(action.entry);
    else void this.#send(action);
  }

  /** One attempt; how it went comes back as an event. */
  async #send({ mail, writtenAt }: Extract<MailAction, { kind: 'send_mail' }>): Promise<void> {
    const { server, from, recipients, heloName, connectTimeout: timeout } = this.#config.global.mail;
    const { clock, relay } = this.#ports;
    if (server === null || recipients.length === 0) {
      // a reload took the relay away while this mail waited
      const reason = 'smtp_server or notification_email is no longer configured';
      await null;
      return this.#mail({ kind: 'mail_failed', reason, permanent: true });
    }
    const wall = clock.wall() - elapsed(writtenAt, clock.now()) / MICROS_PER_MILLI;
    const zoneMinutes = -new Date(wall).getTimezoneOffset();
    const text = messageText({ from: from ?? '', recipients }, mail, { wall, zoneMinutes });
    const envelope = {
      from: envelopeAddress(from ?? ''),
      recipients: recipients.map(envelopeAddress),
    };
    const sent = await relay.send({ server, heloName, timeout, ...envelope, text });
    this.#mail(sent.ok ? { kind: 'mail_taken' } : { kind: 'mail_failed', ...sent.error });
  }

  /** Quiet is also when mails wait for a later attempt: there will be none. */
  #announceQuiet(): void {
    if (isIdle(this.#queues) && !this.#mails.isSending) this.#onQuiet?.();
  }
}

/** Resolves with the work or at the end of ENDING_LIMIT. */
function within(clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const alarm = clock.alarm(() => resolve());
    alarm.set(after(clock.now(), ENDING_LIMIT));
    void work.then(() => {
      alarm.set(null);
      resolve();
    });
  });
}
