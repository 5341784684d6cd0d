/** Checkers and words of vipd's own in keepalived_check.data; passwords and the values of headers are left out. */
import { exhaustive } from '../base/never.ts';
import type { HttpUrl } from '../config/model/lvs.ts';
import type {
  CheckTls,
  MysqlChecker,
  PgsqlChecker,
  ServiceChecker,
} from '../config/model/service-checkers.ts';
import { optional, shortSeconds, yesNo } from './dump-text.ts';

export function serviceCheckLines(checker: ServiceChecker): readonly string[] {
  switch (checker.kind) {
    case 'mysql':
      return [
        '   Keepalive method = MYSQL_CHECK',
        ...databaseLines(checker),
        ...optional(checker.readOnly !== null, `   Read only = ${yesNo(checker.readOnly === true)}`),
      ];
    case 'pgsql':
      return [
        '   Keepalive method = PGSQL_CHECK',
        ...databaseLines(checker),
        ...optional(checker.inRecovery !== null, `   In recovery = ${yesNo(checker.inRecovery === true)}`),
      ];
    case 'redis':
      return [
        '   Keepalive method = REDIS_CHECK',
        ...optional(checker.login !== null, `   User = ${checker.login?.user || 'default'}`),
        ...tlsLines(checker.tls),
        `   Role = ${checker.role}`,
      ];
    case 'grpc':
      return [
        '   Keepalive method = GRPC_CHECK',
        ...tlsLines(checker.tls),
        ...optional(checker.service !== '', `   Service = ${checker.service}`),
      ];
    case 'agent':
      return [
        '   Keepalive method = AGENT_CHECK',
        ...optional(checker.send !== null, `   Send = ${checker.send}`),
      ];
    default:
      return exhaustive(checker);
  }
}

const databaseLines = ({
  login,
  database,
  tls,
  query,
  maxLag,
}: MysqlChecker | PgsqlChecker): readonly string[] => [
  `   User = ${login.user}`,
  ...optional(database !== null, `   Database = ${database}`),
  ...tlsLines(tls),
  ...(query === null
    ? []
    : [
        `   Query = ${query.sql}`,
        ...optional(query.expected !== null, `   Expected value = ${query.expected}`),
      ]),
  ...(maxLag === null ? [] : [`   Max replication lag = ${shortSeconds(maxLag)}`]),
];

const tlsLines = (tls: CheckTls | null): readonly string[] =>
  tls === null
    ? []
    : [
        `   TLS = ${tls.verify ? 'verify' : 'on'}`,
        ...optional(tls.serverName !== null, `   TLS name = ${tls.serverName}`),
      ];

export const httpWordLines = (words: HttpUrl['words'], json: HttpUrl['json']): readonly string[] => [
  ...(words === null
    ? []
    : [
        `     Method = ${words.method}`,
        ...words.headers.map(({ name }) => `     Header = ${name}`),
        ...optional(words.body !== null, `     Body len = ${words.body?.length ?? 0}`),
      ]),
  ...json.map(({ path, value }) => `     JSON = ${path || '.'}${value === null ? '' : ` is ${value}`}`),
];
