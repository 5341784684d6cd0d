/** What arrives one by one, packets or events, and waiting for some of it: a look at each arrival, no polling, and a
 *  deadline that tells what came instead. */

/** Several times what the slowest of these arrivals, an interface that comes up, needs on a busy machine. */
const PATIENCE_MS = 10_000;
/** In the message of a wait that was in vain. */
const SHOWN_MAX = 10;

export interface Arrivals<T> {
  /** oldest first */
  readonly all: readonly T[];
  add(items: readonly T[]): void;
  /** The first that is `wanted`, whether it is here already or yet to come. One wait at a time. */
  first(what: string, wanted: (item: T) => boolean): Promise<T>;
  /** All of them, once there are that many. */
  count(wanted: number): Promise<readonly T[]>;
}

export function arrivals<T>(): Arrivals<T> {
  const all: T[] = [];
  let look = (): void => {};
  const until = <R>(what: string, find: () => R | undefined): Promise<R> =>
    new Promise((resolve, reject) => {
      const told = (): string =>
        all
          .slice(-SHOWN_MAX)
          .map((item) => `\n  ${textOf(item)}`)
          .join('');
      const giveUp = setTimeout(() => {
        look = () => {};
        reject(new Error(`${what} did not come; ${all.length} came, the last of them:${told()}`));
      }, PATIENCE_MS);
      look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(giveUp);
        resolve(found);
      };
      look();
    });
  return {
    all,
    add(items) {
      all.push(...items);
      look();
    },
    first: (what, wanted) => until(what, () => all.find(wanted)),
    count: (wanted) => until(`${wanted} of them`, () => (all.length >= wanted ? all : undefined)),
  };
}

const textOf = (item: unknown): string =>
  item instanceof Uint8Array ? Buffer.from(item).toString('hex') : JSON.stringify(item);
