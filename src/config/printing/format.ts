/**
 * `vipctl fmt`: the same configuration in one layout. Blocks are indented by four, an opening brace ends its line, a
 * closing one stands alone, words are parted by one blank, blocks of the top level by an empty line.
 *
 * It works on the text of one file and not on what the text means: comments, macros, conditions and includes stay as
 * they were written. The pieces that the reader cuts the text into are the same before and after; a line whose
 * layout may carry meaning is only indented.
 */
import { commentStart } from '../syntax/lexer.ts';
import { LINE_MAX } from '../syntax/reader.ts';

const INDENT = '    ';
/** Levels that are indented; no keyword stands deeper than five, and a text of open braces stays as long as it is. */
const LEVELS_MAX = 8;
const indentOf = (depth: number): string => INDENT.repeat(Math.max(0, Math.min(depth, LEVELS_MAX)));

interface Layout {
  readonly lines: string[];
  depth: number;
  /** the last line is a keyword that an opening brace may follow: its code and its comment */
  open: { readonly code: string; readonly comment: string } | null;
  /** the line before was a condition that opened a block: its alternatives open the same one */
  conditional: boolean;
}

/** Text in canonical layout; formatting it again changes nothing. */
export function formatConfig(text: string): string {
  const layout: Layout = { lines: [], depth: 0, open: null, conditional: false };
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const raw = (lines[i] ?? '').replace(/\r$/, '');
    if (raw.length > LINE_MAX) addForeign(layout, raw);
    else if (isDefinition(raw)) i = addDefinition(layout, lines, i);
    else if (isVerbatim(raw)) addVerbatim(layout, raw);
    else addLine(layout, raw);
  }
  while (layout.lines.at(-1) === '') layout.lines.pop();
  const result = layout.lines.length === 0 ? '' : `${layout.lines.join('\n')}\n`;
  return result.startsWith('\ufeff') ? ` ${result}` : result; // at the very beginning it would be a byte order mark
}

const isDefinition = (raw: string): boolean => /^[\t-\r ]*\$[A-Za-z_]\w*=/.test(raw);

/** Conditions, sequences, lines that the reader refuses, quotes that are not closed. */
const isVerbatim = (raw: string): boolean =>
  /^[\t-\r ]*[@~]/.test(raw) ||
  raw.length > LINE_MAX - LEVELS_MAX * INDENT.length ||
  /\0/.test(raw) ||
  hasOpenQuote(raw);

