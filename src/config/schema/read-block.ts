/** Reads the statements of one block through its table into typed settings. This is the only place where rows and
 *  values lose and regain their types. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments, Statement } from '../syntax/tree.ts';
import type { BlockRow, EachRow, LineRow, ListRow, RowTable } from './row.ts';

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

export type SettingOf<R> =
  R extends EachRow<infer T>
    ? readonly Setting<T>[]
    : R extends LineRow<infer T>
      ? Setting<T>
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
      const entries = collected<ListEntry<unknown>>(settings, name);
      for (const entry of statement.body.kind === 'list' ? statement.body.entries : []) {
        const value = row.read(entry, report);
        if (value !== undefined) entries.push({ value, at: entry });
      }
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
