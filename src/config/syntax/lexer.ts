/** Cuts one line into words and braces (grammar.md sections 1 and 2). Never throws; what it cannot read it reports
 *  and skips, so every later stage sees well-formed pieces. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { originOf, type SourceText } from './source.ts';
import type { Piece, Word } from './tree.ts';

const TAB = 9;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const BANG = 33;
const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** The blanks of C's isspace() in the POSIX locale; a no-break or full-width blank is a letter here. */
export const isBlank = (code: number): boolean => code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN);

/** Appends the pieces of `source.text[from..to)`, one line without its end, to `pieces`. */
export function lexLine(source: SourceText, from: number, to: number, pieces: Piece[], report: Report): void {
  const { text } = source;
  let keyword: Word | null = null;
  let args: Word[] | null = null;
  let tailFrom = from;
  let at = from;
  const flush = (tailTo: number) => {
    if (keyword === null) return;
    pieces.push({ kind: 'words', keyword, args: args ?? NO_WORDS, source, tailFrom, tailTo });
    keyword = null;
    args = null;
  };
  while (at < to) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) {
      at++;
    } else if (code === HASH || code === BANG) {
      break;
    } else if (code === OPEN || code === CLOSE) {
      flush(at);
      const { file, start, end } = originOf(source, at, at + 1);
      pieces.push({ kind: code === OPEN ? 'open' : 'close', file, start, end });
      at++;
    } else {
      const end = code === QUOTE ? quotedEnd(source, at, to, report) : bareEnd(text, at, to);
      const word = wordOf(source, at, end);
      if (keyword === null) {
        keyword = word;
        tailFrom = end;
      } else if (args === null) args = [word];
      else args.push(word);
      at = end;
    }
  }
  flush(at);
}

/** Most lines have few words and many have one. */
const NO_WORDS: readonly Word[] = [];

/** One past the closing quote, or the end of the line when there is none. */
function quotedEnd(source: SourceText, at: number, to: number, report: Report): number {
  const close = source.text.indexOf('"', at + 1);
  if (close !== -1 && close < to) return close + 1;
  report(catalog.unterminated_quote(originOf(source, at, to), {}));
  return to;
}

function bareEnd(text: string, at: number, to: number): number {
  let end = at;
  while (end < to) {
    const code = text.charCodeAt(end);
    if (code === BACKSLASH && isCommentSign(text.charCodeAt(end + 1))) {
      end += 2;
    } else if (isBlank(code) || code === QUOTE || code === OPEN || code === CLOSE || isCommentSign(code)) {
      break;
    } else {
      end++;
    }
  }
  return Math.min(end, to);
}

const isCommentSign = (code: number): boolean => code === HASH || code === BANG;

function wordOf(source: SourceText, from: number, to: number): Word {
  const { text } = source;
  const quoted = text.charCodeAt(from) === QUOTE;
  const closed = quoted && to - from > 1 && text.charCodeAt(to - 1) === QUOTE;
  const raw = quoted ? text.slice(from + 1, closed ? to - 1 : to) : text.slice(from, to);
  const word = quoted ? raw : unescapeComments(raw);
  if (source.segments === null) return { text: word, file: source.file, start: from, end: to };
  return { text: word, ...originOf(source, from, to) };
}

export const unescapeComments = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([#!])/g, '$1') : text;

/** Where the comment of a line begins, or `to`: the first `#` or `!` that is neither quoted nor escaped. */
export function commentStart(text: string, from: number, to: number): number {
  let quoted = false;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (code === BACKSLASH && isCommentSign(text.charCodeAt(at + 1))) at++;
    else if (isCommentSign(code)) return at;
  }
  return to;
}
