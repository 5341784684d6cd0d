/** Characters that look like a blank and are letters to the lexer: they come with text that was copied from a web page
 *  or typed with an input method. */
import type { Diagnostic } from './diagnostic.ts';

const STRANGE_BLANKS: readonly (readonly [character: string, name: string])[] = [
  ['\u3000', 'full-width blank (U+3000)'],
  ['\u00a0', 'no-break space (U+00A0)'],
  ['\u200b', 'zero-width space (U+200B)'],
  ['\ufeff', 'byte order mark (U+FEFF)'],
];

/** The name of the first such character in `text`. */
export function strangeBlank(text: string): { readonly blank: string } | null {
  const found = STRANGE_BLANKS.find(([character]) => text.includes(character));
  return found === undefined ? null : { blank: found[1] };
}

/** Whatever is wrong with a word that holds one: the help names the character, which nobody can see. */
export function withBlankNamed(diagnostic: Diagnostic): Diagnostic {
  const { at, id } = diagnostic;
  if (at === null || id === 'strange_blank') return diagnostic;
  const found = strangeBlank(at.file.text.slice(at.start, at.end));
  return found === null
    ? diagnostic
    : { ...diagnostic, help: `it holds a ${found.blank}; replace it by a space` };
}
