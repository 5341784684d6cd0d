/** Where the values of a model come from: the table names keywords and properties that exist. */
import { describe, expect, test } from 'vitest';
import { TEMPLATE_TEXT } from '../../../src/config/document/complete.ts';
import {
  GLOBAL_ORIGINS,
  GROUP_ORIGINS,
  INSTANCE_ORIGINS,
  type OriginRow,
  SCRIPT_ORIGINS,
  SERVER_ORIGINS,
  SERVICE_ORIGINS,
} from '../../../src/config/reference/origin-table.ts';
import { allKeywords } from '../../../src/config/schema/keyword-list.ts';
import { parseText } from '../case-files.ts';

const { config } = parseText(TEMPLATE_TEXT);
const [service] = config?.virtualServers ?? [];

const tables: readonly (readonly [block: string, rows: readonly OriginRow[], value: unknown])[] = [
  ['global_defs', GLOBAL_ORIGINS, config?.global],
  ['vrrp_instance', INSTANCE_ORIGINS, config?.vrrpInstances[0]],
  ['vrrp_sync_group', GROUP_ORIGINS, config?.vrrpSyncGroups[0]],
  ['vrrp_script', SCRIPT_ORIGINS, config?.vrrpScripts[0]],
  ['virtual_server', SERVICE_ORIGINS, service],
  ['virtual_server/real_server', SERVER_ORIGINS, service?.realServers[0]],
];

describe.each(tables)('the origins of %s', (block, rows, value) => {
  test('are keywords', () => {
    const known = new Set(allKeywords().map(({ path }) => path));
    const paths = rows.flatMap(([, ...keywords]) =>
      keywords.map((keyword) => (keyword.includes('/') ? keyword.replace(/^\//, '') : `${block}/${keyword}`)),
    );
    expect(paths.filter((path) => !known.has(path))).toEqual([]);
  });

  test('cover each property that a keyword gives', () => {
    const named = new Set(rows.map(([property]) => property.split('/')[0]));
    // what a block is about, and what follows from other values
    const derived = new Set(['name', 'address', 'port', 'family', 'match', 'realServers', 'checkers']);
    const properties = Object.keys(Object(value)).filter((name) => !named.has(name) && !derived.has(name));
    expect(properties).toEqual([]);
  });
});
