/** The checks of databases, caches and agents against real servers: a MariaDB that replicates another, PostgreSQL, two Redis,
 *  and an agent. Each is stopped, frozen, or made to answer wrongly, and comes back. */
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { ACCOUNT, installDatabases } from '../harness/database.ts';
import type { Host } from '../harness/host.ts';
import { saveTable, type Table } from '../harness/ipvs-table.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { agent, installPostgres, PG_ACCOUNT, redisServer } from '../harness/services.ts';
import { type InAndOut, inAndOut, PATIENCE_MS, weightIn } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

/** Which of rs01 and rs02 are in a service. */
type Members = readonly string[];

interface DatabaseSteps {
  readonly started: { readonly table: readonly string[] };
  readonly mysqlStopped: InAndOut;
  readonly mysqlFrozen: InAndOut;
  /** the password is another one */
  readonly mysqlRefuses: InAndOut;
  /** the replica's SQL thread is stopped */
  readonly mysqlReplicationStopped: InAndOut;
  /** the replica applies ten seconds late */
  readonly mysqlReplicationLate: InAndOut;
  /** before and after the two have changed roles */
  readonly mysqlWriters: readonly Members[];
  readonly pgsqlStopped: InAndOut;
  readonly pgsqlFrozen: InAndOut;
  /** its table says that it is not ready */
  readonly pgsqlAnswersWrongly: InAndOut;
  readonly redisStopped: InAndOut;
  readonly redisFrozen: InAndOut;
  /** it wants a password */
  readonly redisRefuses: InAndOut;
  readonly redisMasters: readonly Members[];
  /** weight of rs01 after each line of its agent; null = removed */
  readonly agentSaid: readonly { readonly line: string; readonly weight: number | null }[];
  /** after the agent has been stopped, for longer than its check takes */
  readonly agentGone: { readonly weight: number | null };
  /** what was logged of the failures */
  readonly failures: readonly string[];
  /** the password in any line that the daemon wrote */
  readonly leaked: readonly string[];
}

export interface DatabaseScenarios {
  readonly databases: DatabaseSteps;
}

playScenarios<DatabaseScenarios>({ databases: playDatabases });

const MYSQL = `TCP ${VIP}:3306`;
const MYSQL_WRITE = `TCP ${VIP}:3307`;
const PGSQL = `TCP ${VIP}:5432`;
const REDIS = `TCP ${VIP}:6379`;
const REDIS_WRITE = `TCP ${VIP}:6380`;
const AGENT = `TCP ${VIP}:80`;
const AGENT_FILE = '/run/lab/agent';
const SECRET_FILE = '/run/lab/mysql.secret';

async function playDatabases(stage: Stage, note: Note<DatabaseSteps>): Promise<void> {
  const { lvs01, rs01, rs02, watch } = stage;
  const [primary, replica] = await startReplication(rs01, rs02);
  const postgres = await installPostgres(rs01);
  const [redis, secondRedis] = [redisServer(rs01, null), redisServer(rs02, rs01)];
  const told = agent(rs01);
  rs01.write(AGENT_FILE, 'up 100%\n');
  for (const one of [postgres, redis, secondRedis, told]) await one.start();
  await postgres.sql("CREATE TABLE health AS SELECT 'ready' AS state");

  lvs01.write(SECRET_FILE, `${ACCOUNT.password}\n`);
  await lvs01.run(['chmod', '600', SECRET_FILE]);
  const daemon = stage.follow(startDaemon(daemonUnderTest(), lvs01, configuration(rs01, rs02)));
  const members = (table: Table, name: string): Members =>
    [rs01, rs02].filter((host) => weightIn(table, name, host) !== null).map((host) => host.name);
  const become = async (name: string, wanted: Members): Promise<Members> => {
    const isSo = (table: Table) => `${members(table, name)}` === `${wanted}`;
    await watch.tableWhere(lvs01, `${wanted} in ${name}`, PATIENCE_MS, isSo);
    return members(watch.table(lvs01), name);
  };
  await become(MYSQL, ['rs01', 'rs02']);
  const mysqlWriters = [await become(MYSQL_WRITE, ['rs01'])];
  await become(PGSQL, ['rs01']);
  await become(REDIS, ['rs01', 'rs02']);
  const redisMasters = [await become(REDIS_WRITE, ['rs01'])];
  // each has passed once, from here on it has retries
  for (const check of ['MYSQL', 'PGSQL', 'REDIS', 'AGENT']) {
    await daemon.line(new RegExp(`${check}_CHECK on service .*${rs01.address}.* succeeded`), PATIENCE_MS);
  }
  note('started', { table: await saveTable(lvs01) });

  const deed = (name: string, host: Host, out: () => unknown, back: () => unknown) =>
    inAndOut(stage, name, host, out, back);
  note('mysqlStopped', await deed(MYSQL, rs02, replica.stop, replica.start));
  note('redisStopped', await deed(REDIS, rs02, secondRedis.stop, secondRedis.start));
  note('pgsqlStopped', await deed(PGSQL, rs01, postgres.stop, postgres.start));
  note('mysqlFrozen', await deed(MYSQL, rs02, replica.freeze, replica.thaw));
  note('redisFrozen', await deed(REDIS, rs02, secondRedis.freeze, secondRedis.thaw));
  note('pgsqlFrozen', await deed(PGSQL, rs01, postgres.freeze, postgres.thaw));

  const password = (word: string) => () =>
    replica.sql(`SET sql_log_bin=0; ALTER USER 'root'@'%' IDENTIFIED BY '${word}'`);
  note('mysqlRefuses', await deed(MYSQL, rs02, password('another'), password(ACCOUNT.password)));
  const sqlThread = (verb: string) => () => replica.sql(`${verb} SLAVE SQL_THREAD`);
  note('mysqlReplicationStopped', await deed(MYSQL, rs02, sqlThread('STOP'), sqlThread('START')));
  const delayed = async () => {
    await replica.sql('STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=10; START SLAVE');
    await primary.sql('CREATE TABLE lab.late (n INT)');
  };
  const punctual = () => replica.sql('STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=0; START SLAVE');
  note('mysqlReplicationLate', await deed(MYSQL, rs02, delayed, punctual));
  await primary.sql('SET GLOBAL read_only=1');
  await replica.sql('SET GLOBAL read_only=0');
  note('mysqlWriters', [...mysqlWriters, await become(MYSQL_WRITE, ['rs02'])]);

  const state = (word: string) => () => postgres.sql(`UPDATE health SET state = '${word}'`);
  note('pgsqlAnswersWrongly', await deed(PGSQL, rs01, state('broken'), state('ready')));

  const redisSays = (host: Host, ...words: string[]) => host.run(['redis-cli', ...words]);
  const locked = () => redisSays(rs02, 'CONFIG', 'SET', 'requirepass', 'x');
  const open = () => redisSays(rs02, '-a', 'x', '--no-auth-warning', 'CONFIG', 'SET', 'requirepass', '');
  note('redisRefuses', await deed(REDIS, rs02, locked, open));
  await redisSays(rs02, 'REPLICAOF', 'NO', 'ONE');
  await redisSays(rs01, 'REPLICAOF', rs02.address, '6379');
  note('redisMasters', [...redisMasters, await become(REDIS_WRITE, ['rs02'])]);

  const agentSaid: { line: string; weight: number | null }[] = [];
  for (const [line, expected] of AGENT_LINES) {
    rs01.write(AGENT_FILE, `${line}\n`);
    const isSo = (table: Table) => weightIn(table, AGENT, rs01) === expected;
    await watch.tableWhere(lvs01, `weight ${expected} by '${line}'`, PATIENCE_MS, isSo);
    agentSaid.push({ line, weight: weightIn(watch.table(lvs01), AGENT, rs01) });
  }
  note('agentSaid', agentSaid);
  await told.stop();
  await daemon.line(/the agent was not heard/, PATIENCE_MS);
  note('agentGone', { weight: weightIn(watch.table(lvs01), AGENT, rs01) });

  const lines = daemon.lines.map(({ text }) => text);
  note('failures', [...new Set(lines.filter((text) => /fail/i.test(text)))]);
  note(
    'leaked',
    lines.filter((text) => text.includes(ACCOUNT.password)),
  );
  await daemon.stop();
}

