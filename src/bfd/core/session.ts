/** The state of one BFD session (RFC 5880 §6.8.1) and the times that follow from it. What happens to it is in step.ts.
 *  No deadline is stored: when to send and when to give the neighbour up follow from what was sent and heard last. */
import { after, earliest, type Instant, type Micros, micros } from '../../base/units.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import { DIAGNOSTIC, type SessionStateName } from '../wire/control-packet.ts';

/** What the followers of a session are told. */
export type BfdVerdict = 'up' | 'down';

/** What the neighbour said last. */
export interface Remote {
  /** 0 = not known, or nothing was heard for a detection time */
  readonly discriminator: number;
  readonly state: SessionStateName;
  readonly diagnostic: number;
  readonly minTx: Micros;
  /** 0 = it wants no packets */
  readonly minRx: Micros;
  readonly multiplier: number;
  readonly demand: boolean;
}

/** Desired Min TX and Required Min RX. */
export interface Intervals {
  readonly minTx: Micros;
  readonly minRx: Micros;
}

export interface Session {
  readonly config: BfdInstance;
  readonly state: SessionStateName;
  /** why it left Up last */
  readonly diagnostic: number;
  /** never 0, unique in this process */
  readonly discriminator: number;
  readonly remote: Remote;
  /** what packets say */
  readonly advertised: Intervals;
  /** what counts for the own timers: a slower pace or a shorter patience waits for the neighbour's Final */
  readonly inUse: Intervals;
  /** a poll sequence: packets carry P until one with F comes */
  readonly polling: boolean;
  /** null: nothing was sent yet, the first packet leaves at once */
  readonly sentAt: Instant | null;
  /** part of the interval after which the next one leaves, 0.75..1 */
  readonly jitter: number;
  readonly finalSentAt: Instant | null;
  readonly heardAt: Instant | null;
  readonly changedAt: Instant | null;
  /** null until the session was Up, or has had the time to come up */
  readonly verdict: BfdVerdict | null;
  readonly createdAt: Instant;
  readonly counters: SessionCounters;
}

export interface SessionCounters {
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ups: number;
  readonly downs: number;
}

/** RFC 5880 §6.8.1: bfd.RemoteMinRxInterval starts as 1. */
export const NOBODY: Remote = {
  discriminator: 0,
  state: 'down',
  diagnostic: DIAGNOSTIC.NONE,
  minTx: micros(0),
  minRx: micros(1),
  multiplier: 0,
  demand: false,
};

export const NO_PACKETS: SessionCounters = { received: 0, sent: 0, dropped: 0, ups: 0, downs: 0 };

/** Both sides send their first packets, then each answers the other, at their idle pace. */
const IDLE_INTERVALS_TO_COME_UP = 3;

export function newSession(config: BfdInstance, discriminator: number, now: Instant): Session {
  const intervals = intervalsOf(config, 'down');
  return {
    config,
    state: 'down',
    diagnostic: DIAGNOSTIC.NONE,
    discriminator,
    remote: NOBODY,
    advertised: intervals,
    inUse: intervals,
    polling: false,
    sentAt: null,
    jitter: 1,
    finalSentAt: null,
    heardAt: null,
    changedAt: null,
    verdict: null,
    createdAt: now,
    counters: NO_PACKETS,
  };
}

/** RFC 5880 §6.8.3: while a session is not Up, at least a second lies between its packets. */
export const intervalsOf = (config: BfdInstance, state: SessionStateName): Intervals => ({
  minTx: state === 'up' ? config.minTx : config.idleTx,
  minRx: config.minRx,
});

/** Between two packets, before jitter (RFC 5880 §6.8.2). */
export const transmitInterval = ({ inUse, remote }: Session): Micros =>
  micros(Math.max(inUse.minTx, remote.minRx));

/** After so much silence the neighbour is gone (RFC 5880 §6.8.4); 0 before it was heard. */
export const detectionTime = ({ inUse, remote }: Session): Micros =>
  micros(remote.multiplier * Math.max(inUse.minRx, remote.minTx));

/** When the next packet is due; null while none may be sent on its own account. */
export function transmitAt(session: Session): Instant | null {
  if (!maySend(session)) return null;
  const { sentAt, jitter, createdAt } = session;
  return sentAt === null ? createdAt : after(sentAt, micros(transmitInterval(session) * jitter));
}

/** RFC 5880 §6.8.7: a passive side waits to be spoken to, and who wants no packets, or none while all is well, gets none. */
function maySend({ config, state, remote, polling }: Session): boolean {
  if (config.passive && remote.discriminator === 0) return false;
  if (remote.minRx === 0 || state === 'admin_down') return false;
  return polling || !(remote.demand && state === 'up' && remote.state === 'up');
}

/** When the neighbour counts as gone, unless it is heard before; null while it is gone. */
export const detectionAt = (session: Session): Instant | null =>
  session.heardAt === null || session.remote.discriminator === 0
    ? null
    : after(session.heardAt, detectionTime(session));

/** When a session that never came up is told to be down; null once there is a verdict. */
export const verdictAt = ({ verdict, createdAt, config }: Session): Instant | null =>
  verdict === null ? after(createdAt, micros(IDLE_INTERVALS_TO_COME_UP * config.idleTx)) : null;

export const sessionDeadline = (session: Session): Instant | null =>
  earliest(transmitAt(session), detectionAt(session), verdictAt(session));
