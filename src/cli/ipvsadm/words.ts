/** The words of a command line as commands, options and the rest, by the rules of popt, which the original uses:
 *  short options may be joined, an argument may be joined to them or stand behind `=`, long names are not
 *  abbreviated, and words that are no options may stand anywhere. */
import {
  COMMANDS,
  type CommandName,
  type CommandRow,
  OPTIONS,
  type OptionName,
  type OptionRow,
} from './option-table.ts';

export type Token =
  | { readonly kind: 'command'; readonly name: CommandName; readonly word: string; readonly argument: string }
  | {
      readonly kind: 'option';
      readonly name: OptionName;
      readonly word: string;
      /** null: it takes none, or its optional one is not there */
      readonly argument: string | null;
    }
  /** nothing behind it was read */
  | { readonly kind: 'misread'; readonly text: string };

export interface Words {
  readonly tokens: readonly Token[];
  /** words that are neither options nor their arguments */
  readonly rest: readonly string[];
}

type Named =
  | { readonly kind: 'command'; readonly name: CommandName; readonly row: CommandRow }
  | { readonly kind: 'option'; readonly name: OptionName; readonly row: OptionRow };

export function readWords(argv: readonly string[]): Words {
  const tokens: Token[] = [];
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      rest.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    const { found, took } = word.startsWith('--')
      ? readLong(word, argv[at + 1])
      : readShort(word, argv[at + 1]);
    tokens.push(...found);
    if (found.at(-1)?.kind === 'misread') break;
    at += took;
  }
  return { tokens, rest };
}

interface Reading {
  readonly found: readonly Token[];
  /** words taken as an argument behind this one */
  readonly took: 0 | 1;
}

function readLong(word: string, next: string | undefined): Reading {
  const [, name = '', joined] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const named = LONG.get(name);
  if (named === undefined) return misread(word, 'unknown option');
  return withArgument(named, { word, joined: joined ?? null, next: next ?? null });
}

/** `-Ln`, `-At1.1.1.1:80`, `-p=40`: letters, of which the last may have an argument. */
function readShort(word: string, next: string | undefined): Reading {
  const found: Token[] = [];
  for (let i = 1; i < word.length; i++) {
    const named = SHORT.get(word[i] ?? '');
    if (named === undefined) return { found: [...found, misreading(word, 'unknown option')], took: 0 };
    const behind = word.slice(i + 1);
    const takesNone = named.row.argument === 'none';
    const joined = takesNone && !behind.startsWith('=') ? '' : behind;
    const reading = withArgument(named, {
      word,
      joined: joined === '' ? null : joined.replace(/^=/, ''),
      next: next ?? null,
    });
    found.push(...reading.found);
    if (joined !== '' || !takesNone || reading.found.at(-1)?.kind === 'misread') {
      return { found, took: reading.took };
    }
  }
  return { found, took: 0 };
}

function withArgument(
  named: Named,
  {
    word,
    joined,
    next,
  }: { readonly word: string; readonly joined: string | null; readonly next: string | null },
): Reading {
  const { argument } = named.row;
  if (argument === 'none') {
    return joined === null
      ? { found: [tokenOf(named, word, null)], took: 0 }
      : misread(word, 'option does not take an argument');
  }
  if (joined !== null) return { found: [tokenOf(named, word, joined)], took: 0 };
  const takes = argument === 'required' ? next !== null : next !== null && !next.startsWith('-');
  if (takes) return { found: [tokenOf(named, word, next)], took: 1 };
  return argument === 'required'
    ? misread(word, 'missing argument')
    : { found: [tokenOf(named, word, null)], took: 0 };
}

const tokenOf = (named: Named, word: string, argument: string | null): Token =>
  named.kind === 'command'
    ? { kind: 'command', name: named.name, word, argument: argument ?? '' }
    : { kind: 'option', name: named.name, word, argument };

const misreading = (word: string, problem: string): Token => ({
  kind: 'misread',
  text: `${word}: ${problem}`,
});
const misread = (word: string, problem: string): Reading => ({ found: [misreading(word, problem)], took: 0 });

const NAMED: readonly Named[] = [
  ...(Object.keys(COMMANDS) as CommandName[]).map(
    (name): Named => ({ kind: 'command', name, row: COMMANDS[name] }),
  ),
  ...(Object.keys(OPTIONS) as OptionName[]).map(
    (name): Named => ({ kind: 'option', name, row: OPTIONS[name] }),
  ),
];
const LONG: ReadonlyMap<string, Named> = new Map(NAMED.map((named) => [named.row.long, named]));
const SHORT: ReadonlyMap<string, Named> = new Map(
  NAMED.flatMap((named) => named.row.short.map((letter): [string, Named] => [letter, named])),
);
