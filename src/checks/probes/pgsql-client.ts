/** The talk of PGSQL_CHECK through pg. All values are read as text. */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { PgsqlChecker } from '../../config/model/service-checkers.ts';
import { judgeFlag, judgeReplicas, judgeRow } from '../core/database-answers.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { type SessionStage, shownText } from '../core/service-failure.ts';
import type { Converse, Session } from './session.ts';

/** Null where nothing says how far behind it is. A standby that has replayed all that its connection to the primary brought is
 *  not behind, however long ago the last transaction was; without that connection only the clock tells. */
const LAG_SQL = `SELECT CASE
  WHEN EXISTS (SELECT 1 FROM pg_stat_wal_receiver)
    AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE ceil(extract(epoch FROM now() - pg_last_xact_replay_timestamp())) END`;

export const conversePgsql =
  (checker: PgsqlChecker): Converse =>
  async (session) => {
    const password = checker.login.password?.kind === 'given' ? checker.login.password.secret : '';
    let stage: SessionStage = 'login';
    const client = createClient(checker, session, password);
    const broken = guarded(client);
    try {
      await Promise.race([broken, client.connect()]);
      stage = 'query';
      session.enter(stage);
      return await Promise.race([broken, ask(client, checker)]);
    } catch (error) {
      const isRefusal = checker.tls !== null && !session.hasEnded();
      return judgeError(error, stage, password, isRefusal);
    } finally {
      client.end().catch(() => {});
    }
  };

function createClient(
  { target, login, database, tls }: PgsqlChecker,
  session: Session,
  password: string,
): pg.Client {
  const { stream, material } = session;
  return new pg.Client({
    host: tls?.serverName ?? target.address,
    port: target.port,
    user: login.user,
    database: database ?? 'postgres',
    // a function, so that neither PGPASSWORD nor ~/.pgpass is looked at
    password: () => password,
    application_name: 'vipd',
    stream: () => stream,
    ssl: tls === null ? false : { ...material, rejectUnauthorized: tls.verify },
    connectionTimeoutMillis: 0,
    types: { getTypeParser: () => (value: string) => value },
  });
}

/** What of the library's insides is looked at: its parser throws out of the socket's event when a message lies about lengths. */
interface Insides {
  readonly connection: { attachListeners(stream: Pick<Duplex, 'on'>): void };
}

/** Fails when the library does, in whichever way. */
function guarded(client: pg.Client): Promise<never> {
  return new Promise((_, reject) => {
    client.on('error', reject);
    const { connection } = client as unknown as Insides;
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) =>
      attach({
        on: (event: string, listener: (...args: unknown[]) => void) =>
          stream.on(event, (...args: unknown[]) => {
            try {
              listener(...args);
            } catch (error) {
              reject(error);
            }
          }),
      } as Pick<Duplex, 'on'>);
  });
}

/** The first row, by position. */
async function firstRow(client: pg.Client, text: string): Promise<readonly (string | null)[] | null> {
  const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' });
  return rows[0] ?? null;
}

async function ask(client: pg.Client, { query, inRecovery, maxLag }: PgsqlChecker): Promise<ProbeResult> {
  if (inRecovery !== null || maxLag !== null) {
    const standby = (await firstRow(client, 'SELECT pg_is_in_recovery()'))?.[0] === 't';
    const result = judgeFlag('in_recovery', inRecovery, standby);
    if (result.kind !== 'passed') return result;
    if (maxLag !== null && standby) {
      const lag = (await firstRow(client, LAG_SQL))?.[0] ?? null;
      const late = judgeReplicas(maxLag, [
        { lag: lag === null ? null : Number(lag), error: 'nothing was replayed yet' },
      ]);
      if (late.kind !== 'passed') return late;
    }
  }
  return query === null ? PASSED : judgeRow(query, await firstRow(client, query.sql));
}

/** SQLSTATE (PostgreSQL, appendix A) marks what the server itself said. */
function judgeError(error: unknown, stage: SessionStage, password: string, isRefusal: boolean): ProbeResult {
  if (!(error instanceof Error))
    return failed({ kind: 'malformed', stage, detail: 'an error without words' });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const detail = shownText(error.message, password);
  if (error instanceof pg.DatabaseError) return failed({ kind: 'refused', stage, code, detail });
  if (/SSL|TLS|CERT/i.test(`${code} ${detail}`)) return failed({ kind: 'tls_failed', code: code || detail });
  if (detail === 'Connection terminated unexpectedly') {
    return isRefusal
      ? failed({ kind: 'tls_failed', code: 'CERTIFICATE_REFUSED' })
      : failed({ kind: 'session_broken', stage, code: 'closed' });
  }
  return failed({ kind: 'malformed', stage, detail: code === '' ? detail : `${code} ${detail}` });
}
