/** The keyword tables as a whole. */
import { describe, expect, test } from 'vitest';
import { createGrammar, type GrammarBlock } from '../../src/config/schema/grammar.ts';
import { KNOWN_KEYWORDS } from '../../src/config/schema/known-keywords.ts';
import { rootRows } from '../../src/config/schema/root.ts';
import type { RowTable } from '../../src/config/schema/row.ts';

/** `virtual_server/real_server/weight` of every row that has an effect or at least a value. */
function supportedPaths(rows: RowTable, prefix = ''): string[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const path = `${prefix}${name}`;
    return row.shape === 'block' ? [path, ...supportedPaths(row.rows, `${path}/`)] : [path];
  });
}

/** Words that keepalived does not have. */
const NETWORK_CHECKS = [
  'TCP_CHECK', 'HTTP_GET', 'SSL_GET', 'SMTP_CHECK', 'SMTP_CHECK/host', 'UDP_CHECK', 'DNS_CHECK', 'PING_CHECK',
]; // biome-ignore format: one line reads better
const OWN = [
  'global_defs/prometheus_listen',
  'global_defs/lvs_drift',
  'global_defs/notify_timeout',
  ...NETWORK_CHECKS.map((check) => `virtual_server/real_server/${check}/check_via`),
];

describe('the keyword tables', () => {
  const supported = supportedPaths(rootRows);
  const known = KNOWN_KEYWORDS.map(([path]) => path);

  test('name each keyword of keepalived once, 531 in all, and those of vipd’s own', () => {
    const all = [...supported, ...known];
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(531 + OWN.length);
    expect(supported).toEqual(expect.arrayContaining(OWN));
  });

  test('have a line of help for every row', () => {
    const rows = (block: GrammarBlock): string[] => [
      ...[...block.rows].filter(([, row]) => row.help.trim() === '').map(([name]) => `${block.path}/${name}`),
      ...[...block.blocks.values()].flatMap(rows),
    ];
    expect(rows(createGrammar().root)).toEqual([]);
  });
});