/** What the agent says in turn, and what rs01 with its weight of 4 then weighs. */
const AGENT_LINES = [
  ['50%', 2],
  ['drain', 0],
  ['ready 75%', 3],
  ['maint', null],
  ['ready', 3],
  ['down # disk full', null],
  ['up 100%', 4],
  ['25%', 1],
] as const;

/** rs02 replicates rs01; the second is read-only. */
async function startReplication(rs01: Host, rs02: Host) {
  const options = ['--log-bin=/run/mysql/binlog', '--skip-slave-start=0'];
  const databases = await installDatabases([rs01, rs02], (index) =>
    index === 0 ? options : [...options, '--read-only=1'],
  );
  const [primary, replica] = databases;
  if (primary === undefined || replica === undefined) throw new Error('two databases are wanted');
  for (const one of databases) await one.start();
  await primary.sql('RESET MASTER; CREATE DATABASE lab');
  await replica.sql(
    `CHANGE MASTER TO MASTER_HOST='${rs01.address}', MASTER_USER='${ACCOUNT.user}', ` +
      `MASTER_PASSWORD='${ACCOUNT.password}', MASTER_CONNECT_RETRY=1; START SLAVE`,
  );
  return [primary, replica] as const;
}

const configuration = (rs01: Host, rs02: Host): string =>
  [
    service(3306, [rs01, rs02], 'MYSQL_CHECK', ['max_replication_lag 4', ...MYSQL_LOGIN]),
    service(3307, [rs01, rs02], 'MYSQL_CHECK', ['connect_port 3306', 'read_only off', ...MYSQL_LOGIN]),
    service(5432, [rs01], 'PGSQL_CHECK', [
      ...[`user ${PG_ACCOUNT.user}`, `password ${PG_ACCOUNT.password}`, 'in_recovery off'],
      ...['query "SELECT state FROM health"', 'expect ready'],
    ]),
    service(6379, [rs01, rs02], 'REDIS_CHECK', []),
    service(6380, [rs01, rs02], 'REDIS_CHECK', ['connect_port 6379', 'role master']),
    service(80, [rs01], 'AGENT_CHECK', ['connect_port 7777']),
  ].join('');

const MYSQL_LOGIN = [`user ${ACCOUNT.user}`, `password_file ${SECRET_FILE}`];

const service = (port: number, hosts: readonly Host[], check: string, words: readonly string[]): string => `
virtual_server ${VIP} ${port} {
    delay_loop 1
    warmup 0
    lb_algo wrr
    lb_kind DR
    protocol TCP
${hosts
  .map(
    ({ address }) => `    real_server ${address} ${port} {
        weight 4
        ${check} {
${[...words, 'connect_timeout 2', 'delay_before_retry 1'].map((word) => `            ${word}\n`).join('')}        }
    }
`,
  )
  .join('')}}
`;
