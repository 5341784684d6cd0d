/** What runs on a real server besides nginx and MariaDB: a DNS server and a mail server of Debian's. */
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

const START_MS_MAX = 20_000;
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
