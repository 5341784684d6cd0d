/** The talk of MYSQL_CHECK through mysql2, with servers of MySQL and MariaDB. All values are read as text. */
import { type Connection, type ConnectionOptions, createConnection, type QueryError } from 'mysql2';
import type { CheckTls, MysqlChecker } from '../../config/model/service-checkers.ts';
import {
  judgeFlag,
  judgeReplicas,
  judgeRow,
  type ReplicaState,
  replicaState,
} from '../core/database-answers.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { type SessionStage, shownText } from '../core/service-failure.ts';
import type { Converse, Session } from './session.ts';

type Row = Readonly<Record<string, string | null>>;

/** Whatever is asked of a server that speaks another dialect, first. */
const REPLICA_STATEMENTS = ['SHOW ALL SLAVES STATUS', 'SHOW REPLICA STATUS', 'SHOW SLAVE STATUS'] as const;
/** ER_PARSE_ERROR: the server does not know the statement. */
const PARSE_ERROR = 1064;

export const converseMysql =
  (checker: MysqlChecker): Converse =>
  async (session) => {
    const password = checker.login.password?.kind === 'given' ? checker.login.password.secret : '';
    let stage: SessionStage = 'login';
    const enter = (next: SessionStage): void => {
      stage = next;
      session.enter(next);
    };
    const connection = createConnection(options(checker, session, password));
    const broken = guarded(connection);
    try {
      await Promise.race([broken, connected(connection)]);
      enter('query');
      return await Promise.race([broken, ask(connection, checker)]);
    } catch (error) {
      const isRefusal = checker.tls !== null && !session.hasEnded();
      return judgeError(error, stage, password, isRefusal);
    } finally {
      connection.end();
    }
  };

function options({ target, login, database, tls }: MysqlChecker, session: Session, password: string) {
  const common: ConnectionOptions = {
    stream: session.stream,
    host: tls?.serverName ?? target.address,
    user: login.user,
    password,
    // the probe has a deadline of its own
    connectTimeout: 0,
    supportBigNumbers: true,
    typeCast: (field) => field.string(),
    // a server must not make this host send a file
    flags: ['-LOCAL_FILES'],
  };
  return {
    ...common,
    ...(database === null ? {} : { database }),
    ...(tls === null ? {} : { ssl: tlsOptions(tls, session) }),
  };
}

const tlsOptions = ({ verify }: CheckTls, { material }: Session) => ({
  ...material,
  rejectUnauthorized: verify,
  verifyIdentity: verify,
});

/** What of the library's insides is looked at: its parser throws out of the socket's event when a packet lies about lengths,
 *  and it takes packets that are out of order, an answer of before for one of now. */
interface Insides {
  handlePacket(packet: { readonly sequenceId: number } | undefined): void;
  readonly sequenceId: number;
}

/** Fails when the library does, in whichever way. */
function guarded(connection: Connection): Promise<never> {
  return new Promise((_, reject) => {
    connection.on('error', reject);
    const insides = connection as unknown as Insides;
    const handle = insides.handlePacket.bind(connection);
    insides.handlePacket = (packet) => {
      try {
        if (packet !== undefined && packet.sequenceId !== insides.sequenceId) {
          throw new Error('packets are out of order');
        }
        handle(packet);
      } catch (error) {
        reject(error);
        connection.destroy();
      }
    };
  });
}

const connected = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });

/** Rows by the names of their columns. */
const rowsOf = (connection: Connection, sql: string): Promise<readonly Row[]> =>
  new Promise((resolve, reject) => {
    connection.query(sql, (error, rows) => {
      if (error !== null) reject(error);
      else resolve(Array.isArray(rows) ? (rows as unknown as readonly Row[]) : []);
    });
  });

async function ask(connection: Connection, { query, readOnly, maxLag }: MysqlChecker): Promise<ProbeResult> {
  if (readOnly !== null) {
    const [row] = await rowsOf(connection, 'SELECT @@global.read_only AS value');
    const result = judgeFlag('read_only', readOnly, /^(1|ON)$/i.test(row?.['value'] ?? ''));
    if (result.kind !== 'passed') return result;
  }
  if (maxLag !== null) {
    const result = judgeReplicas(maxLag, await replicaStates(connection));
    if (result.kind !== 'passed') return result;
  }
  if (query === null) return PASSED;
  const [row] = await rowsOf(connection, query.sql);
  return judgeRow(query, row === undefined ? null : Object.values(row));
}

/** MariaDB lists all its sources, MySQL all its channels; the old word is for MySQL below 8.0.22. */
async function replicaStates(connection: Connection): Promise<readonly ReplicaState[]> {
  for (const statement of REPLICA_STATEMENTS) {
    try {
      return (await rowsOf(connection, statement)).map(replicaState);
    } catch (error) {
      if (!isQueryError(error) || error.errno !== PARSE_ERROR) throw error;
    }
  }
  return [];
}

const isQueryError = (error: unknown): error is QueryError => error instanceof Error && 'errno' in error;

/** An error with a number was sent by the server. `isRefusal`: a connection that is closed was closed on this side, for the
 *  certificate; the library tells of the end before it tells why. */
function judgeError(error: unknown, stage: SessionStage, password: string, isRefusal: boolean): ProbeResult {
  if (!(error instanceof Error))
    return failed({ kind: 'malformed', stage, detail: 'an error without words' });
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'PROTOCOL_ERROR';
  const detail = shownText(error.message, password);
  if ('sqlState' in error || ('errno' in error && Number(error.errno) > 1000)) {
    return failed({ kind: 'refused', stage, code, detail });
  }
  if (code === 'PROTOCOL_CONNECTION_LOST') {
    return isRefusal
      ? failed({ kind: 'tls_failed', code: 'CERTIFICATE_REFUSED' })
      : failed({ kind: 'session_broken', stage, code: 'closed' });
  }
  if (code.startsWith('HANDSHAKE_') || code.startsWith('ERR_') || code.includes('CERT')) {
    return failed({ kind: 'tls_failed', code });
  }
  return failed({ kind: 'malformed', stage, detail });
}
