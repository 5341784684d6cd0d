/** What runs on a real server besides nginx and MariaDB: a DNS server, a mail server, Redis and PostgreSQL of Debian's, and an
 *  agent that says what a file holds. */
import type { Host } from './host.ts';
import type { Program } from './program.ts';

export interface Service {
  readonly host: Host;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** hung: it holds its sockets and does nothing */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

const START_MS_MAX = 60_000;
/** The zone that the DNS servers are authoritative for. */
export const ZONE = 'lab.example';

/** dnsmasq, with one zone of its own and nobody to ask. */
export const dnsServer = (host: Host): Service =>
  service(
    host,
    [
      ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--no-resolv'],
      ...['--no-hosts', '--user=root', '--pid-file=/run/dnsmasq.pid', `--auth-zone=${ZONE}`],
      ...[
        `--auth-server=ns.${ZONE},eth0`,
        `--host-record=www.${ZONE},192.0.2.80`,
        '--listen-address=0.0.0.0',
      ],
    ],
    /started, version/,
  );

/** aiosmtpd, which forgets all mail. */
export const mailServer = (host: Host): Service =>
  service(
    host,
    ['aiosmtpd', '-n', '-d', '-c', 'aiosmtpd.handlers.Sink', '-l', '0.0.0.0:25'],
    /Server is listening/,
  );

/** Keeps nothing on disk; `master` null = it is one. */
export const redisServer = (host: Host, master: Host | null): Service =>
  service(
    host,
    [
      ...['redis-server', '--port', '6379', '--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/run'],
      ...['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'],
      ...(master === null ? [] : ['--replicaof', master.address, '6379']),
    ],
    /Ready to accept connections/,
  );

const AGENT = `import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(open("/run/lab/agent", "rb").read())
socketserver.ThreadingTCPServer.allow_reuse_address = True
server = socketserver.ThreadingTCPServer(("0.0.0.0", 7777), Handler)
print("agent ready", flush=True)
server.serve_forever()
`;

/** Says what /run/lab/agent of its host holds. */
export const agent = (host: Host): Service => service(host, ['python3', '-c', AGENT], /agent ready/);

/** What a PostgreSQL server of the lab lets in. */
export const PG_ACCOUNT = { user: 'vipd', password: 'oldboy' };
const PG_DATA = '/run/pg/data';

/** A PostgreSQL of its own on the host's private tmpfs, with a table that says whether it is ready. */
export async function installPostgres(
  host: Host,
): Promise<Service & { sql: (statement: string) => Promise<string> }> {
  const programs = (await host.run(['pg_config', '--bindir'])).trim();
  // it refuses to run as root
  const as = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
  host.write('/run/pg/password', `${PG_ACCOUNT.password}\n`);
  await host.run(['chown', '-R', 'postgres', '/run/pg']);
  await host.run([
    ...[...as, `${programs}/initdb`, '-D', PG_DATA, '-U', PG_ACCOUNT.user, '--pwfile=/run/pg/password'],
    ...['-A', 'scram-sha-256', '--no-sync', '--locale=C', '-E', 'UTF8'],
  ]);
  host.write(`${PG_DATA}/pg_hba.conf`, 'local all all trust\nhost all all 0.0.0.0/0 scram-sha-256\n');
  const options = [
    ...['listen_addresses=0.0.0.0', 'unix_socket_directories=/run/pg', 'fsync=off', 'shared_buffers=4MB'],
    ...['dynamic_shared_memory_type=mmap', 'autovacuum=off', 'max_connections=20'],
  ].flatMap((option) => ['-c', option]);
  const server = service(
    host,
    [...as, `${programs}/postgres`, '-D', PG_DATA, ...options],
    /database system is ready to accept connections/,
  );
  const sql = (statement: string) =>
    host.run(['psql', '-h', '/run/pg', '-U', PG_ACCOUNT.user, '-d', 'postgres', '-Atc', statement]);
  return { ...server, sql };
}

function service(host: Host, argv: readonly string[], ready: RegExp): Service {
  let program: Program | null = null;
  return {
    host,
    async start() {
      program = host.start(argv);
      await program.line(ready, START_MS_MAX);
    },
    stop: async () => void (await program?.stop('SIGTERM')),
    freeze: () => program?.signal('SIGSTOP'),
    thaw: () => program?.signal('SIGCONT'),
  };
}
