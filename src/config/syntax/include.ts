/** The include family: which keyword makes which failure fatal (the table of grammar.md section 5). */
import type { GlobMatches } from './files.ts';

/** True: this failure keeps the daemon from starting; false: it is only told. */
export interface Strictness {
  /** a match that cannot be read */
  readonly read: boolean;
  /** a plain name that names nothing */
  readonly match: boolean;
  /** a wildcard pattern that matches nothing */
  readonly wildcard: boolean;
  /** one alternative of `{a,b}` that matches nothing */
  readonly brace: boolean;
}

export interface IncludeFailure {
  readonly fatal: boolean;
  readonly text: string;
}

const LENIENT: Strictness = { read: false, match: false, wildcard: false, brace: false };
const FAMILY: ReadonlyMap<string, Strictness> = new Map([
  ['include', LENIENT],
  ['includer', { ...LENIENT, read: true }],
  ['includem', { ...LENIENT, read: true, match: true }],
  ['includew', { ...LENIENT, read: true, match: true, wildcard: true }],
  ['includeb', { ...LENIENT, read: true, brace: true }],
  ['includea', { read: true, match: true, wildcard: true, brace: true }],
]);

export const isInclude = (word: string): boolean => word.startsWith('include') && FAMILY.has(word);

/** The words of include_check. */
export const INCLUDE_CHECKS: ReadonlyMap<string, keyof Strictness> = new Map([
  ['read', 'read'],
  ['match', 'match'],
  ['wildcard_match', 'wildcard'],
  ['brace_match', 'brace'],
]);

/** What `include_check WORDS` makes of the strictness before it: no word asks for all, a bare word for itself and
 *  those after it, a signed word adds or takes away. */
export function raised(before: Strictness, words: readonly { readonly text: string }[]): Strictness {
  if (words.length === 0) return strictnessOf('includea');
  const result = { ...(/^[+-]/.test(words[0]?.text ?? '') ? before : LENIENT) };
  for (const { text } of words) {
    const check = INCLUDE_CHECKS.get(text.replace(/^[+-]/, ''));
    if (check !== undefined) result[check] = !text.startsWith('-');
  }
  return result;
}

export const strictnessOf = (keyword: string): Strictness => FAMILY.get(keyword) ?? LENIENT;

/** What is wrong with what a pattern matched; a lenient wildcard may match nothing without a word. */
export function matchFailure(
  pattern: string,
  { paths, braceUnmatched }: GlobMatches,
  strictness: Strictness,
): IncludeFailure | null {
  if (paths.length > 0) {
    const text = `one alternative of '${pattern}' matches no file`;
    return braceUnmatched ? { fatal: strictness.brace, text } : null;
  }
  if (!/[*?[]/.test(pattern)) return { fatal: strictness.match, text: `'${pattern}' names no file` };
  return strictness.wildcard ? { fatal: true, text: `'${pattern}' matches no file` } : null;
}
