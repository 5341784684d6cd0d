/** The second way of splitting a line (grammar.md section 2, "re-tokenised keywords"): quotes of both kinds that join
 *  with their neighbours, and backslash escapes. Its result is an argv; no shell is ever involved. */
import { err, ok, type Result } from '../../base/result.ts';

export type ArgvProblem = 'missing_quote' | 'lone_backslash';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v',
}; // biome-ignore format: one line reads better

/** Splits `text` at blanks outside quotes. With `escapes`, backslash sequences become characters; without, both
 *  characters are kept for a later pass. */
export function splitQuoted(text: string, escapes: boolean): Result<string[], ArgvProblem> {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      if (at + 1 >= text.length) return err('lone_backslash');
      const [value, length] = escapes ? readEscape(text, at) : [text.slice(at, at + 2), 2];
      word = (word ?? '') + value;
      at += length - 1;
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null) return err('missing_quote');
  if (word !== null) words.push(word);
  return ok(words);
}

/** The escape that begins at the backslash at `at`, and how many characters it takes. */
function readEscape(text: string, at: number): [value: string, length: number] {
  const rest = text.slice(at + 1, at + 4);
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hex !== null) return [String.fromCharCode(Number.parseInt(hex[1] ?? '0', 16)), 1 + hex[0].length];
  const octal = /^[0-7]{1,3}/.exec(rest);
  if (octal !== null) {
    return [String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff), 1 + octal[0].length];
  }
  const control = /^c(.)/.exec(rest);
  if (control !== null) return [String.fromCharCode((control[1] ?? '').charCodeAt(0) & 0x1f), 3];
  const character = rest.charAt(0);
  return [SIMPLE_ESCAPES[character] ?? character, 2];
}
