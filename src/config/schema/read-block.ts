/** Reads the statements of one block through its table into typed settings. This is the only place where rows and
 *  values lose and regain their types. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments, Statement } from '../syntax/tree.ts';
import type { BlockRow, EachRow, LineRow, ListRow, NamedListRow, RowTable } from './row.ts';
import { wordAt } from './values.ts';

/** A value and the line it was written on. */
export interface Setting<T> {
  readonly value: T;
  readonly at: Statement;
}

/** One `{ }` block: its head (name, address), its settings, its line. */
export interface BlockValue<H, S extends RowTable> {
  readonly head: H;
  readonly settings: Settings<S>;
  readonly at: Statement;
}

/** One entry of a list block and its line. */
export interface ListEntry<T> {
  readonly value: T;
  readonly at: Arguments;
}

/** One `NAME { }` block of free lines. */
export interface NamedList<T> {
  readonly name: string;
  readonly entries: readonly ListEntry<T>[];
  readonly at: Statement;
}

export type SettingOf<R> =
  R extends EachRow<infer T>
    ? readonly Setting<T>[]
    : R extends LineRow<infer T>
      ? Setting<T>
      : R extends NamedListRow<infer T>
        ? readonly NamedList<T>[]
        : R extends ListRow<infer T>
          ? readonly ListEntry<T>[]
          : R extends BlockRow<infer H, infer S>
            ? readonly BlockValue<H, S>[]
            : never;

/** What was said in a block: absent = not said (or refused with a diagnostic). */
export type Settings<S extends RowTable> = { readonly [K in keyof S]?: SettingOf<S[K]> };

/** Reads every statement; `rows` must be the table that the statements were parsed with. */
export function readBlock<S extends RowTable>(
  statements: readonly Statement[],
  _rows: S,
  report: Report,
): Settings<S> {
  const settings: Record<string, unknown> = {};
  for (const statement of statements) readStatement(statement, settings, report);
  return settings as Settings<S>;
}

function readStatement(statement: Statement, settings: Record<string, unknown>, report: Report): void {
  const { row } = statement;
  const name = statement.keyword.text;
  switch (row.shape) {
    case 'line': {
      const earlier = settings[name] as Setting<unknown> | undefined;
      if (earlier !== undefined && row.repeat === 'first') {
        const notes = [{ text: 'this one counts', at: earlier.at.keyword }];
        report(catalog.already_given(statement.keyword, { keyword: name }, { notes }));
        return;
      }
      const value = row.read(statement, report);
      if (value === undefined) return;
      if (row.repeat === 'each') collected<Setting<unknown>>(settings, name).push({ value, at: statement });
      else
        settings[name] = {
          value: row.repeat === 'all' ? grown(earlier?.value, value) : value,
          at: statement,
        };
      return;
    }
    case 'list': {
      const entries = readEntries(row, statement, report);
      if (!row.named) {
        collected<ListEntry<unknown>>(settings, name).push(...entries);
        return;
      }
      const own = wordAt(statement, 0, 'a name', report);
      if (own === undefined) return;
      collected<NamedList<unknown>>(settings, name).push({ name: own.text, entries, at: statement });
      return;
    }
    case 'block': {
      const head = row.head(statement, report);
      if (head === undefined || statement.body.kind !== 'block') return;
      const inner = readBlock(statement.body.statements, row.rows, report);
      collected<BlockValue<unknown, RowTable>>(settings, name).push({ head, settings: inner, at: statement });
      return;
    }
    case 'unsupported':
    case 'retired':
      return;
  }
}

function readEntries(row: ListRow<unknown>, { body }: Statement, report: Report): ListEntry<unknown>[] {
  return (body.kind === 'list' ? body.entries : []).flatMap((entry) => {
    const value = row.read(entry, report);
    return value === undefined ? [] : [{ value, at: entry }];
  });
}

/** With `all` each line is a list that adds to those before it; the first begins a list of the block's own. */
function grown(earlier: unknown, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const list: unknown[] = Array.isArray(earlier) ? earlier : [];
  for (const each of value) list.push(each);
  return list;
}

/** The growing list of a keyword that may be repeated. */
function collected<T>(settings: Record<string, unknown>, name: string): T[] {
  const list = (settings[name] as T[] | undefined) ?? [];
  settings[name] = list;
  return list;
}
