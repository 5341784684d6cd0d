/** Keywords of MYSQL_CHECK, PGSQL_CHECK, REDIS_CHECK, GRPC_CHECK and AGENT_CHECK, all of vipd's own. */
import { catalog } from '../diagnostics/catalog.ts';
import { commonRows, targetRows } from './checker-common.ts';
import { line, type ValueReader } from './row.ts';
import { decimalSeconds, oneOf, optional, text, wordAt } from './values.ts';

/** Longer ones are a mistake. */
const SECRET_LENGTH_MAX = 1024;
const LAG_SECONDS_MAX = 86_400;

/** One word that no complaint repeats. */
const secret: ValueReader<string> = (words, report) => {
  const word = wordAt(words, 0, 'a password', report);
  if (word === undefined) return undefined;
  if (words.args.length === 1 && word.text.length <= SECRET_LENGTH_MAX) return word.text;
  report(catalog.bad_secret(words.keyword, { keyword: words.keyword.text, limit: SECRET_LENGTH_MAX }));
  return undefined;
};

const onOffAny = oneOf('on', 'off', 'any');

export const loginRows = {
  user: line(text('a name'), 'name to log in with'),
  password: line(secret, 'password of this user; it is shown nowhere'),
  password_file: line(text('a path'), 'file whose first line is the password'),
};

const tlsRows = {
  tls: line(optional(oneOf('on', 'off', 'verify'), 'on'), 'encrypt; verify: the certificate must be valid'),
  tls_name: line(text('a host name'), 'server name of the TLS handshake'),
};

const databaseRows = {
  ...commonRows,
  ...targetRows,
  ...loginRows,
  ...tlsRows,
  database: line(text('a name'), 'database to log in to'),
  query: line(text('an SQL statement'), 'statement that must give at least one row'),
  expect: line(text('a value'), 'what the first column of the first row must be'),
  max_replication_lag: line(
    decimalSeconds(0, LAG_SECONDS_MAX),
    'seconds that a replica may be behind; a server that replicates nobody passes',
  ),
};

export const mysqlCheckRows = {
  ...databaseRows,
  read_only: line(onOffAny, 'whether @@read_only has to be on or off'),
};

export const pgsqlCheckRows = {
  ...databaseRows,
  in_recovery: line(onOffAny, 'whether the server has to be a standby (on) or the primary (off)'),
};

export const redisCheckRows = {
  ...commonRows,
  ...targetRows,
  ...loginRows,
  ...tlsRows,
  role: line(oneOf('master', 'replica', 'any'), 'what ROLE has to answer'),
};

export const grpcCheckRows = {
  ...commonRows,
  ...targetRows,
  ...tlsRows,
  service: line(text('a name'), 'service to ask for, the server as a whole unless given'),
};

export const agentCheckRows = {
  ...commonRows,
  ...targetRows,
  agent_send: line(text('a text'), 'line to say to the agent first'),
};
