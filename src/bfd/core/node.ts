/** All BFD sessions of this machine: which one a packet is for, what a reload keeps, what their followers are told.
 *  `step` is the only way in. The state is handed over: its maps are changed in place (a hundred sessions must cost no more
 *  than the one that has news), so a caller keeps only the state that came back. */
import type { IpAddress } from '../../base/ip.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import { exhaustive } from '../../base/never.ts';
import { type Prng, prng } from '../../base/prng.ts';
import { earliest, elapsed, type Instant, seconds } from '../../base/units.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import { type ControlPacket, decodeControlPacket, type PacketFault } from '../wire/control-packet.ts';
import { bfdLog } from './log-events.ts';
import { type BfdVerdict, newSession, type Session, sessionDeadline } from './session.ts';
import { farewell, packetReceived, retimed, type SessionAction, sessionDue } from './step.ts';

/** What the socket knows of a datagram. */
export interface BfdDatagram {
  readonly source: IpAddress;
  /** the own address that it came to; null when the kernel did not tell */
  readonly destination: IpAddress | null;
  /** TTL or hop limit on arrival; null when the kernel did not tell */
  readonly ttl: number | null;
  /** it came to the port of RFC 5883 */
  readonly multihop: boolean;
  readonly payload: Uint8Array;
}

export type BfdEvent =
  /** the first one starts the sessions, each later one is a reload */
  | { readonly kind: 'config_changed'; readonly instances: readonly BfdInstance[] }
  | { readonly kind: 'datagram_received'; readonly datagram: BfdDatagram }
  | { readonly kind: 'deadline_reached' }
  | { readonly kind: 'stop_requested' };

/** By name of the session; one that has had no time to come up yet is missing. */
export type BfdVerdicts = Readonly<Record<string, BfdVerdict>>;

export type BfdAction = SessionAction | { readonly kind: 'tell_verdicts'; readonly verdicts: BfdVerdicts };

/** Why a datagram changes nothing: it is no packet, or no packet of a session. */
export type DropReason = PacketFault | 'unknown_session' | 'neighbour' | 'ttl';
export type DropCounters = Readonly<Partial<Record<DropReason, number>>>;

export interface BfdState {
  /** by name */
  readonly sessions: Map<string, Session>;
  readonly byDiscriminator: ReadonlyMap<number, string>;
  readonly random: Prng;
  readonly drops: DropCounters;
  /** when a refusal for this reason was logged last */
  readonly complainedAt: Readonly<Partial<Record<DropReason, Instant>>>;
  readonly told: BfdVerdicts;
}

export type BfdStep = readonly [BfdState, readonly BfdAction[]];

const COMPLAINT_PERIOD = seconds(60);
const DISCRIMINATOR_MAX = 0xffff_ffff;

/** `seed` any number, another one at each start: discriminators and jitter follow from it. */
export const newBfd = (seed: number): BfdState => ({
  sessions: new Map(),
  byDiscriminator: new Map(),
  random: prng(seed),
  drops: {},
  complainedAt: {},
  told: {},
});

export const nextBfdDeadline = ({ sessions }: BfdState): Instant | null =>
  earliest(...[...sessions.values()].map(sessionDeadline));

export function stepBfd(state: BfdState, event: BfdEvent, now: Instant): BfdStep {
  switch (event.kind) {
    case 'config_changed':
      return told(reconfigure(state, event.instances, now));
    case 'datagram_received':
      return receive(state, event.datagram, now);
    case 'deadline_reached':
      return told(due(state, now));
    case 'stop_requested':
      return stop(state, now);
    default:
      return exhaustive(event);
  }
}

/** Adds the verdicts when they are not those that were told last. */
function told([state, actions]: BfdStep): BfdStep {
  const verdicts: BfdVerdicts = Object.fromEntries(
    [...state.sessions].flatMap(([name, { verdict }]) => (verdict === null ? [] : [[name, verdict]])),
  );
  if (sameValue(verdicts, state.told)) return [state, actions];
  return [{ ...state, told: verdicts }, [...actions, { kind: 'tell_verdicts', verdicts }]];
}

/** A session whose ends are the same goes on, with new timers if they are new. */
function reconfigure(state: BfdState, instances: readonly BfdInstance[], now: Instant): BfdStep {
  const { sessions, random } = state;
  const actions: BfdAction[] = [];
  const next = new Map<string, Session>();
  const taken = new Set(state.byDiscriminator.keys());
  for (const config of instances) {
    const before = sessions.get(config.name);
    if (before !== undefined && isSameSession(before.config, config)) {
      const [session, orders] = retimed(before, config);
      next.set(config.name, session);
      actions.push(...orders);
    } else {
      const discriminator = drawDiscriminator(random, taken);
      taken.add(discriminator);
      next.set(config.name, newSession(config, discriminator, now));
    }
  }
  for (const [name, session] of sessions) {
    if (next.get(name)?.discriminator !== session.discriminator)
      actions.push(...farewell(session, now, random));
  }
  const byDiscriminator = new Map([...next].map(([name, { discriminator }]) => [discriminator, name]));
  return [{ ...state, sessions: next, byDiscriminator }, actions];
}

