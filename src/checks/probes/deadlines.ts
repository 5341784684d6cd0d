/** The deadlines of all running probes behind one alarm: ten thousand probes arm no timer of their own. */
import { after, type Instant, micros } from '../../base/units.ts';
import { DeadlineHeap } from '../core/deadline-heap.ts';

/** Asked when its time has come: null = done with it, a later instant = ask again then. */
export type Expire = (now: Instant) => Instant | null;

export interface Deadlines {
  now(): Instant;
  /** Returns what calls it off. */
  add(at: Instant, expire: Expire): () => void;
}

export interface DeadlineQueue extends Deadlines {
  /** When `expireDue` has something to do; null = nothing waits. */
  next(): Instant | null;
  expireDue(now: Instant): void;
}

interface Waiting {
  /** null = called off; the entry drops out when it surfaces, what it held is free at once */
  expire: Expire | null;
}

export function createDeadlines(now: () => Instant): DeadlineQueue {
  const heap = new DeadlineHeap<Waiting>();
  return {
    now,
    add(at, expire) {
      const waiting: Waiting = { expire };
      heap.add(at, waiting);
      return () => {
        waiting.expire = null;
      };
    },
    next() {
      while (heap.first?.expire === null) heap.take();
      return heap.firstAt;
    },
    expireDue(time) {
      for (let waiting = heap.takeDue(time); waiting !== null; waiting = heap.takeDue(time)) {
        const again = waiting.expire?.(time) ?? null;
        // always behind `time`, else this loop would not end
        if (again !== null) heap.add(again > time ? again : after(time, micros(1)), waiting);
      }
    },
  };
}
