/** `~SEQ(VAR, …) text` and `~LST(VAR, …) text` (grammar.md section 6): which macros a line sets, to which values in
 *  turn, and where the text begins that is read once for each of them. */
import { err, ok, type Result } from '../../base/result.ts';

export interface Sequence {
  readonly names: readonly string[];
  /** one row for each reading of the text, one value for each name */
  readonly rounds: Iterable<readonly string[]>;
  /** offset of the text behind the parameters */
  readonly textFrom: number;
}

/** Readings of one line; keepalived has no limit and can be kept busy for hours. */
export const ROUNDS_MAX = 65_536;

const HEAD = /^\s*~(SEQx?|LST)\(([^)]*)\)\s*/;
const NAME = /^[A-Za-z_]\w*$/;

/** True for a line that begins with `~SEQ(`, `~SEQx(` or `~LST(`. */
export const isSequence = (line: string): boolean => /^\s*~(?:SEQx?|LST)\(/.test(line);

/** `expand` replaces macros among the parameters. The error finishes "this sequence cannot be read: …". */
export function parseSequence(line: string, expand: (text: string) => string): Result<Sequence, string> {
  const head = HEAD.exec(line);
  if (head === null) return err("')' is missing behind the parameters");
  const parameters = expand(head[2] ?? '');
  const values = head[1] === 'LST' ? listValues(parameters) : numberValues(parameters, head[1] === 'SEQx');
  return values.ok ? ok({ ...values.value, textFrom: head[0].length }) : values;
}

type Values = Result<Omit<Sequence, 'textFrom'>, string>;

/** `VAR, END` · `VAR, START, END` · `VAR, START, STEP, END`; END alone counts from 1 or from -1. */
function numberValues(parameters: string, hexadecimal: boolean): Values {
  const [name = '', ...words] = parameters.split(',').map((word) => word.trim());
  if (!NAME.test(name)) return err(`'${name}' is not a name`);
  if (words.length < 1 || words.length > 3) return err('it takes END or START, END or START, STEP, END');
  const wrong = words.find((word) => parseNumber(word) === null);
  if (wrong !== undefined) return err(`'${wrong}' is not a number`);
  const numbers = words.map((word) => parseNumber(word) ?? 0);
  const end = numbers.at(-1) ?? 0;
  const start = numbers.length === 1 ? (end < 0 ? -1 : 1) : (numbers[0] ?? 0);
  const step = numbers.length === 3 ? (numbers[1] ?? 0) : end < start ? -1 : 1;
  if (step === 0) return err('the step is 0');
  if (step > 0 !== end >= start && start !== end) return err(`steps of ${step} lead away from ${end}`);
  if (hexadecimal && Math.min(start, end) < 0) return err('~SEQx has no negative numbers');
  const count = Math.floor((end - start) / step) + 1;
  if (count > ROUNDS_MAX) return err(`it has ${count} values, more than ${ROUNDS_MAX}`);
  return ok({ names: [name], rounds: numbersFrom(start, step, count, hexadecimal ? 16 : 10) });
}

/** One by one: a sequence that leads to itself is given up after a few of them. */
function* numbersFrom(start: number, step: number, count: number, radix: number): Generator<[string]> {
  for (let i = 0; i < count; i++) yield [(start + i * step).toString(radix)];
}

/** Decimal, `0x` hexadecimal or `0` octal, with a sign. */
function parseNumber(word: string): number | null {
  const match = /^([+-]?)(?:0x([0-9a-f]{1,8})|(0[0-7]{0,11})|([1-9]\d{0,9}))$/i.exec(word);
  if (match === null) return null;
  const [, sign, hexadecimal, octal, decimal] = match;
  const size =
    hexadecimal !== undefined
      ? Number.parseInt(hexadecimal, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : Number(decimal);
  return sign === '-' ? -size : size;
}

/** `VAR, v1, v2` or `{A, B}, {a1, b1}, {a2}`: members that are missing are empty. */
function listValues(parameters: string): Values {
  const groups = splitGroups(parameters);
  const [names = [], ...rounds] = groups ?? [];
  const wrong = names.find((name) => !NAME.test(name));
  if (groups === null || wrong !== undefined)
    return err(`'${wrong ?? parameters.trim()}' is not a name or a list of names`);
  if (rounds.length === 0) return err('it has no values');
  if (rounds.length > ROUNDS_MAX) return err(`it has ${rounds.length} values, more than ${ROUNDS_MAX}`);
  const long = rounds.find((values) => values.length > names.length);
  if (long !== undefined) return err(`{${long.join(', ')}} has more members than names`);
  const blank = rounds.flat().find((value) => /[\s{}"]/.test(value));
  if (blank !== undefined) return err(`the value '${blank}' holds a blank, a brace or a quote`);
  return ok({ names, rounds: rounds.map((values) => names.map((_, i) => values[i] ?? '')) });
}

/** Cuts at commas outside braces; `{a, b}` is a group of two, `a` a group of one. Null for braces that do not match. */
function splitGroups(parameters: string): readonly (readonly string[])[] | null {
  const groups: string[][] = [];
  let rest = parameters.trim();
  while (rest !== '') {
    const group = /^(?:\{([^{}]*)\}|([^,{}]*))\s*(?:,\s*|$)/.exec(rest);
    if (group === null || group[0] === '') return null;
    groups.push(
      group[1] === undefined ? [(group[2] ?? '').trim()] : group[1].split(',').map((word) => word.trim()),
    );
    rest = rest.slice(group[0].length);
  }
  return groups;
}
