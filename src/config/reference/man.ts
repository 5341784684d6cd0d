/** docs/vipd.conf.5: the manual of the configuration file, in the macros of man(7). */
import { INLINE_WORDS, type InlineRow } from '../schema/inline-words.ts';
import { allKeywords, type KeywordEntry } from '../schema/keyword-list.ts';

const HEAD = `.\\" Written by scripts/reference.sh from the tables of the parser; do not edit.
.TH VIPD.CONF 5 "" "vipd" "File formats"
.SH NAME
vipd.conf \\- configuration of vipd
.SH SYNOPSIS
.I /etc/vipd/vipd.conf
.br
.I /etc/keepalived/keepalived.conf
.SH DESCRIPTION
The file has the format of keepalived.conf: one keyword with its words on each line, and blocks in braces.
Comments begin with # or ! outside double quotes.
Words that hold blanks stand in double quotes.
.PP
.B vipd \\-t \\-f FILE
checks a file,
.B vipctl explain KEYWORD
tells what a keyword does and shows an example.
A keyword that is marked with (*) is known and has no effect yet.
`;

export function keywordsMan(): string {
  const entries = allKeywords().filter(({ shape }) => shape !== 'retired');
  const blocks = [...new Set(entries.map(({ block }) => block))];
  const sections = blocks.map((block) => {
    const title = block === '' ? 'TOP LEVEL' : block;
    return [`.SH "${roff(title)}"`, ...entries.filter((entry) => entry.block === block).map(keyword)].join(
      '\n',
    );
  });
  const inline = INLINE_WORDS.map(({ in: places, words }) => {
    const title = places.length === 0 ? 'Directives, anywhere in a file' : `On lines of ${places.join(', ')}`;
    return [`.SS "${roff(title)}"`, ...words.map(inlineWord)].join('\n');
  });
  const tail = ['.SH "SEE ALSO"', '.BR vipd (8),', '.BR vipctl (8)', ''];
  return [HEAD.trimEnd(), ...sections, '.SH "WORDS INSIDE LINES"', ...inline, ...tail].join('\n');
}

function keyword(entry: KeywordEntry): string {
  const mark = entry.missing === null ? '' : ' (*)';
  const facts = [
    entry.unit === '' ? '' : `in ${entry.unit}`,
    entry.range,
    entry.fallback === '' ? '' : `default: ${entry.fallback}`,
    entry.replacedBy === null ? '' : `old name of ${entry.replacedBy}`,
    entry.since === null ? '' : `keepalived ${entry.since}`,
  ].filter((fact) => fact !== '');
  return paragraph(`${entry.keyword}`, entry.takes, `${entry.help}${mark}`, facts);
}

const inlineWord = ([word, takes, range, fallback, help]: InlineRow): string =>
  paragraph(
    word,
    takes,
    help,
    [range, fallback === '' ? '' : `default: ${fallback}`].filter((fact) => fact !== ''),
  );

function paragraph(word: string, takes: string, help: string, facts: readonly string[]): string {
  const tag = takes === '' ? `.B "${roff(word)}"` : `.BI "${roff(word)} " "${roff(takes)}"`;
  const lines = ['.TP', tag, lineStart(roff(help))];
  if (facts.length > 0) lines.push('.br', lineStart(roff(facts.join('; '))));
  return lines.join('\n');
}

/** Characters that troff would take for its own; beyond ASCII only what the tables use. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '...');

/** A dot at the beginning of a line would be a request. */
const lineStart = (text: string): string => (text.startsWith('.') ? `\\&${text}` : text);