const isSameSession = (before: BfdInstance, after: BfdInstance): boolean =>
  before.neighbour === after.neighbour &&
  before.source === after.source &&
  before.multihop === after.multihop &&
  before.ttl === after.ttl &&
  before.ttlMin === after.ttlMin;

/** RFC 5880 §6.8.1: never 0, unique on this system, random. */
function drawDiscriminator(random: Prng, taken: ReadonlySet<number>): number {
  let drawn = random.between(1, DISCRIMINATOR_MAX);
  while (taken.has(drawn)) drawn = drawn === DISCRIMINATOR_MAX ? 1 : drawn + 1;
  return drawn;
}

function receive(state: BfdState, datagram: BfdDatagram, now: Instant): BfdStep {
  const decoded = decodeControlPacket(datagram.payload);
  if (!decoded.ok) return refuse(state, datagram, decoded.error, now);
  const packet = decoded.value;
  const session = sessionFor(state, datagram, packet);
  if (session === null) return refuse(state, datagram, 'unknown_session', now);
  const { config } = session;
  const reason = refusalOf(config, datagram);
  if (reason !== null) {
    const counters = { ...session.counters, dropped: session.counters.dropped + 1 };
    state.sessions.set(config.name, { ...session, counters });
    return refuse(state, datagram, reason, now);
  }
  const [next, actions] = packetReceived(session, packet, now, state.random);
  state.sessions.set(config.name, next);
  return next.verdict === session.verdict ? [state, actions] : told([state, actions]);
}

/** RFC 5880 §6.8.6, RFC 5881 §3: by the discriminator; while the neighbour does not know it, by the addresses. */
function sessionFor(
  { sessions, byDiscriminator }: BfdState,
  datagram: BfdDatagram,
  { yourDiscriminator }: ControlPacket,
): Session | null {
  if (yourDiscriminator !== 0) return sessions.get(byDiscriminator.get(yourDiscriminator) ?? '') ?? null;
  for (const session of sessions.values()) if (isBetween(session.config, datagram)) return session;
  return null;
}

const isBetween = (config: BfdInstance, { source, destination, multihop }: BfdDatagram): boolean =>
  config.neighbour === source &&
  config.multihop === multihop &&
  (config.source === null || destination === null || config.source === destination);

/** RFC 5881 §5, and max_hops: a packet from further away may be anybody's. */
function refusalOf(config: BfdInstance, datagram: BfdDatagram): DropReason | null {
  if (!isBetween(config, datagram)) return 'neighbour';
  return (datagram.ttl ?? 0) < config.ttlMin ? 'ttl' : null;
}

/** Counted, and said once a minute for each reason. */
function refuse(state: BfdState, { source }: BfdDatagram, reason: DropReason, now: Instant): BfdStep {
  const drops = { ...state.drops, [reason]: (state.drops[reason] ?? 0) + 1 };
  const last = state.complainedAt[reason];
  if (last !== undefined && elapsed(last, now) < COMPLAINT_PERIOD) return [{ ...state, drops }, []];
  const complainedAt = { ...state.complainedAt, [reason]: now };
  const entry = bfdLog.packetRefused({ source, reason: REASON_TEXT[reason] });
  return [{ ...state, drops, complainedAt }, [{ kind: 'write_log', entry }]];
}

const REASON_TEXT: Readonly<Record<DropReason, string>> = {
  version: 'its version is not 1',
  length: 'its length is wrong',
  multiplier: 'its detection multiplier is 0',
  multipoint: 'the multipoint bit is set',
  my_discriminator: 'its own discriminator is 0',
  your_discriminator: 'it names no session',
  authentication: 'it is authenticated, and no session here is',
  unknown_session: 'it is for no session here',
  neighbour: 'it names a session with another neighbour',
  ttl: 'it came from further away than max_hops allows',
};

function due(state: BfdState, now: Instant): BfdStep {
  const actions: BfdAction[] = [];
  for (const [name, session] of state.sessions) {
    const [next, orders] = sessionDue(session, now, state.random);
    state.sessions.set(name, next);
    actions.push(...orders);
  }
  return [state, actions];
}

/** The followers hear nothing of it: they end too, or find out from the successor. */
function stop(state: BfdState, now: Instant): BfdStep {
  const actions = [...state.sessions.values()].flatMap((session) => farewell(session, now, state.random));
  return [{ ...state, sessions: new Map(), byDiscriminator: new Map() }, actions];
}
