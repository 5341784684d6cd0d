/** One Ethernet segment with bad habits: it delays, loses, doubles and reorders frames, and can be cut per host, per
 *  direction or into islands. */

import type { Prng } from '../base/prng.ts';
import { after, elapsed, type Instant, type Micros, micros } from '../base/units.ts';
import type { World } from './world.ts';

export interface Habits {
  /** probability that a frame is lost, per receiver */
  readonly loss: number;
  /** probability that a frame arrives twice */
  readonly doubling: number;
  readonly delayMin: Micros;
  readonly delayMax: Micros;
  /** false: frames from one host to another keep their order, as through a switch */
  readonly reorders: boolean;
}

export const PERFECT: Habits = {
  loss: 0,
  doubling: 0,
  delayMin: micros(50),
  delayMax: micros(300),
  reorders: false,
};

export interface Lan<Frame> {
  habits: Habits;
  /** `from` → `to` pairs, as `from>to`, that are silently dead: one-way loss and partitions */
  readonly deaf: Set<string>;
  attach(name: string, receive: (frame: Frame) => void): void;
  /** To every other host. */
  broadcast(from: string, frame: Frame): void;
}

export function newLan<Frame>(world: World, random: Prng): Lan<Frame> {
  const hosts = new Map<string, (frame: Frame) => void>();
  const deaf = new Set<string>();
  /** when the last frame of each pair arrives */
  const arrivals = new Map<string, Instant>();
  const lan: Lan<Frame> = {
    habits: PERFECT,
    deaf,
    attach: (name, receive) => {
      hosts.set(name, receive);
    },
    broadcast(from, frame) {
      const { loss, doubling, delayMin, delayMax, reorders } = lan.habits;
      for (const [name, receive] of hosts) {
        if (name === from) continue;
        const pair = `${from}>${name}`;
        const copies = random.chance(loss) ? 0 : random.chance(doubling) ? 2 : 1;
        for (let i = 0; i < copies; i++) {
          const soonest = after(world.now, micros(random.between(delayMin, delayMax)));
          const before = arrivals.get(pair) ?? soonest;
          const at = reorders || before < soonest ? soonest : before;
          arrivals.set(pair, at);
          // a cut takes what is on its way, too
          world.later(elapsed(world.now, at), () => {
            if (!deaf.has(pair)) receive(frame);
          });
        }
      }
    },
  };
  return lan;
}
