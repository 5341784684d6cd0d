/** PCRE2, which the file speaks, → the regular expressions that this runtime speaks: the same matches, or a refusal that says
 *  which construct has no counterpart. keywords.json, url/regex and url/regex_options. */
import { err, ok, type Result } from '../../base/result.ts';

/** Source and flags for `new RegExp`. */
export interface Translated {
  readonly source: string;
  readonly flags: string;
}

/** Not every option changes what matches: those that `Options` does not name only steer how PCRE2 goes about it. */
const INLINE: Readonly<Record<string, string>> = {
  i: 'caseless',
  m: 'multiline',
  s: 'dotall',
  x: 'extended',
};

const START = '(?<![\\s\\S])';
const END = '(?![\\s\\S])';
const END_OR_LAST_BREAK = `(?=\\n?${END})`;

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: '0-9A-Za-z', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f', word: '\\w', cntrl: '\\x00-\\x1f\\x7f', print: ' -~', graph: '!-~',
  ascii: '\\x00-\\x7f',
}; // biome-ignore format: one line reads better

/** Escapes that are spelled otherwise; outside of brackets. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: START, z: END, Z: END_OR_LAST_BREAK, h: '[ \\t]', H: '[^ \\t]', N: '[^\\n]',
  R: '(?:\\r\\n|[\\n\\v\\f\\r])', a: '\\x07', e: '\\x1b',
}; // biome-ignore format: one line reads better

const UNKNOWN_ESCAPES = 'GKCXEgPp';
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

/** A line ends with a line feed and nothing else, which is not this runtime's idea of it. */
interface Options {
  readonly extended: boolean;
  readonly ungreedy: boolean;
  /** what `.`, `^` and `$` stand for */
  readonly dot: string;
  readonly start: string;
  readonly end: string;
}

/** Errors are phrases: `(?> has no counterpart`. */
export function translatePcre(pattern: string, words: readonly string[]): Result<Translated, string> {
  const inline = /^(?:\(\*UTF8?\))?(?:\(\?([imsx]+)\))?/.exec(pattern);
  const has = new Set([...words, ...[...(inline?.[1] ?? '')].map((letter) => INLINE[letter] ?? '')]);
  const multiline = has.has('multiline');
  const body = translateBody(pattern.slice(inline?.[0].length ?? 0), {
    extended: has.has('extended'),
    ungreedy: has.has('ungreedy'),
    dot: has.has('dotall') ? '[\\s\\S]' : '[^\\n]',
    start: multiline ? '(?<![^\\n])' : START,
    end: multiline ? '(?![^\\n])' : has.has('dollar_endonly') ? END : END_OR_LAST_BREAK,
  });
  if (!body.ok) return body;
  // the match begins in the first line
  const source = has.has('firstline') ? `(?<!\\n[\\s\\S]*)(?:${body.value})` : body.value;
  const isUnicode = has.has('utf') || has.has('ucp') || inline?.[0].startsWith('(*UTF') === true;
  const flags = `${has.has('caseless') ? 'i' : ''}${isUnicode ? 'u' : ''}`;
  try {
    new RegExp(source, flags);
    return ok({ source, flags });
  } catch (error) {
    return err(error instanceof Error ? error.message : 'it makes no sense');
  }
}

function translateBody(pattern: string, options: Options): Result<string, string> {
  let out = '';
  for (let rest = pattern; rest !== ''; ) {
    const piece = nextPiece(rest, options);
    if (!piece.ok) return piece;
    out += piece.value.text;
    rest = rest.slice(piece.value.length);
  }
  return ok(out);
}

interface Piece {
  readonly text: string;
  /** characters of the pattern that it stands for */
  readonly length: number;
}

const piece = (text: string, length: number): Result<Piece, string> => ok({ text, length });
const refuse = (what: string): Result<Piece, string> => err(`${what} has no counterpart`);

