import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Delivery } from '../../../src/notify/core/delivery.ts';
import {
  DELIVERIES_IN_FLIGHT_MAX,
  delivered,
  emptyOutbox,
  type Outbox,
  type OutboxStep,
  post,
} from '../../../src/notify/core/outbox.ts';
import { delivery } from '../news.ts';

/** A channel that takes what it gets and lets it through when told. */
function channel() {
  let box: Outbox = emptyOutbox();
  const sent: Delivery[] = [];
  const take = ([next, send]: OutboxStep): void => {
    box = next;
    if (send !== null) sent.push(send);
  };
  return {
    sent,
    box: () => box,
    post: (more: Partial<Delivery>) => take(post(box, delivery(more))),
    through: () => take(delivered(box)),
  };
}

test('a parent that does not read gets the newest of each object when it reads again', () => {
  const { post, sent, box, through } = channel();
  for (let i = 0; i < DELIVERIES_IN_FLIGHT_MAX; i++) post({ event: String(i) });
  post({ object: 'a', event: 'UP' });
  post({ object: 'b', event: 'UP' });
  post({ object: 'a', event: 'DOWN' });
  expect(sent).toHaveLength(DELIVERIES_IN_FLIGHT_MAX);
  expect([box().waiting.size, box().replaced]).toEqual([2, 1]);
  through();
  through();
  expect(sent.slice(-2).map(({ object, event }) => `${object} ${event}`)).toEqual(['b UP', 'a DOWN']);
});

test('whatever the pace: in order for each object, bounded, and the last of each object arrives', () => {
  const happening = fc.oneof(
    fc.record({ object: fc.integer({ min: 0, max: 5 }) }),
    fc.constant('through' as const),
  );
  fc.assert(
    fc.property(fc.array(happening, { minLength: 300, maxLength: 900 }), (happenings) => {
      const { post, sent, box, through } = channel();
      const last = new Map<string, string>();
      happenings.forEach((what, i) => {
        if (what !== 'through') {
          post({ object: `o${what.object}`, event: String(i) });
          last.set(`o${what.object}`, String(i));
        } else if (box().inFlight > 0) through();
        expect(box().inFlight).toBeLessThanOrEqual(DELIVERIES_IN_FLIGHT_MAX);
        expect(box().waiting.size).toBeLessThanOrEqual(6);
      });
      while (box().inFlight > 0) through();
      for (const [object, event] of last) {
        const events = sent.filter((one) => one.object === object).map((one) => Number(one.event));
        expect(events).toEqual(events.toSorted((a, b) => a - b));
        expect(events.at(-1)).toBe(Number(event));
      }
    }),
    { numRuns: 30 },
  );
});
