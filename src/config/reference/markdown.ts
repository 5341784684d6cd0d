/** docs/keywords.md: all keywords as tables, block by block. */
import { INLINE_WORDS } from '../schema/inline-words.ts';
import { allKeywords, type KeywordEntry } from '../schema/keyword-list.ts';
import { effectText } from './explain.ts';

const HEAD = `# Keywords

Written by \`scripts/reference.sh\` from the tables that the parser itself uses (\`src/config/schema\`); do not edit.
\`vipctl explain KEYWORD\` prints the same with an example. Ranges and defaults are keepalived's.
`;

export function keywordsMarkdown(): string {
  const entries = allKeywords().filter(({ shape }) => shape !== 'retired');
  const blocks = [...new Set(entries.map(({ block }) => block))];
  const works = entries.filter(({ missing }) => missing === null).length;
  const count = `${entries.length} keywords; ${works} work, the others are known and named by a warning that they have
no effect yet (**–** in the last column).`;
  const tables = blocks.map((block) =>
    blockTable(
      block,
      entries.filter((entry) => entry.block === block),
    ),
  );
  const retired = allKeywords().filter(({ shape }) => shape === 'retired');
  return [HEAD, `${count}\n`, ...tables, inlineTables(), retiredTable(retired)].join('\n');
}

function blockTable(block: string, entries: readonly KeywordEntry[]): string {
  const rows = entries.map((entry) => {
    const help = entry.since === null ? entry.help : `${entry.help} (keepalived ${entry.since})`;
    const fallback = [entry.range, entry.fallback === '' ? '' : `default: ${entry.fallback}`];
    return tableRow([
      `\`${entry.keyword}\``,
      entry.takes === '' ? '' : `\`${entry.takes}\``,
      entry.unit,
      fallback.filter((part) => part !== '').join('; '),
      help,
      entry.missing === null && entry.replacedBy === null ? 'works' : shortEffect(entry),
    ]);
  });
  const head = [
    '| keyword | takes | unit | range and default | what it is for | vipd |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [`## ${block === '' ? 'Top level' : `\`${block}\``}\n`, ...head, ...rows, ''].join('\n');
}

const shortEffect = (entry: KeywordEntry): string =>
  entry.missing === null
    ? effectText(entry)
    : entry.replacedBy === null
      ? '–'
      : `– (old name of ${entry.replacedBy})`;

function inlineTables(): string {
  const tables = INLINE_WORDS.map(({ in: places, words }) => {
    const title =
      places.length === 0
        ? 'Directives, anywhere in a file'
        : places.map((place) => `\`${place}\``).join(', ');
    const rows = words.map(([word, takes, range, fallback, help]) =>
      tableRow([`\`${word}\``, takes === '' ? '' : `\`${takes}\``, range, fallback, help]),
    );
    const head = ['| word | takes | range | default | what it is for |', '| --- | --- | --- | --- | --- |'];
    return [`### ${title}\n`, ...head, ...rows, ''].join('\n');
  });
  return ['## Words inside lines\n', ...tables].join('\n');
}

function retiredTable(entries: readonly KeywordEntry[]): string {
  const rows = entries.map(({ path, help }) => tableRow([`\`${path}\``, help]));
  return ['## Words that keepalived once had\n', '| word | what to do |', '| --- | --- |', ...rows, ''].join(
    '\n',
  );
}

const tableRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