function nextPiece(rest: string, options: Options): Result<Piece, string> {
  const [first = ''] = rest;
  if (first === '\\') return escaped(rest);
  if (first === '[') return bracket(rest);
  if (first === '(') return group(rest);
  if (first === '$') return piece(options.end, 1);
  if (first === '^') return piece(options.start, 1);
  if (first === '.') return piece(options.dot, 1);
  if (first === ']' || first === '}') return piece(`\\${first}`, 1);
  if (options.extended) {
    const ignored = /^(?:\s+|#[^\n]*)/.exec(rest);
    if (ignored !== null) return piece('', ignored[0].length);
  }
  const quantifier = QUANTIFIER.exec(rest);
  if (first === '{' && quantifier === null) return piece('\\{', 1);
  return quantifier === null ? piece(first, 1) : quantified(rest, quantifier[0], options);
}

function quantified(rest: string, quantifier: string, { ungreedy }: Options): Result<Piece, string> {
  const suffix = rest.charAt(quantifier.length);
  if (suffix === '+') return refuse(`the possessive ${quantifier}+`);
  const lazy = suffix === '?';
  return piece(quantifier + (lazy === ungreedy ? '' : '?'), quantifier.length + (lazy ? 1 : 0));
}

function escaped(rest: string): Result<Piece, string> {
  const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest);
  if (quoted !== null) {
    return piece((quoted[1] ?? '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), quoted[0].length);
  }
  const hex = /^\\x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{0,2}))/.exec(rest);
  if (hex !== null) return piece(codePoint(hex[1] ?? hex[2] ?? ''), hex[0].length);
  const letter = rest.charAt(1);
  if (letter === '') return err('a backslash stands at its end');
  // any sign stands for itself, which this runtime does not allow everywhere
  if (/[^A-Za-z0-9]/.test(letter)) return piece(codePoint(letter.charCodeAt(0).toString(16)), 2);
  if (UNKNOWN_ESCAPES.includes(letter)) return refuse(`\\${letter}`);
  return piece(ESCAPES[letter] ?? rest.slice(0, 2), 2);
}

/** As a character of its own, whatever it means in a pattern. */
function codePoint(hex: string): string {
  const code = Number.parseInt(hex === '' ? '0' : hex, 16);
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return String.fromCodePoint(Math.min(code, 0x10ffff));
}

/** A class in brackets: `]` right behind `[` or `[^` is a character, `[:alpha:]` and the like are sets. */
function bracket(rest: string): Result<Piece, string> {
  const open = rest.startsWith('[^') ? '[^' : '[';
  let text = open;
  let at = open.length;
  for (let isFirst = true; at < rest.length; isFirst = false) {
    const posix = /^\[:(\^?)(\w+):\]/.exec(rest.slice(at));
    const [whole = '', negated = '', name = ''] = posix ?? [];
    if (posix !== null) {
      const set = CLASSES[name];
      if (set === undefined || negated !== '') return refuse(whole);
      text += set;
      at += whole.length;
    } else if (rest[at] === ']' && !isFirst) return piece(`${text}]`, at + 1);
    else if (rest[at] === '\\') {
      const member = escaped(rest.slice(at));
      if (!member.ok) return member;
      text += member.value.text.replace(/^\[([^\]^]*)\]$/, '$1');
      at += member.value.length;
    } else text += /[[\]]/.test(rest[at] ?? '') ? `\\${rest[at++]}` : rest[at++];
  }
  return err('a [ is not closed');
}

function group(rest: string): Result<Piece, string> {
  const comment = /^\(\?#[^)]*\)/.exec(rest);
  if (comment !== null) return piece('', comment[0].length);
  const named = /^\(\?(?:P?<|')([A-Za-z_]\w*)[>']/.exec(rest);
  if (named !== null) return piece(`(?<${named[1]}>`, named[0].length);
  const reference = /^\(\?P=(\w+)\)/.exec(rest);
  if (reference !== null) return piece(`\\k<${reference[1]}>`, reference[0].length);
  const plain = /^\((?:\?(?::|=|!|<=|<!))?/.exec(rest)?.[0] ?? '(';
  const next = rest.charAt(plain.length);
  if (plain === '(' && (next === '?' || next === '*')) return refuse(rest.slice(0, 3));
  return piece(plain, plain.length);
}
