/** garp_group → model. An interface is in one group at most: the first that names it. */
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { GarpGroup } from '../model/global.ts';
import type { garpGroupRows } from '../schema/garp-group.ts';
import type { BlockValue } from '../schema/read-block.ts';
import type { Arguments } from '../syntax/tree.ts';
import { valueOr } from './context.ts';

export function lowerGarpGroups(
  blocks: readonly BlockValue<null, typeof garpGroupRows>[],
  report: Report,
): readonly GarpGroup[] {
  const taken = new Set<InterfaceName>();
  return blocks.flatMap(({ settings, at }) => {
    const claim = (name: InterfaceName, line: Arguments): readonly InterfaceName[] => {
      if (taken.has(name)) {
        report(catalog.garp_group_taken(line.args[0] ?? line.keyword, { interface: name }));
        return [];
      }
      taken.add(name);
      return [name];
    };
    const interfaces = [
      ...(settings.interface ?? []).flatMap(({ value, at: line }) => claim(value, line)),
      ...(settings.interfaces ?? []).flatMap(({ value, at: line }) =>
        value.flatMap((name) => claim(name, line)),
      ),
    ];
    if (interfaces.length === 0) {
      report(catalog.garp_group_empty(at.keyword, {}));
      return [];
    }
    return [
      {
        interfaces,
        garpInterval: valueOr(settings.garp_interval, null),
        gnaInterval: valueOr(settings.gna_interval, null),
      },
    ];
  });
}
