/** Keywords of routes, rules and static entries. Their lines are iproute2's: the names in them depend on the machine, so
 *  they are read when the model is made (lower/route-line.ts, lower/rule-line.ts). */
import type { Arguments } from '../syntax/tree.ts';
import { type AddressLine, readAddressLine } from './address-line.ts';
import { block, list, type ValueReader } from './row.ts';
import { blockName } from './values.ts';

const wholeLine: ValueReader<Arguments> = (line) => (line.args.length === 0 ? undefined : line);

/** What a static line says beside its entry. */
export interface StaticLine<T> {
  readonly value: T;
  /** track_group; null = none */
  readonly group: string | null;
}

/** Takes `track_group NAME` out of a line; the rest is the entry's. */
const grouped =
  <T>(read: ValueReader<T>): ValueReader<StaticLine<T>> =>
  (line, report) => {
    const at = line.args.findIndex(({ text }) => text === 'track_group');
    const name = at === -1 ? undefined : line.args[at + 1];
    const args = name === undefined ? line.args : line.args.toSpliced(at, 2);
    const value = read({ ...line, args }, report);
    return value === undefined ? undefined : { value, group: name?.text ?? null };
  };

export const instanceRoutingRows = {
  virtual_routes: list(wholeLine, 'routes that are there while this router is master', { tier: 1 }),
  virtual_rules: list(wholeLine, 'policy rules that are there while this router is master'),
};

export const staticRows = {
  track_group: block(
    blockName,
    {
      group: list<readonly string[]>((words) => words.args.map((word) => word.text), 'its members', {
        tier: 3,
      }),
    },
    'instances that are in FAULT while a static entry is missing',
    { tier: 3 },
  ),
  static_ipaddress: list<StaticLine<AddressLine>>(
    grouped(readAddressLine),
    'addresses that are there from start to stop',
  ),
  static_routes: list<StaticLine<Arguments>>(grouped(wholeLine), 'routes that are there from start to stop'),
  static_rules: list<StaticLine<Arguments>>(
    grouped(wholeLine),
    'policy rules that are there from start to stop',
    { tier: 3 },
  ),
};
