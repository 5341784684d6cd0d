/** Says once for each keyword that vipd knows by name only that it has no effect, and at every place that a name is old. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { KeywordRow } from '../schema/row.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';

/** What the text uses without effect, gathered statement by statement. */
export interface Effects {
  readonly visit: (statement: Statement) => void;
  readonly finish: () => void;
}

interface Uses {
  readonly first: Span;
  readonly word: string;
  readonly block: boolean;
  readonly count: number;
}

export function createEffects(report: Report): Effects {
  const unsupported = new Map<KeywordRow, Uses>();
  const visit = ({ keyword, row }: Statement): void => {
    const word = keyword.text;
    if (row.replacedBy !== null) report(catalog.replaced(keyword, { word, by: row.replacedBy }));
    if (row.shape !== 'unsupported') return;
    const uses = unsupported.get(row) ?? { first: keyword, word, block: row.body !== 'line', count: 0 };
    unsupported.set(row, { ...uses, count: uses.count + 1 });
  };
  const finish = (): void => {
    for (const { first, ...uses } of unsupported.values()) report(catalog.unsupported(first, uses));
  };
  return { visit, finish };
}
