/** A child's side of the channel to the parent: what has been handed to the channel and is not through yet, and what
 *  waits behind it. A parent that does not read for a while costs the child a bounded amount of memory, and of each
 *  object the latest state still arrives. The map is changed in place (ten thousand servers may turn at once): a caller
 *  keeps only the outbox that came back. */
import type { Delivery } from './delivery.ts';

/** Deliveries in the channel; more wait here, of each object only the newest. */
export const DELIVERIES_IN_FLIGHT_MAX = 256;

export interface Outbox {
  readonly inFlight: number;
  /** by object, in the order of their newest delivery */
  readonly waiting: Map<string, Delivery>;
  /** deliveries that a newer one of the same object replaced */
  readonly replaced: number;
}

export const emptyOutbox = (): Outbox => ({ inFlight: 0, waiting: new Map(), replaced: 0 });

export type OutboxStep = readonly [Outbox, send: Delivery | null];

export function post(box: Outbox, delivery: Delivery): OutboxStep {
  // while something waits the channel is full: see `delivered`
  if (box.inFlight < DELIVERIES_IN_FLIGHT_MAX) {
    return [{ ...box, inFlight: box.inFlight + 1 }, delivery];
  }
  const replaced = box.waiting.delete(delivery.object) ? box.replaced + 1 : box.replaced;
  box.waiting.set(delivery.object, delivery);
  return [{ ...box, replaced }, null];
}

/** One delivery is through: the channel has room for the next. */
export function delivered(box: Outbox): OutboxStep {
  const [next] = box.waiting.values();
  if (next === undefined) return [{ ...box, inFlight: box.inFlight - 1 }, null];
  box.waiting.delete(next.object);
  return [box, next];
}
