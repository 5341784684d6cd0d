/** A child's letterbox: deliveries go to the parent over the IPC channel, at most so many at a time (notify/core/outbox). */
import type { Delivery } from '../notify/core/delivery.ts';
import { delivered, emptyOutbox, type OutboxStep, post } from '../notify/core/outbox.ts';
import type { ChildMessage } from './ipc.ts';

export interface NewsPost {
  post(delivery: Delivery): void;
  /** Calls back when everything is with the parent, or when there is no parent any more. */
  whenEmpty(act: () => void): void;
}

export function createNewsPost(): NewsPost {
  let box = emptyOutbox();
  let whenEmpty: (() => void) | null = null;
  const take = ([next, delivery]: OutboxStep): void => {
    box = next;
    if (delivery !== null) send(delivery);
    if (box.inFlight === 0) whenEmpty?.();
  };
  const send = (delivery: Delivery): void => {
    const message: ChildMessage = { kind: 'notify', delivery };
    // without a parent nobody is told: what it held is lost with it, and this process is about to end
    if (process.connected) process.send?.(message, undefined, undefined, () => take(delivered(box)));
  };
  return {
    post: (delivery) => take(post(box, delivery)),
    whenEmpty: (act) => {
      if (box.inFlight === 0 || !process.connected) act();
      else whenEmpty = act;
    },
  };
}
