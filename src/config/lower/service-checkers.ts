/** MYSQL_CHECK, PGSQL_CHECK, REDIS_CHECK, GRPC_CHECK and AGENT_CHECK blocks → model. */
import { catalog } from '../diagnostics/catalog.ts';
import type {
  AgentChecker,
  CheckTls,
  DatabaseQuery,
  GrpcChecker,
  Login,
  MysqlChecker,
  Password,
  PgsqlChecker,
  RedisChecker,
} from '../model/service-checkers.ts';
import type { BlockValue, Setting, Settings } from '../schema/read-block.ts';
import type {
  agentCheckRows,
  grpcCheckRows,
  loginRows,
  mysqlCheckRows,
  pgsqlCheckRows,
  redisCheckRows,
} from '../schema/service-checkers.ts';
import { type CheckerScope, DELAY_BEFORE_RETRY, lowerCommon, lowerTarget } from './checker-common.ts';
import { type LowerContext, latest, valueOr } from './context.ts';

const USER = 'vipd';

type MysqlSettings = Settings<typeof mysqlCheckRows>;

/** What MYSQL_CHECK and PGSQL_CHECK have in common. */
type DatabaseSettings = Omit<MysqlSettings, 'read_only'>;

const lowerDatabase = (settings: DatabaseSettings, scope: CheckerScope, context: LowerContext) => ({
  ...lowerCommon(settings, scope, context),
  target: lowerTarget(settings, scope, context),
  login: { user: valueOr(settings.user, USER), password: lowerPassword(settings) },
  database: valueOr(settings.database, null),
  tls: lowerTls(settings, context),
  query: lowerQuery(settings, context),
  maxLag: valueOr(settings.max_replication_lag, null),
});

export const lowerMysql = (
  { settings }: BlockValue<null, typeof mysqlCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): MysqlChecker => ({
  kind: 'mysql',
  ...lowerDatabase(settings, scope, context),
  readOnly: isOn(settings.read_only),
});

export const lowerPgsql = (
  { settings }: BlockValue<null, typeof pgsqlCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): PgsqlChecker => ({
  kind: 'pgsql',
  ...lowerDatabase(settings, scope, context),
  inRecovery: isOn(settings.in_recovery),
});

export const lowerRedis = (
  { settings }: BlockValue<null, typeof redisCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): RedisChecker => ({
  kind: 'redis',
  ...lowerCommon(settings, scope, context),
  target: lowerTarget(settings, scope, context),
  login: lowerLogin(settings, '', context),
  tls: lowerTls(settings, context),
  role: valueOr(settings.role, 'any'),
});

export const lowerGrpc = (
  { settings }: BlockValue<null, typeof grpcCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): GrpcChecker => ({
  kind: 'grpc',
  ...lowerCommon(settings, scope, context),
  target: lowerTarget(settings, scope, context),
  tls: lowerTls(settings, context),
  service: valueOr(settings.service, ''),
});

export const lowerAgent = (
  { settings }: BlockValue<null, typeof agentCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): AgentChecker => ({
  kind: 'agent',
  // what an agent says, counts at once
  ...lowerCommon(settings, scope, context, { retry: 0, delay: DELAY_BEFORE_RETRY }),
  target: lowerTarget(settings, scope, context),
  send: valueOr(settings.agent_send, null),
});

/** null where neither a user nor a password is given; a user alone logs in with nothing, which is told. */
export function lowerLogin(
  settings: Settings<typeof loginRows>,
  user: string,
  { report }: LowerContext,
): Login | null {
  const password = lowerPassword(settings);
  if (password === null) {
    if (settings.user !== undefined) report(catalog.user_without_password(settings.user.at.keyword, {}));
    return null;
  }
  return { user: valueOr(settings.user, user), password };
}

/** Of both spellings the one written last. */
function lowerPassword({ password, password_file }: Settings<typeof loginRows>): Password | null {
  const last = latest<string>(password, password_file);
  if (last === undefined) return null;
  return last === password_file ? { kind: 'file', path: last.value } : { kind: 'given', secret: last.value };
}

function lowerTls(
  { tls, tls_name }: Pick<MysqlSettings, 'tls' | 'tls_name'>,
  { report }: LowerContext,
): CheckTls | null {
  const mode = valueOr(tls, tls_name === undefined ? 'off' : 'on');
  if (mode !== 'off') return { verify: mode === 'verify', serverName: valueOr(tls_name, null) };
  if (tls_name !== undefined) report(catalog.tls_name_alone(tls_name.at.keyword, {}));
  return null;
}

function lowerQuery({ query, expect }: DatabaseSettings, { report }: LowerContext): DatabaseQuery | null {
  if (query !== undefined) return { sql: query.value, expected: valueOr(expect, null) };
  if (expect !== undefined) report(catalog.expect_alone(expect.at.keyword, {}));
  return null;
}

const isOn = (setting: Setting<'on' | 'off' | 'any'> | undefined): boolean | null => {
  const word = valueOr(setting, 'any');
  return word === 'any' ? null : word === 'on';
};
