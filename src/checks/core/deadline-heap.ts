/** A binary heap of things that are due at some instant: earliest first, and among equals the one that was added
 *  first, so nothing starves. Nothing can be taken out of its middle: the owner drops stale items when they surface. */
import type { Instant } from '../../base/units.ts';

interface Entry<T> {
  readonly at: Instant;
  /** order of arrival; decides between equal instants */
  readonly order: number;
  readonly item: T;
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export class DeadlineHeap<T> {
  #entries: Entry<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#entries.length;
  }
  /** When the first item is due; null when there is none. */
  get firstAt(): Instant | null {
    return this.#entries[0]?.at ?? null;
  }
  get first(): T | null {
    return this.#entries[0]?.item ?? null;
  }

  add(at: Instant, item: T): void {
    const entry = { at, order: this.#added++, item };
    const entries = this.#entries;
    let hole = entries.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !before(entry, above)) break;
      entries[hole] = above;
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** Removes and returns the first item if it is due at `now`, else null. */
  takeDue(now: Instant): T | null {
    const top = this.#entries[0];
    return top === undefined || top.at > now ? null : this.take();
  }

  /** Removes and returns the first item; null when there is none. */
  take(): T | null {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top === undefined || last === undefined) return null;
    if (this.#entries.length > 0) this.#sink(last);
    return top.item;
  }

  #sink(entry: Entry<T>): void {
    const entries = this.#entries;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      let least = entries[child];
      const right = entries[child + 1];
      if (least !== undefined && right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (least === undefined || !before(least, entry)) break;
      entries[hole] = least;
      hole = child;
    }
    entries[hole] = entry;
  }
}
