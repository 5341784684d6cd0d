/** What happens to one BFD session (RFC 5880 §6.8): a packet comes, a deadline passes, the configuration changes, the end.
 *
 *                 Down heard                    Init or Up heard
 *        ┌──────┐ ──────────▶ ┌──────┐ ─────────────────────────▶ ┌──────┐
 *        │ Down │             │ Init │                            │  Up  │
 *        └──────┘ ◀────────── └──────┘      ┌───────────────────▶ └──────┘
 *          │  ▲   AdminDown heard, silence  │ Init heard             │
 *          └──┼─────────────────────────────┘                        │
 *             └──────────────────────────────────────────────────────┘
 *                       Down or AdminDown heard, silence
 *
 *  A change of state is sent at once and not at the next interval (§6.8.7). */
import type { LogEntry } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { Prng } from '../../base/prng.ts';
import { after, elapsed, type Instant, micros, millis } from '../../base/units.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import { type ControlPacket, DIAGNOSTIC, type SessionStateName } from '../wire/control-packet.ts';
import { bfdLog } from './log-events.ts';
import {
  detectionAt,
  detectionTime,
  intervalsOf,
  NOBODY,
  type Session,
  type SessionCounters,
  transmitAt,
  verdictAt,
} from './session.ts';

export type SessionAction =
  | { readonly kind: 'send_packet'; readonly session: string; readonly packet: ControlPacket }
  | { readonly kind: 'write_log'; readonly entry: LogEntry };

/** A session on its way through one event, with what it has ordered so far. */
interface Course {
  readonly session: Session;
  readonly actions: readonly SessionAction[];
}

export type SessionStep = readonly [Session, readonly SessionAction[]];

/** Between two answers to polls: a storm of them is answered no faster than any peer may ask (RFC 5880 §6.8.7 allows a
 *  limit up to the advertised Desired Min TX Interval, and that is a millisecond at least). */
const FINAL_GAP = millis(1);
/** A packet that says goodbye may be lost. */
const FAREWELL_PACKETS = 3;
/** RFC 5880 §6.8.7: parts of an interval; with a multiplier of 1 the packet must not be almost too late. */
const JITTER_MIN = 0.75;
const JITTER_MAX = 1;
const JITTER_MAX_ALONE = 0.9;

const done = ({ session, actions }: Course): SessionStep => [session, actions];
const begin = (session: Session): Course => ({ session, actions: [] });
const say = ({ session, actions }: Course, ...entries: readonly LogEntry[]): Course => ({
  session,
  actions: [...actions, ...entries.map((entry) => ({ kind: 'write_log', entry }) as const)],
});
const counted = (session: Session, counter: keyof SessionCounters): Session => ({
  ...session,
  counters: { ...session.counters, [counter]: session.counters[counter] + 1 },
});

/** A valid packet of the neighbour's, with the TTL that it must have (RFC 5880 §6.8.6 from the look-up on). */
export function packetReceived(
  before: Session,
  packet: ControlPacket,
  now: Instant,
  random: Prng,
): SessionStep {
  const heard = begin(heardFrom(counted(before, 'received'), packet, now));
  const [was, is] = [detectionTime(before), detectionTime(heard.session)];
  const noted =
    was === is
      ? heard
      : say(heard, bfdLog.detectionChanged({ session: before.config.name, before: was, now: is }));
  const next = stateAfter(before.state, packet.state);
  const course = next === before.state ? noted : enter(noted, next, DIAGNOSTIC.NEIGHBOUR_DOWN, now);
  if (packet.poll && mayAnswer(course.session, now)) {
    return done(answer(course, now));
  }
  return done(next === before.state ? course : send(course, now, random));
}

/** What the packet says becomes what is known; F ends a poll sequence, and with it what waited for its end. */
function heardFrom(session: Session, packet: ControlPacket, now: Instant): Session {
  const { state, diagnostic, minTx, minRx, multiplier, demand } = packet;
  const remote = {
    discriminator: packet.myDiscriminator,
    state,
    diagnostic,
    minTx,
    minRx,
    multiplier,
    demand,
  };
  const heard = { ...session, remote, heardAt: now };
  return packet.final && session.polling ? { ...heard, polling: false, inUse: session.advertised } : heard;
}

/** RFC 5880 §6.2 and §6.8.6. */
function stateAfter(own: SessionStateName, heard: SessionStateName): SessionStateName {
  switch (own) {
    case 'admin_down':
      return own;
    case 'down':
      if (heard === 'down') return 'init';
      return heard === 'init' ? 'up' : own;
    case 'init':
      if (heard === 'admin_down') return 'down';
      return heard === 'down' ? own : 'up';
    case 'up':
      return heard === 'init' || heard === 'up' ? own : 'down';
    default:
      return exhaustive(own);
  }
}

const mayAnswer = ({ finalSentAt }: Session, now: Instant): boolean =>
  finalSentAt === null || elapsed(finalSentAt, now) >= FINAL_GAP;

