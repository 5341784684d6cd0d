/** Joins the tables of supported keywords with the names of the others into the one grammar that the parser follows. */
import { foreignLine } from '../diagnostics/foreign-line.ts';
import { closest } from '../diagnostics/suggest.ts';
import { KNOWN_KEYWORDS } from './known-keywords.ts';
import { RETIRED_KEYWORDS } from './retired-keywords.ts';
import { rootRows } from './root.ts';
import { type KeywordRow, type RowTable, retired, unsupported } from './row.ts';

/** The keywords of one block: `rows` by name, `blocks` the tables inside it. */
export interface GrammarBlock {
  /** `virtual_server/real_server`; empty at top level */
  readonly path: string;
  readonly rows: Map<string, KeywordRow>;
  readonly blocks: Map<string, GrammarBlock>;
}

export interface Grammar {
  readonly root: GrammarBlock;
  /** What to write instead of an unknown word of `block` and the words behind it; null when nothing is near. */
  readonly suggest: (
    word: string,
    args: readonly { readonly text: string }[],
    block: GrammarBlock,
  ) => string | null;
}

/** Builds the grammar: supported rows first, then every other name that keepalived knows. */
export function createGrammar(): Grammar {
  const byPath = new Map<string, GrammarBlock>();
  const root = addTable('', rootRows, byPath);
  for (const [path, ...row] of KNOWN_KEYWORDS) addRow(path, unsupported(...row), byPath);
  for (const [path, help] of RETIRED_KEYWORDS) addRow(path, retired(help), byPath);
  return { root, suggest: (word, args, table) => foreignLine(word, args) ?? suggest(word, table, byPath) };
}

function addTable(path: string, rows: RowTable, byPath: Map<string, GrammarBlock>): GrammarBlock {
  const table: GrammarBlock = { path, rows: new Map(), blocks: new Map() };
  byPath.set(path, table);
  for (const [name, row] of Object.entries(rows)) {
    table.rows.set(name, row);
    if (row.shape === 'block') {
      table.blocks.set(name, addTable(path === '' ? name : `${path}/${name}`, row.rows, byPath));
    }
  }
  return table;
}

/** Adds one keyword by its path; rows that a table already has are kept. */
function addRow(path: string, row: KeywordRow, byPath: Map<string, GrammarBlock>): void {
  const slash = path.lastIndexOf('/');
  const parent = slash === -1 ? '' : path.slice(0, slash);
  const name = path.slice(slash + 1);
  let table = byPath.get(parent);
  if (table === undefined) {
    table = { path: parent, rows: new Map(), blocks: new Map() };
    byPath.set(parent, table);
  }
  if (!table.rows.has(name)) table.rows.set(name, row);
}

function suggest(
  word: string,
  table: GrammarBlock,
  byPath: ReadonlyMap<string, GrammarBlock>,
): string | null {
  const names = [...table.rows].filter(([, row]) => row.shape !== 'retired').map(([name]) => name);
  const homes = [...byPath.values()].filter((home) => home !== table && isKnown(home, word));
  if (homes.length > 0) return `'${word}' belongs ${places(homes)}`;
  const joined = names.find((name) => isJoined(word, name));
  if (joined !== undefined)
    return `a blank is missing: write '${joined} ${word.slice(joined.length).replace(/^[=:]/, '')}'`;
  const near = closest(word, names);
  return near === null ? null : `did you mean '${near}'?`;
}

/** `virtual_server192.168.0.100`, `priority100`, `authentication(`. */
const isJoined = (word: string, name: string): boolean =>
  word.length > name.length && word.startsWith(name) && !/^[A-Za-z_]/.test(word.slice(name.length));

const isKnown = (table: GrammarBlock, word: string): boolean => {
  const row = table.rows.get(word);
  return row !== undefined && row.shape !== 'retired';
};

/** "in real_server", "at the top level", at most three of them. */
function places(homes: readonly GrammarBlock[]): string {
  const names = homes.map((home) =>
    home.path === '' ? 'at the top level' : `in ${home.path.split('/').pop()}`,
  );
  const distinct = [...new Set(names)];
  const shown = distinct.slice(0, 3).join(' or ');
  return distinct.length > 3 ? `${shown} (and ${distinct.length - 3} more)` : shown;
}
