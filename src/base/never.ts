/** Exhaustiveness and invariants. A failed invariant is a defect of vipd, never a reaction to input. */

/** Closes an exhaustive switch: the compiler refuses a missing case, and a value that slipped in crashes loudly. */
export function exhaustive(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}

export function invariant(condition: boolean, explain: () => string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${explain()}`);
}