/** `why` is the diagnostic of a session that goes down; on the way up it says nothing. */
function enter(course: Course, state: SessionStateName, why: number, now: Instant): Course {
  const before = course.session;
  const { config } = before;
  const diagnostic = state === 'up' ? DIAGNOSTIC.NONE : state === 'init' ? before.diagnostic : why;
  const advertised = intervalsOf(config, state);
  const polling = state === 'up' && advertised.minTx !== before.advertised.minTx;
  const moved = { ...before, state, diagnostic, advertised, inUse: advertised, polling, changedAt: now };
  const entered = bfdLog.entered({
    session: config.name,
    state,
    local: diagnostic,
    remote: before.remote.diagnostic,
  });
  const told = say({ ...course, session: judged(before, moved) }, entered);
  return polling ? say(told, bfdLog.pollBegins({ session: config.name })) : told;
}

/** Up is told at once, and so is the end of it; on the way up there is no news. */
function judged(before: Session, session: Session): Session {
  if (session.state === 'up') return counted({ ...session, verdict: 'up' }, 'ups');
  return before.state === 'up' ? counted({ ...session, verdict: 'down' }, 'downs') : session;
}

/** The answer to a poll; the next packet leaves when it would have left. */
function answer(course: Course, now: Instant): Course {
  const sent = counted({ ...course.session, finalSentAt: now }, 'sent');
  return ordered(course, sent, true);
}

function send(course: Course, now: Instant, random: Prng): Course {
  const { session } = course;
  const sent = counted({ ...session, sentAt: now, jitter: drawJitter(session.config, random) }, 'sent');
  return ordered(course, sent, false);
}

const ordered = ({ actions }: Course, session: Session, final: boolean): Course => ({
  session,
  actions: [
    ...actions,
    { kind: 'send_packet', session: session.config.name, packet: packetOf(session, final) },
  ],
});

/** RFC 5880 §6.5: a packet never has both P and F. */
const packetOf = (session: Session, final: boolean): ControlPacket => ({
  state: session.state,
  diagnostic: session.diagnostic,
  poll: session.polling && !final,
  final,
  demand: false,
  multiplier: session.config.multiplier,
  myDiscriminator: session.discriminator,
  yourDiscriminator: session.remote.discriminator,
  ...session.advertised,
});

function drawJitter({ multiplier }: BfdInstance, random: Prng): number {
  const most = multiplier === 1 ? JITTER_MAX_ALONE : JITTER_MAX;
  return JITTER_MIN + random.next() * (most - JITTER_MIN);
}

/** Everything whose time has come. */
export function sessionDue(session: Session, now: Instant, random: Prng): SessionStep {
  let course = begin(session);
  if (isDue(detectionAt(session), now)) course = silent(course, now, random);
  if (isDue(verdictAt(course.session), now))
    course = { ...course, session: { ...course.session, verdict: 'down' } };
  if (isDue(transmitAt(course.session), now)) course = send(course, now, random);
  return done(course);
}

const isDue = (at: Instant | null, now: Instant): boolean => at !== null && at <= now;

/** Nothing valid came for a detection time: the neighbour is unknown again (RFC 5880 §6.8.1, §6.8.4). */
function silent(course: Course, now: Instant, random: Prng): Course {
  const { session } = course;
  const forgotten = { ...session, remote: { ...session.remote, discriminator: 0, minRx: NOBODY.minRx } };
  if (session.state !== 'init' && session.state !== 'up') return { ...course, session: forgotten };
  const silence = detectionTime(session);
  const overdue = elapsed(after(session.heardAt ?? now, silence), now);
  const expired = say(
    { ...course, session: forgotten },
    bfdLog.expired({ session: session.config.name, silence, overdue }),
  );
  return send(enter(expired, 'down', DIAGNOSTIC.TIME_EXPIRED, now), now, random);
}

/** The same session with other timers. RFC 5880 §6.8.3: while it is Up the neighbour agrees first, by a poll sequence, to a
 *  slower pace of sending and to less patience. */
export function retimed(session: Session, config: BfdInstance): SessionStep {
  const advertised = intervalsOf(config, session.state);
  const { inUse } = session;
  const isUp = session.state === 'up';
  const changed =
    advertised.minTx !== session.advertised.minTx || advertised.minRx !== session.advertised.minRx;
  const next: Session = {
    ...session,
    config,
    advertised,
    inUse: isUp
      ? {
          minTx: micros(Math.min(advertised.minTx, inUse.minTx)),
          minRx: micros(Math.max(advertised.minRx, inUse.minRx)),
        }
      : advertised,
    polling: session.polling || (isUp && changed),
  };
  const begins = next.polling && !session.polling;
  return done(begins ? say(begin(next), bfdLog.pollBegins({ session: config.name })) : begin(next));
}

/** The end of a session that was configured: the neighbour is told that nothing is broken (RFC 5880 §6.8.16). */
export function farewell(session: Session, now: Instant, random: Prng): readonly SessionAction[] {
  let course = enter(begin(session), 'admin_down', DIAGNOSTIC.ADMIN_DOWN, now);
  if (session.remote.discriminator === 0) return course.actions;
  for (let i = 0; i < FAREWELL_PACKETS; i++) course = send(course, now, random);
  return course.actions;
}
