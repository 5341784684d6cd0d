/** The shape of a keyword table. A row says what a keyword takes, what it yields, and in one line what it is for;
 *  the parser, the reader of values and the suggestions all live off the same rows. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments } from '../syntax/tree.ts';

/** Turns a keyword's words into a value; undefined when it has reported why not, and then the default stays. */
export interface ValueReader<T> {
  (line: Arguments, report: Report): T | undefined;
  /** the numbers that are accepted, both ends included, in the unit of the text */
  readonly range?: readonly [low: number, high: number];
}

/** What a second occurrence does: replaces the first, is reported and ignored, is a value of its own, or adds to it. */
export type Repeat = 'last' | 'first' | 'each' | 'all';

/** How common a keyword is: 1 practically every configuration, 2 a sizeable minority, 3 exotic. */
export type Tier = 1 | 2 | 3;

interface RowCommon {
  readonly help: string;
  readonly tier: Tier;
  /** the keyword to write instead; the old one still works */
  readonly replacedBy: string | null;
}

export interface LineRow<T> extends RowCommon {
  readonly shape: 'line';
  readonly read: ValueReader<T>;
  readonly repeat: Repeat;
}

/** A line that may be written several times, each with a value of its own. */
export interface EachRow<T> extends LineRow<T> {
  readonly repeat: 'each';
}

/** A `{ }` block of free lines, each read by `read`. */
export interface ListRow<T> extends RowCommon {
  readonly shape: 'list';
  readonly read: ValueReader<T>;
  /** a name stands before the `{`, and each block is a list of its own */
  readonly named: boolean;
}

export interface NamedListRow<T> extends ListRow<T> {
  readonly named: true;
}

export interface BlockRow<H, S extends RowTable> extends RowCommon {
  readonly shape: 'block';
  /** the words between the keyword and `{` */
  readonly head: ValueReader<H>;
  readonly rows: S;
}

/** A keyword of keepalived's that vipd knows by name only. */
export interface UnsupportedRow extends RowCommon {
  readonly shape: 'unsupported';
  readonly body: 'line' | 'list' | 'block';
}

/** A keyword that keepalived once had and now refuses; `help` says what became of it. */
export interface RetiredRow extends RowCommon {
  readonly shape: 'retired';
}

// `unknown` in the value position: a table holds rows of many types, and each is read through its own.
export type KeywordRow =
  | LineRow<unknown>
  | ListRow<unknown>
  | BlockRow<unknown, RowTable>
  | UnsupportedRow
  | RetiredRow;

export type RowTable = { readonly [keyword: string]: KeywordRow };

interface RowOptions {
  readonly tier?: Tier;
  readonly replacedBy?: string;
}

const common = (help: string, options: RowOptions): RowCommon => ({
  help,
  tier: options.tier ?? 2,
  replacedBy: options.replacedBy ?? null,
});

export const line = <T>(
  read: ValueReader<T>,
  help: string,
  options: RowOptions & { readonly repeat?: Exclude<Repeat, 'each'> } = {},
): LineRow<T> => ({ shape: 'line', read, repeat: options.repeat ?? 'last', ...common(help, options) });

export const each = <T>(read: ValueReader<T>, help: string, options: RowOptions = {}): EachRow<T> => ({
  shape: 'line',
  read,
  repeat: 'each',
  ...common(help, options),
});

export const list = <T>(read: ValueReader<T>, help: string, options: RowOptions = {}): ListRow<T> => ({
  shape: 'list',
  read,
  named: false,
  ...common(help, options),
});

export const namedList = <T>(
  read: ValueReader<T>,
  help: string,
  options: RowOptions = {},
): NamedListRow<T> => ({
  shape: 'list',
  read,
  named: true,
  ...common(help, options),
});

export const block = <H, S extends RowTable>(
  head: ValueReader<H>,
  rows: S,
  help: string,
  options: RowOptions = {},
): BlockRow<H, S> => ({ shape: 'block', head, rows, ...common(help, options) });

export const unsupported = (
  body: UnsupportedRow['body'],
  tier: Tier,
  help: string,
  replacedBy?: string,
): UnsupportedRow => ({
  shape: 'unsupported',
  body,
  ...common(help, replacedBy === undefined ? { tier } : { tier, replacedBy }),
});

export const retired = (help: string): RetiredRow => ({ shape: 'retired', ...common(help, { tier: 3 }) });