function hasOpenQuote(raw: string): boolean {
  const code = raw.slice(0, commentStart(raw, 0, raw.length));
  return (code.match(/"/g)?.length ?? 0) % 2 === 1;
}

/** A definition with all lines that a trailing backslash joins to it, as they are. Returns its last line. */
function addDefinition(layout: Layout, lines: readonly string[], first: number): number {
  layout.open = null;
  let last = first;
  for (; last < lines.length; last++) {
    const raw = (lines[last] ?? '').replace(/[\t-\r ]+$/, '');
    layout.lines.push(last === first ? raw.replace(/^[\t-\r ]+/, '') : raw);
    const code = trimmed(raw.slice(0, commentStart(raw, 0, raw.length)));
    if (last > first && trimmed(raw) === '') break;
    const isComment = last > first && code === '';
    if (!code.endsWith('\\') && !isComment) break;
  }
  return Math.min(last, lines.length - 1);
}

/** A line that the reader does not read at all. */
function addForeign(layout: Layout, raw: string): void {
  layout.lines.push(raw);
  layout.open = null;
  layout.conditional = false;
}

function addVerbatim(layout: Layout, raw: string): void {
  const text = trimmed(raw);
  const code = text.slice(0, commentStart(text, 0, text.length));
  const change = braces(code);
  const isAlternative = layout.conditional && text.startsWith('@') && change > 0;
  if (change < 0) layout.depth = Math.max(0, layout.depth + change);
  const indent = indentOf(layout.depth - (isAlternative ? 1 : 0));
  layout.lines.push(text.length > LINE_MAX - indent.length ? text : `${indent}${text}`);
  if (change > 0 && !isAlternative) layout.depth += change;
  layout.conditional = text.startsWith('@') && change > 0;
  layout.open = null;
}

/** Opening less closing braces outside quotes and macro uses. */
function braces(code: string): number {
  const bare = code.replace(/"[^"]*"/g, '').replace(/\$\{[^{}]*\}/g, '');
  return (bare.match(/\{/g)?.length ?? 0) - (bare.match(/\}/g)?.length ?? 0);
}

function addLine(layout: Layout, raw: string): void {
  layout.conditional = false;
  if (layout.open?.code.includes('$')) layout.open = null;
  const to = commentStart(raw, 0, raw.length);
  const comment = trimmed(raw.slice(to));
  const code = raw.slice(0, to);
  const parts = cutAtBraces(code);
  // a macro may stand for a comment sign, which holds up to the end of this very line
  const dependent = code.includes('$') && !(parts.length === 2 && parts[1] === '{');
  // behind a brace a word may begin with a sign that means something at the beginning of a line
  const sign = parts.slice(1).some((part) => /^[@~$]/.test(part));
  if (parts.length > 1 && (dependent || sign)) {
    addVerbatim(layout, raw);
    return;
  }
  if (parts.length === 0) {
    if (comment !== '') addComment(layout, comment);
    else if (layout.lines.length > 0 && layout.lines.at(-1) !== '' && !endsWithOpen(layout))
      layout.lines.push('');
    return;
  }
  parts.forEach((part, i) => {
    const last = i === parts.length - 1 ? comment : '';
    if (part === '{') openBlock(layout, last);
    else if (part === '}') closeBlock(layout, last);
    else addWords(layout, part, last);
  });
}

const endsWithOpen = ({ lines }: Layout): boolean => /\{( [#!].*)?$/.test(lines.at(-1) ?? '');

function addComment(layout: Layout, comment: string): void {
  separate(layout);
  layout.lines.push(`${indentOf(layout.depth)}${comment}`);
  layout.open = null;
}

function addWords(layout: Layout, code: string, comment: string): void {
  separate(layout);
  layout.lines.push(withComment(`${indentOf(layout.depth)}${code}`, comment));
  layout.open = { code, comment };
}

function openBlock(layout: Layout, comment: string): void {
  const { open, depth } = layout;
  const indent = indentOf(depth);
  const joined = open === null ? '' : withComment(`${indent}${open.code} {`, open.comment);
  if (open !== null && joined.length <= LINE_MAX) {
    while (layout.lines.at(-1) === '') layout.lines.pop();
    layout.lines[layout.lines.length - 1] = joined;
    if (comment !== '') {
      if (open.comment === '') layout.lines[layout.lines.length - 1] = withComment(joined, comment);
      else layout.lines.push(`${indent}${INDENT}${comment}`);
    }
  } else layout.lines.push(withComment(`${indent}{`, comment));
  layout.depth++;
  layout.open = null;
}

function closeBlock(layout: Layout, comment: string): void {
  while (layout.lines.at(-1) === '') layout.lines.pop();
  layout.depth = Math.max(0, layout.depth - 1);
  layout.lines.push(withComment(`${indentOf(layout.depth)}}`, comment));
  layout.open = null;
}

/** An empty line behind a block of the top level. */
function separate(layout: Layout): void {
  if (layout.depth === 0 && /^\}/.test(layout.lines.at(-1) ?? '')) layout.lines.push('');
}

const withComment = (code: string, comment: string): string => (comment === '' ? code : `${code} ${comment}`);

/** Words between braces, and the braces; `${NAME}` is a word, and a quoted brace is none. */
function cutAtBraces(code: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  const flush = (to: number): void => {
    const words = oneBlank(code.slice(from, to));
    if (words !== '') parts.push(words);
  };
  for (let at = 0; at < code.length; at++) {
    const character = code.charAt(at);
    if (character === '"') at = Math.max(at, code.indexOf('"', at + 1));
    else if (character === '$' && code.charAt(at + 1) === '{') at = Math.max(at, code.indexOf('}', at));
    else if (character === '{' || character === '}') {
      flush(at);
      parts.push(character);
      from = at + 1;
    }
  }
  flush(code.length);
  return parts;
}

/** One blank between words. Single quotes and backslashes mean something to scripts and expressions: with them the
 *  inside of a line stays as it is. */
function oneBlank(code: string): string {
  const words = trimmed(code);
  if (/['\\]/.test(words)) return words;
  return words.replace(/"[^"]*"|[\t-\r ]+/g, (match) => (match.startsWith('"') ? match : ' '));
}

/** Without the blanks at both ends; other white space of Unicode is letters to the reader. */
const trimmed = (text: string): string => text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
