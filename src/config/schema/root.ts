/** The table of the top level. */
import { bfdRows } from './bfd.ts';
import { globalRows, topLevelRows } from './global.ts';
import { lvsRows } from './lvs.ts';
import { staticRows } from './routing.ts';
import { block } from './row.ts';
import { noHead } from './values.ts';
import { vrrpRows } from './vrrp.ts';

export const rootRows = {
  ...topLevelRows,
  global_defs: block(noHead, globalRows, 'settings of the whole daemon', { tier: 1 }),
  ...bfdRows,
  ...vrrpRows,
  ...staticRows,
  ...lvsRows,
};
