/** A small seeded generator (splitmix32): simulator, spreading of first checks, jitter.
 *  Deterministic for a seed on every machine; not for secrets. */
export interface Prng {
  /** [0, 1) */
  next(): number;
  /** integer in [low, high], both included */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** an independent generator, so that one consumer's draws do not shift another's */
  split(): Prng;
}

export function prng(seed: number): Prng {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const next = (): number => word() / 0x1_0000_0000;
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    split: () => prng(word()),
  };
}
