/** One Ethernet segment with bad habits: it delays, loses, doubles and reorders frames, and can be cut per host, per
 *  direction or into islands. */

import type { Prng } from '../base/prng.ts';
import { type Micros, micros } from '../base/units.ts';
import type { World } from './world.ts';

export interface Habits {
  /** probability that a frame is lost, per receiver */
  readonly loss: number;
  /** probability that a frame arrives twice */
  readonly doubling: number;
  readonly delayMin: Micros;
  /** above the distance of two frames it reorders them */
  readonly delayMax: Micros;
}

export const PERFECT: Habits = { loss: 0, doubling: 0, delayMin: micros(50), delayMax: micros(300) };

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
  const lan: Lan<Frame> = {
    habits: PERFECT,
    deaf,
    attach: (name, receive) => {
      hosts.set(name, receive);
    },
    broadcast(from, frame) {
      const { loss, doubling, delayMin, delayMax } = lan.habits;
      for (const [name, receive] of hosts) {
        if (name === from) continue;
        const copies = random.chance(loss) ? 0 : random.chance(doubling) ? 2 : 1;
        for (let i = 0; i < copies; i++) {
          const delay = micros(random.between(delayMin, delayMax));
          // a cut takes what is on its way, too
          world.later(delay, () => {
            if (!deaf.has(`${from}>${name}`)) receive(frame);
          });
        }
      }
    },
  };
  return lan;
}
