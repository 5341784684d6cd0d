/** Two of the cores with a wire between them, under virtual time: delay, loss, a cut. */
import { brand } from '../../src/base/brand.ts';
import type { IpAddress } from '../../src/base/ip.ts';
import { type Prng, prng } from '../../src/base/prng.ts';
import { earliest, type Instant, instant, type Micros } from '../../src/base/units.ts';
import { type BfdEvent, type BfdState, newBfd, nextBfdDeadline, stepBfd } from '../../src/bfd/core/node.ts';
import type { Session } from '../../src/bfd/core/session.ts';
import { encodeControlPacket } from '../../src/bfd/wire/control-packet.ts';
import type { BfdInstance } from '../../src/config/model/bfd.ts';

const ADDRESSES = [brand<IpAddress>('10.0.0.1'), brand<IpAddress>('10.0.0.2')] as const;
/** in one stretch: a minute at a packet every five milliseconds, and some */
const TURNS_MAX = 200_000;

export type Side = 0 | 1;
const other = (side: Side): Side => (side === 0 ? 1 : 0);

export interface Wire {
  readonly delay: Micros;
  /** 0..1 */
  readonly loss: number;
}

interface Flying {
  readonly to: Side;
  readonly at: Instant;
  readonly payload: Uint8Array;
}

/** What a side sent, when, and in which state. */
export interface Sent {
  readonly from: Side;
  readonly at: Instant;
  readonly session: Session;
  readonly final: boolean;
}

export interface Pair {
  session(side: Side): Session;
  /** verdicts in the order in which they were told, `null` for none */
  readonly told: readonly { readonly side: Side; readonly at: Instant; readonly verdict: string | null }[];
  readonly sent: readonly Sent[];
  feed(side: Side, event: BfdEvent): void;
  cut(): void;
  heal(): void;
  run(duration: Micros): void;
  readonly now: Instant;
}

export function createPair(configs: readonly [BfdInstance, BfdInstance], wire: Wire, seed: number): Pair {
  const random: Prng = prng(seed);
  const states: [BfdState, BfdState] = [newBfd(seed), newBfd(seed + 1)];
  const told: { side: Side; at: Instant; verdict: string | null }[] = [];
  const sent: Sent[] = [];
  let flying: Flying[] = [];
  let now = instant(0);
  let isCut = false;

  const sessionOf = (side: Side): Session => {
    const [session] = states[side].sessions.values();
    if (session === undefined) throw new Error('no session');
    return session;
  };
  const feed = (side: Side, event: BfdEvent): void => {
    const [next, actions] = stepBfd(states[side], event, now);
    states[side] = next;
    for (const action of actions) {
      if (action.kind === 'tell_verdicts') {
        told.push({ side, at: now, verdict: Object.values(action.verdicts)[0] ?? null });
      } else if (action.kind === 'send_packet') {
        if (next.sessions.size > 0)
          sent.push({ from: side, at: now, session: sessionOf(side), final: action.packet.final });
        if (isCut || random.chance(wire.loss)) continue;
        const payload = encodeControlPacket(action.packet);
        flying.push({ to: other(side), at: instant(now + wire.delay), payload });
      }
    }
  };
  const arrive = ({ to, payload }: Flying): void =>
    feed(to, {
      kind: 'datagram_received',
      datagram: {
        source: ADDRESSES[other(to)],
        destination: ADDRESSES[to],
        ttl: 255,
        multihop: false,
        payload,
      },
    });
  const turn = (end: Instant): boolean => {
    const next = earliest(flying[0]?.at ?? null, nextBfdDeadline(states[0]), nextBfdDeadline(states[1]));
    if (next === null || next > end) return false;
    now = instant(Math.max(now, next));
    const arriving = flying.filter(({ at }) => at <= now);
    flying = flying.filter(({ at }) => at > now);
    for (const one of arriving) arrive(one);
    for (const side of [0, 1] as const) {
      const due = nextBfdDeadline(states[side]);
      if (due !== null && due <= now) feed(side, { kind: 'deadline_reached' });
    }
    return true;
  };
  for (const side of [0, 1] as const) {
    const neighbour = ADDRESSES[other(side)];
    feed(side, { kind: 'config_changed', instances: [{ ...configs[side], neighbour }] });
  }
  return {
    session: sessionOf,
    told,
    sent,
    feed,
    cut: () => {
      isCut = true;
      flying = [];
    },
    heal: () => {
      isCut = false;
    },
    run: (duration) => {
      const end = instant(now + duration);
      let turns = 0;
      while (turn(end)) if (++turns > TURNS_MAX) throw new Error('a deadline that does not pass');
      now = end;
    },
    get now() {
      return now;
    },
  };
}
