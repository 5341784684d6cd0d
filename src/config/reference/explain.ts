/** `vipctl explain KEYWORD`: what the tables know of a word, for people at a terminal. */
import { closest } from '../diagnostics/suggest.ts';
import { INLINE_WORDS, type InlineRow } from '../schema/inline-words.ts';
import { allKeywords, exampleOf, type KeywordEntry } from '../schema/keyword-list.ts';

/** Blocks that are listed for one meaning of a word. */
const BLOCKS_SHOWN_MAX = 6;

/** The text for a keyword, a path such as `virtual_server/quorum`, or a word inside a line; null when nothing has
 *  that name. */
export function explain(word: string): string | null {
  const all = allKeywords();
  const byPath = new Map(all.map((entry) => [entry.path, entry]));
  const path = word.replace(/^\/|\/$/g, '');
  const exact = byPath.get(path);
  const entries =
    exact !== undefined && path.includes('/') ? [exact] : all.filter(({ keyword }) => keyword === word);
  const meanings = [
    ...groupsOf(entries).map((group) => keywordText(group, byPath)),
    ...inlineTexts(word, path),
  ];
  return meanings.length === 0 ? null : meanings.join('\n');
}

/** The nearest word that can be explained; null when none is near. */
export const nearestKeyword = (word: string): string | null =>
  closest(word, new Set([...allKeywords().map(({ keyword }) => keyword), ...inlineWords()]));

function* inlineWords(): Generator<string> {
  for (const { words } of INLINE_WORDS) for (const [word] of words) yield word;
}

/** Entries that differ in nothing but their block are one meaning. */
function groupsOf(entries: readonly KeywordEntry[]): readonly (readonly [KeywordEntry, ...KeywordEntry[]])[] {
  const groups = new Map<string, [KeywordEntry, ...KeywordEntry[]]>();
  for (const entry of entries) {
    const { path: _path, block: _block, help: _help, ...same } = entry;
    const key = JSON.stringify(same);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function keywordText(
  group: readonly [KeywordEntry, ...KeywordEntry[]],
  byPath: ReadonlyMap<string, KeywordEntry>,
): string {
  const [entry] = group;
  const blocks = group.map(({ block }) => (block === '' ? 'the top level' : block));
  const facts: readonly (readonly [string, string])[] = [
    ['in', someOf(blocks)],
    [
      'takes',
      [entry.takes, entry.unit === '' ? '' : `in ${entry.unit}`].filter((part) => part !== '').join(' '),
    ],
    ['range', entry.range],
    ['default', entry.fallback],
    ['twice', entry.repeat],
    ['since', entry.since === null ? '' : `keepalived ${entry.since}`],
    ['vipd', effectText(entry)],
  ];
  const lines = [`${entry.keyword}: ${entry.help}`, ...factLines(facts)];
  if (entry.shape === 'retired') return `${lines.join('\n')}\n`;
  return `${[...lines, '', ...exampleOf(entry, byPath).map((line) => `    ${line}`)].join('\n')}\n`;
}

const factLines = (facts: readonly (readonly [string, string])[]): readonly string[] =>
  facts.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(8)} ${text}`);

/** "works", or why not. */
export function effectText({ shape, missing, replacedBy }: KeywordEntry): string {
  if (shape === 'retired') return 'is not a keyword any more';
  const old = replacedBy === null ? '' : `; an old name of ${replacedBy}`;
  return `${missing === null ? 'works' : `known, no effect yet (vipd does not ${missing} yet)`}${old}`;
}

const someOf = (names: readonly string[]): string =>
  names.length <= BLOCKS_SHOWN_MAX
    ? names.join(', ')
    : `${names.slice(0, BLOCKS_SHOWN_MAX).join(', ')} and ${names.length - BLOCKS_SHOWN_MAX} more`;

/** Meanings inside the lines of other keywords; with a path only those of that keyword. */
function inlineTexts(word: string, path: string): readonly string[] {
  const texts: string[] = [];
  for (const { in: places, words } of INLINE_WORDS) {
    const found = words.find(
      ([name]) => name === word || places.some((place) => `${place}/${name}` === path),
    );
    if (found !== undefined) texts.push(inlineText(found, places));
  }
  return texts;
}

function inlineText([word, takes, range, fallback, help]: InlineRow, places: readonly string[]): string {
  const where = places.length === 0 ? 'anywhere' : `on lines of ${someOf(places)}`;
  const facts = [
    ['in', where],
    ['takes', takes],
    ['range', range],
    ['default', fallback],
  ] as const;
  return `${[`${word}: ${help}`, ...factLines(facts)].join('\n')}\n`;
}
