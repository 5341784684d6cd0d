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

const REAL_SERVER = 'virtual_server/real_server';
const wordsOf = (block: string, ...words: string[]): string[] => [
  block,
  ...words.map((word) => `${block}/${word}`),
];
const PACE = ['retry', 'delay_before_retry', 'delay_loop', 'warmup', 'alpha', 'log_all_failures'];
const TARGET = [
  ...[
    'connect_ip',
    'connect_port',
    'bindto',
    'bind_port',
    'bind_if',
    'fwmark',
    'connect_timeout',
    'check_via',
  ],
];
const LOGIN = ['user', 'password', 'password_file'];
const TLS = ['tls', 'tls_name'];
const SQL = [...LOGIN, ...TLS, 'database', 'query', 'expect', 'max_replication_lag'];
const ownCheck = (name: string, ...words: string[]): string[] =>
  wordsOf(`${REAL_SERVER}/${name}`, ...PACE, ...TARGET, ...words);
const httpWords = (name: string): string[] => [
  ...LOGIN.map((word) => `${REAL_SERVER}/${name}/${word}`),
  ...['method', 'header', 'body', 'json'].map((word) => `${REAL_SERVER}/${name}/url/${word}`),
];

/** Words that keepalived does not have. */
const NETWORK_CHECKS = [
  'TCP_CHECK', 'HTTP_GET', 'SSL_GET', 'SMTP_CHECK', 'SMTP_CHECK/host', 'UDP_CHECK', 'DNS_CHECK', 'PING_CHECK',
]; // biome-ignore format: one line reads better
const OWN = [
  'global_defs/drain_timeout',
  'virtual_server/drain_timeout',
  'virtual_server/slow_start',
  'virtual_server/depool_threshold',
  'virtual_server/real_server/drain_timeout',
  'virtual_server/real_server/slow_start',
  'global_defs/share_checks',
  ...NETWORK_CHECKS.map((check) => `${REAL_SERVER}/${check}/check_via`),
  ...['global_defs/prometheus_listen', 'global_defs/lvs_drift', 'global_defs/notify_timeout'],
  ...ownCheck('MYSQL_CHECK', ...SQL, 'read_only'),
  ...ownCheck('PGSQL_CHECK', ...SQL, 'in_recovery'),
  ...ownCheck('REDIS_CHECK', ...LOGIN, ...TLS, 'role'),
  ...ownCheck('GRPC_CHECK', ...TLS, 'service'),
  ...ownCheck('AGENT_CHECK', 'agent_send'),
  ...httpWords('HTTP_GET'),
  ...httpWords('SSL_GET'),
  `${REAL_SERVER}/SSL_GET/tls_expiry_warn`,
  ...['vrrp_instance/heartbeat_interfaces', 'vrrp_instance/heartbeat_peers'],
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
