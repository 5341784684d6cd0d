/** What every lowering step gets, and the few ways of choosing between settings. */
import type { InterfaceName } from '../../base/units.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { BfdInstance } from '../model/bfd.ts';
import type { GlobalConfig } from '../model/global.ts';
import type { TrackFile } from '../model/vrrp.ts';
import type { globalRows } from '../schema/global.ts';
import type { Setting, Settings } from '../schema/read-block.ts';
import type { Statement } from '../syntax/tree.ts';
import type { RoutingLines } from './routing.ts';

export type GlobalSettings = Settings<typeof globalRows>;

export interface LowerContext {
  readonly report: Report;
  readonly global: GlobalConfig;
  /** defaults that `global_defs` gives to instances, as written */
  readonly defaults: GlobalSettings;
  /** what sync groups say about notify_priority_changes, by member */
  readonly priorityChanges: ReadonlyMap<string, boolean>;
  /** those that stand above what is being lowered, at least */
  readonly trackFiles: ReadonlyMap<string, Defined<TrackFile>>;
  readonly bfdInstances: ReadonlyMap<string, Defined<BfdInstance>>;
  /** how lines in iproute2's words are read */
  readonly lines: RoutingLines;
  /** the first of the candidates that no interface made for an instance has */
  readonly nameLink: (candidates: Iterable<InterfaceName>) => InterfaceName;
}

/** A definition and its place: a line above that place does not see it. */
export interface Defined<T> {
  readonly value: T;
  readonly at: Statement;
}

export const valueOr = <T, F>(setting: Setting<T> | undefined, fallback: F): T | F =>
  setting === undefined ? fallback : setting.value;

/** Of several spellings of one keyword, the one written last. */
export function latest<T>(...settings: readonly (Setting<T> | undefined)[]): Setting<T> | undefined {
  let last: Setting<T> | undefined;
  for (const setting of settings) {
    if (setting !== undefined && (last === undefined || setting.at.order > last.at.order)) last = setting;
  }
  return last;
}

/** The first value that was given, from the innermost block outwards. */
export function firstGiven<T>(...settings: readonly (Setting<T> | undefined)[]): T | undefined {
  for (const setting of settings) if (setting !== undefined) return setting.value;
  return undefined;
}
