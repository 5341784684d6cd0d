/** Says once per kind what is read and has no effect yet, and at every place where an old name is used. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { KeywordRow, NoEffect } from '../schema/row.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';

/** Finishes "vipd does not … yet". */
export const MISSING: Readonly<Record<NoEffect, string>> = {};

interface Uses {
  readonly first: Span;
  readonly words: Set<string>;
  count: number;
}

/** What the text uses without effect, gathered statement by statement. */
export interface Effects {
  readonly visit: (statement: Statement) => void;
  readonly finish: () => void;
}

export function createEffects(report: Report): Effects {
  const groups = new Map<NoEffect, Uses>();
  const unsupported = new Map<KeywordRow, Uses & { readonly block: boolean }>();
  const visit = ({ keyword, row }: Statement): void => {
    if (row.replacedBy !== null)
      report(catalog.replaced(keyword, { word: keyword.text, by: row.replacedBy }));
    if (row.noEffect !== null) {
      const uses = groups.get(row.noEffect) ?? { first: keyword, words: new Set<string>(), count: 0 };
      groups.set(row.noEffect, count(uses, keyword.text));
    }
    if (row.shape === 'unsupported') {
      const block = row.body !== 'line';
      const uses = unsupported.get(row) ?? { first: keyword, words: new Set<string>(), count: 0, block };
      unsupported.set(row, count(uses, keyword.text));
    }
  };
  const finish = (): void => {
    for (const [effect, { first, words, count }] of groups) {
      report(catalog.no_effect(first, { what: MISSING[effect], words: [...words], count }));
    }
    for (const { first, words, count, block } of unsupported.values()) {
      report(catalog.unsupported(first, { word: [...words][0] ?? '', count, block }));
    }
  };
  return { visit, finish };
}

function count<T extends Uses>(uses: T, word: string): T {
  uses.words.add(word);
  uses.count++;
  return uses;
}
