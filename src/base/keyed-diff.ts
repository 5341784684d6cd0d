/** The one comparison used by reload and by every plan: what came, what went, what changed, by key. */
export interface KeyedDiff<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly { readonly before: T; readonly after: T }[];
  readonly same: readonly T[];
}

/** Keys must be unique within each side; of a double key the last one wins. Order follows the inputs. */
export function keyedDiff<T>(
  before: Iterable<T>,
  after: Iterable<T>,
  by: { readonly key: (item: T) => string; readonly equal: (a: T, b: T) => boolean },
): KeyedDiff<T> {
  const old = new Map<string, T>();
  for (const item of before) old.set(by.key(item), item);
  const current = new Map<string, T>();
  for (const item of after) current.set(by.key(item), item);
  const added: T[] = [];
  const changed: { before: T; after: T }[] = [];
  const same: T[] = [];
  for (const [key, item] of current) {
    const previous = old.get(key);
    if (previous === undefined) added.push(item);
    else if (by.equal(previous, item)) same.push(item);
    else changed.push({ before: previous, after: item });
  }
  const removed = [...old].filter(([key]) => !current.has(key)).map(([, item]) => item);
  return { added, removed, changed, same };
}

/** Deep equality of JSON-like values; the `equal` of most diffs. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (keysA.length !== keysB.length) return false;
  return keysA.every(
    (key) =>
      Object.hasOwn(b, key) &&
      sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
