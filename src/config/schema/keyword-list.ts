/** Every keyword with all that is known of it, joined from the tables: `vipctl explain`, docs/keywords.md and the man
 *  page vipd.conf(5) are printed from this list, so none of them can lag behind the parser. */
import { type FactRow, KEYWORD_FACTS, type Since } from './keyword-facts.ts';
import { KNOWN_KEYWORDS } from './known-keywords.ts';
import { RETIRED_KEYWORDS } from './retired-keywords.ts';
import { rootRows } from './root.ts';
import { type KeywordRow, type RowTable, retired, unsupported } from './row.ts';

export interface KeywordEntry {
  /** `virtual_server/real_server/weight` */
  readonly path: string;
  readonly keyword: string;
  /** path of the block in which it stands; empty at top level */
  readonly block: string;
  readonly shape: 'line' | 'list' | 'block' | 'retired';
  /** the words behind the keyword; empty for none */
  readonly takes: string;
  readonly unit: string;
  readonly range: string;
  readonly fallback: string;
  /** the words of an example; of a list block one of its lines */
  readonly example: string;
  readonly since: Since | null;
  readonly repeat: 'the last counts' | 'the first counts' | 'may be repeated';
  readonly help: string;
  /** null: it works; otherwise finishes "vipd does not … yet" */
  readonly missing: string | null;
  readonly replacedBy: string | null;
}

/** The keywords block by block, in the order of the tables. */
export function allKeywords(): readonly KeywordEntry[] {
  const facts = new Map(KEYWORD_FACTS.map((row) => [row[0], row]));
  const entries = new Map<string, KeywordEntry>();
  const add = (path: string, row: KeywordRow) => {
    if (!entries.has(path)) entries.set(path, entryOf(path, row, facts));
  };
  const addTable = (rows: RowTable, prefix: string) => {
    for (const [name, row] of Object.entries(rows)) {
      add(`${prefix}${name}`, row);
      if (row.shape === 'block') addTable(row.rows, `${prefix}${name}/`);
    }
  };
  addTable(rootRows, '');
  for (const [path, ...row] of KNOWN_KEYWORDS) add(path, unsupported(...row));
  for (const [path, help] of RETIRED_KEYWORDS) add(path, retired(help));
  return [...entries.values()];
}

function entryOf(path: string, row: KeywordRow, facts: ReadonlyMap<string, FactRow>): KeywordEntry {
  const keyword = lastPart(path);
  const [, takes = '', unit = '', range = '', fallback = '', example = '', since] =
    facts.get(path) ?? facts.get(keyword) ?? [];
  return {
    path,
    keyword,
    block: path.slice(0, Math.max(0, path.length - keyword.length - 1)),
    shape: row.shape === 'unsupported' ? row.body : row.shape,
    takes,
    unit,
    range: (row.shape === 'line' ? enforcedRange(row.read.range) : null) ?? range,
    fallback,
    example,
    since: since ?? null,
    repeat: repeatOf(row),
    help: row.help,
    missing: missingOf(row),
    replacedBy: row.replacedBy,
  };
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const enforcedRange = (range: readonly [number, number] | undefined): string | null =>
  range === undefined ? null : `${range[0]}..${range[1]}`;

function repeatOf(row: KeywordRow): KeywordEntry['repeat'] {
  if (row.shape === 'list' || row.shape === 'block') return 'may be repeated';
  if (row.shape !== 'line' || row.repeat === 'last') return 'the last counts';
  return row.repeat === 'first' ? 'the first counts' : 'may be repeated';
}

const missingOf = (row: KeywordRow): string | null => (row.shape === 'unsupported' ? 'apply it' : null);

/** Example lines from the outermost block to the keyword itself, indented by four. */
export function exampleOf(entry: KeywordEntry, all: ReadonlyMap<string, KeywordEntry>): readonly string[] {
  const parts = entry.block === '' ? [] : entry.block.split('/');
  const outer = parts.map((name, depth) => {
    const block = all.get(parts.slice(0, depth + 1).join('/'));
    return `${'    '.repeat(depth)}${wordsOf(name, block?.example ?? '')} {`;
  });
  const indent = '    '.repeat(parts.length);
  const closing = parts.map((_, depth) => `${'    '.repeat(depth)}}`).reverse();
  return [...outer, ...ownLines(entry).map((line) => indent + line), ...closing];
}

function ownLines({ shape, keyword, takes, example }: KeywordEntry): readonly string[] {
  if (shape === 'list')
    return [`${takes.startsWith('NAME {') ? `${keyword} EXAMPLE` : keyword} {`, `    ${example}`, '}'];
  return shape === 'block' ? [`${wordsOf(keyword, example)} {`, '    …', '}'] : [wordsOf(keyword, example)];
}

const wordsOf = (keyword: string, example: string): string =>
  example === '' ? keyword : `${keyword} ${example}`;
