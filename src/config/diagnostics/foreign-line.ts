/** Lines that are no configuration at all: comments of other languages, prompts and output of a shell, prose. An
 *  unknown keyword is looked at here before anything like it is searched for. */

/** Words from which on a line without a known keyword reads like a sentence. */
const PROSE_WORDS = 4;

/** What to do about a line that begins with an unknown word; null when it may be a misspelt keyword. */
export function foreignLine(word: string, args: readonly { readonly text: string }[]): string | null {
  if (/^(\/\/|\/\*|\*\/|;|--|<!--)/.test(word)) return "comments begin with '#' or '!'";
  if (/^\[?[\w.-]+@[\w.-]+/.test(word) || /^([$%>]|\.\.\.|…+)$/.test(word)) {
    return 'this looks like a line of a terminal; delete it';
  }
  if (/^`{3}|^<\/?\w+>?$|^={3,}|^-{3,}/.test(word)) return 'this looks like markup; delete it';
  const words = [word, ...args.map(({ text }) => text)];
  const letters = words.filter((each) => /^\p{L}+[.,:;!?]?$/u.test(each));
  const prose = words.length >= PROSE_WORDS && letters.length === words.length;
  return prose ? "this reads like prose; comments begin with '#' or '!'" : null;
}
