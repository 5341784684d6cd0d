import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import { DeadlineHeap } from '../../../src/checks/core/deadline-heap.ts';

const times = fc.array(fc.nat(20), { maxLength: 200 });

test('items come out in the order of their time, equal ones in the order they came', () => {
  fc.assert(
    fc.property(times, (list) => {
      const heap = new DeadlineHeap<readonly [number, number]>();
      list.forEach((at, i) => {
        heap.add(instant(at), [at, i]);
      });
      const out = Array.from(list, () => heap.take());
      const expected = list.map((at, i) => [at, i] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(out).toEqual(expected);
      expect(heap.take()).toBeNull();
    }),
  );
});

test('only what is due is taken, also when items are added in between', () => {
  fc.assert(
    fc.property(times, times, fc.nat(20), (early, late, now) => {
      const heap = new DeadlineHeap<number>();
      for (const at of early) heap.add(instant(at), at);
      const taken: number[] = [];
      const drain = (): void => {
        for (let item = heap.takeDue(instant(now)); item !== null; item = heap.takeDue(instant(now)))
          taken.push(item);
      };
      drain();
      for (const at of late) heap.add(instant(at), at);
      drain();
      const all = [...early, ...late];
      expect(taken.toSorted((a, b) => a - b)).toEqual(all.filter((at) => at <= now).sort((a, b) => a - b));
      expect(heap.size).toBe(all.length - taken.length);
      expect(heap.firstAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
    }),
  );
});
