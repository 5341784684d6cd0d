import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyedDiff, sameValue } from '../../src/base/keyed-diff.ts';

interface Item {
  readonly key: string;
  readonly value: number;
}
const by = { key: (item: Item) => item.key, equal: sameValue };
const items = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), value: fc.nat(2) }));
const table = (list: readonly Item[]): Record<string, Item> =>
  Object.fromEntries(list.map((item) => [item.key, item]));

describe('the keyed difference', () => {
  test('applied to the old gives the new; of a double key the last wins', () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const diff = keyedDiff(before, after, by);
        const result = table(before);
        for (const item of diff.removed) delete result[item.key];
        for (const item of diff.added) {
          expect(result).not.toHaveProperty(item.key);
          result[item.key] = item;
        }
        for (const change of diff.changed) {
          expect(result[change.before.key]).toEqual(change.before);
          expect(change.after).not.toEqual(change.before);
          result[change.after.key] = change.after;
        }
        expect(result).toEqual(table(after));
      }),
    );
  });

  test('names each key once', () => {
    fc.assert(
      fc.property(items, items, (before, after) => {
        const { added, removed, changed, same } = keyedDiff(before, after, by);
        const keys = [...added, ...removed, ...changed.map((c) => c.after), ...same].map((item) => item.key);
        const all = new Set([...before, ...after].map((item) => item.key));
        expect(keys.sort()).toEqual([...all].sort());
      }),
    );
  });

  test('is empty between equal sides, in whatever order', () => {
    fc.assert(
      fc.property(items, (list) => {
        const unique = Object.values(table(list));
        const { added, removed, changed } = keyedDiff(unique, [...unique].reverse(), by);
        expect([added, removed, changed]).toEqual([[], [], []]);
      }),
    );
  });

  test('keeps the order of its inputs', () => {
    const list = (keys: string) => [...keys].map((key) => ({ key, value: 0 }));
    const diff = keyedDiff(list('dxay'), list('yqxp'), by);
    expect(diff.removed.map((i) => i.key)).toEqual(['d', 'a']);
    expect(diff.added.map((i) => i.key)).toEqual(['q', 'p']);
    expect(diff.same.map((i) => i.key)).toEqual(['y', 'x']);
  });
});

describe('equality of values', () => {
  test('holds between a value and its copy, and is lost when any one leaf changes', () => {
    const tree = fc.record({
      list: fc.array(fc.record({ n: fc.integer(), s: fc.string() }), { minLength: 1 }),
    });
    fc.assert(
      fc.property(tree, fc.nat(), ({ list }, index) => {
        const copy = structuredClone(list);
        expect(sameValue({ list }, { list: copy })).toBe(true);
        const leaf = copy[index % copy.length];
        if (leaf !== undefined) leaf.n++;
        expect(sameValue({ list }, { list: copy })).toBe(false);
      }),
    );
  });

  test('does not depend on the order of the fields', () => {
    expect(sameValue({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  });

  test('tells a missing field from one that is undefined, arrays from objects, and lengths apart', () => {
    expect(sameValue({ a: undefined }, { b: undefined })).toBe(false);
    expect(sameValue({}, { a: undefined })).toBe(false);
    expect(sameValue([], {})).toBe(false);
    expect(sameValue([1], [1, 2])).toBe(false);
    expect(sameValue(null, {})).toBe(false);
    expect(sameValue(Number.NaN, Number.NaN)).toBe(true);
    expect(sameValue(1n, 1n)).toBe(true);
  });
});
