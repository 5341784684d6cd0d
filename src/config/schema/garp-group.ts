/** Keywords of `garp_group`: interfaces that share one pace of announcements. */
import type { InterfaceName } from '../../base/units.ts';
import { block, each, line, list, type ValueReader } from './row.ts';
import { decimalSeconds, interfaceWord, noHead, parseInterface } from './values.ts';

const SECONDS_MAX = 4294.967295;

const interfaceNames: ValueReader<readonly InterfaceName[]> = (words, report) =>
  words.args.flatMap((word) => parseInterface(word, 'interfaces', report) ?? []);

export const garpGroupRows = {
  garp_interval: line(
    decimalSeconds(0, SECONDS_MAX),
    'least seconds between two gratuitous ARPs of the group',
    {
      tier: 3,
    },
  ),
  gna_interval: line(decimalSeconds(0, SECONDS_MAX), 'the same for neighbour advertisements', { tier: 3 }),
  interface: each(interfaceWord, 'an interface of the group', { tier: 3 }),
  interfaces: list(interfaceNames, 'interfaces of the group', { tier: 3 }),
};

export const garpGroup = block(
  noHead,
  garpGroupRows,
  'interfaces that share the pace of their announcements',
  {
    tier: 3,
  },
);
