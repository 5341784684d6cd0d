/** The real servers' MariaDB, each with its data on the host's private tmpfs and the account that the
 *  seed's client uses. */
import { cpSync } from 'node:fs';
import type { Host } from './host.ts';
import type { Program } from './program.ts';

export interface Database {
  readonly host: Host;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** hung: it holds its sockets and does nothing */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** as the administrator at its own socket */
  readonly sql: (statements: string) => Promise<string>;
}

/** As in the seed's `mysql -h192.168.100.240 -uroot -poldboy`. */
export const ACCOUNT = { user: 'root', password: 'oldboy' };

const DIR = '/run/mysql';
const INIT_FILE = `${DIR}/init.sql`;
const INIT_SQL =
  `CREATE OR REPLACE USER '${ACCOUNT.user}'@'%' IDENTIFIED BY '${ACCOUNT.password}';\n` +
  `GRANT ALL ON *.* TO '${ACCOUNT.user}'@'%';\n`;
const START_MS_MAX = 40_000;

/** The innodb options are for the lab's kernel and size: MariaDB 10.11 reserves 8 TB of addresses for its
 *  buffer pool, which UML refuses. Temporary tables must not lie in the machine's /tmp, which in the guest
 *  is another kernel's file system. */
const OPTIONS = [
  '--no-defaults',
  '--user=root',
  `--datadir=${DIR}/data`,
  `--tmpdir=${DIR}/tmp`,
  '--innodb-buffer-pool-size=16M',
  '--loose-innodb-buffer-pool-size-max=64M',
  '--innodb-log-file-size=4M',
  '--innodb-use-native-aio=0',
  '--innodb-flush-method=fsync',
];
const INSTALL_OPTIONS = ['--auth-root-authentication-method=normal', '--skip-test-db'];
/** Without a name service, and without the host cache that would lock out who only connects, as a check
 *  does. */
const SERVER_OPTIONS = [`--socket=${DIR}/socket`, '--skip-name-resolve', '--bind-address=0.0.0.0'];

/** Installs an empty database on the first host and copies it to the others: an installation takes
 *  seconds, a copy does not. `more`: options of each server, by its number. */
export async function installDatabases(
  hosts: readonly Host[],
  more: (index: number) => readonly string[] = () => [],
): Promise<readonly Database[]> {
  for (const host of hosts) {
    host.write(INIT_FILE, INIT_SQL);
    host.write(`${DIR}/tmp/.keep`, '');
  }
  const [first, ...others] = hosts;
  if (first === undefined) return [];
  await first.run(['mariadb-install-db', ...OPTIONS, ...INSTALL_OPTIONS]);
  for (const host of others) cpSync(first.path(`${DIR}/data`), host.path(`${DIR}/data`), { recursive: true });
  return hosts.map((host, index) => database(host, index + 1, more(index)));
}

function database(host: Host, serverId: number, more: readonly string[]): Database {
  let server: Program | null = null;
  return {
    host,
    async start() {
      const own = [`--server-id=${serverId}`, `--init-file=${INIT_FILE}`, ...more];
      server = host.start(['mariadbd', ...OPTIONS, ...SERVER_OPTIONS, ...own]);
      await server.line(/ready for connections/, START_MS_MAX);
    },
    async stop() {
      await server?.stop('SIGTERM');
    },
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
    sql: (statements) =>
      host.run(['mariadb', '--no-defaults', `--socket=${DIR}/socket`, '-uroot', '-N', '-e', statements]),
  };
}
