/** Virtual time: a queue of things to happen, run in order of their time. One seed, one run, the same on every machine.
 *
 *  `now` is what the machines live by. `calendar` is what the run stands for: ahead of `now` by the periods in which nothing
 *  could happen and which were therefore not stepped through (quiet.ts). */
import { invariant } from '../base/never.ts';
import { after, type Instant, instant, type Micros } from '../base/units.ts';

export interface World {
  readonly now: Instant;
  readonly calendar: Instant;
  /** Runs `task` after `delay`; tasks of the same instant run in the order in which they were planned. */
  later(delay: Micros, task: () => void, what?: string): Appointment;
  /** Lets time pass until `end`; what is planned later stays planned. */
  runUntil(end: Instant): void;
  /** What is to happen, in no order. */
  planned(): readonly Pick<Planned, 'at' | 'what'>[];
  /** The calendar alone goes on. */
  skip(duration: Micros): void;
}

export interface Appointment {
  cancel(): void;
}

interface Planned {
  readonly at: Instant;
  readonly order: number;
  /** names it among what is planned; two of one name do the same */
  readonly what: string;
  task: (() => void) | null;
}

/** More tasks than any sane run has: two routers that answer each other without end must fail, not hang. */
const TASKS_MAX = 20_000_000;

export function newWorld(): World {
  const heap: Planned[] = [];
  let now = instant(0);
  let skipped = 0;
  let order = 0;
  return {
    get now() {
      return now;
    },
    get calendar() {
      return instant(now + skipped);
    },
    later(delay, task, what = 'a task') {
      const planned: Planned = { at: after(now, delay), order: order++, what, task };
      push(heap, planned);
      return {
        cancel: () => {
          planned.task = null;
        },
      };
    },
    runUntil(end) {
      for (let next = heap[0]; next !== undefined && next.at <= end; next = heap[0]) {
        pop(heap);
        if (next.task === null) continue;
        invariant(order < TASKS_MAX, () => `${TASKS_MAX} tasks in one simulation`);
        now = next.at;
        next.task();
      }
      now = end;
    },
    planned: () => heap.filter(({ task }) => task !== null),
    skip(duration) {
      skipped += duration;
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
