/** Virtual time: a queue of things to happen, run in order of their time. One seed, one run, the same on every machine. */
import { invariant } from '../base/never.ts';
import { after, type Instant, instant, type Micros } from '../base/units.ts';

export interface World {
  readonly now: Instant;
  /** Runs `task` after `delay`; tasks of the same instant run in the order in which they were planned. */
  later(delay: Micros, task: () => void): void;
  /** Lets time pass until `end`; what is planned later stays planned. */
  runUntil(end: Instant): void;
}

interface Planned {
  readonly at: Instant;
  readonly order: number;
  readonly task: () => void;
}

/** More tasks than any sane run has: two routers that answer each other without end must fail, not hang. */
const TASKS_MAX = 5_000_000;

export function newWorld(): World {
  const heap: Planned[] = [];
  let now = instant(0);
  let order = 0;
  return {
    get now() {
      return now;
    },
    later(delay, task) {
      push(heap, { at: after(now, delay), order: order++, task });
    },
    runUntil(end) {
      for (let next = heap[0]; next !== undefined && next.at <= end; next = heap[0]) {
        pop(heap);
        invariant(order < TASKS_MAX, () => `${TASKS_MAX} tasks in one simulation`);
        now = next.at;
        next.task();
      }
      now = end;
    },
  };
}

const isBefore = (a: Planned, b: Planned): boolean => (a.at === b.at ? a.order < b.order : a.at < b.at);

/** A binary heap: the earliest is at index 0, the children of i at 2i+1 and 2i+2. */
function push(heap: Planned[], item: Planned): void {
  let i = heap.length;
  heap.push(item);
  for (;;) {
    const parent = (i - 1) >> 1;
    const above = i > 0 ? heap[parent] : undefined;
    if (above === undefined || !isBefore(item, above)) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = item;
}

function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let i = 0;
  for (;;) {
    const left = 2 * i + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    if (a === undefined) break;
    const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
    if (!isBefore(child, last)) break;
    heap[i] = child;
    i = at;
  }
  heap[i] = last;
}
