/** A lab host on this machine's own kernel with eth0, and what its routing tables hold as ip(8) prints it. */
import { now, pause } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, startDaemon } from '../harness/daemon.ts';
import { type Host, openHost } from '../harness/host.ts';

/** As ip(8) prints it, one line per thing, without what differs between two machines or two moments. */
export interface Tables {
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly addresses: readonly string[];
  readonly links: readonly string[];
}

export interface RoutedHost {
  readonly host: Host;
  readonly tables: () => Promise<Tables>;
  readonly start: (kind: DaemonKind, config: string) => Promise<Daemon>;
  /** one `ip` command, its words split at blanks */
  readonly ip: (command: string) => Promise<string>;
}

const STARTED: Readonly<Record<DaemonKind, RegExp>> = {
  vipd: /Startup complete/,
  keepalived: /Startup complete/,
};
export const PATIENCE_MS = 30_000;
const POLL_INTERVAL_MS = 20;

/** Two hosts, joined by a cable: 10.0.0.1/24 and 10.0.0.2/24. Whoever opens them closes them. */
export async function openRoutedPair(): Promise<readonly [RoutedHost, RoutedHost]> {
  const hosts = await Promise.all([openHost('first', '10.0.0.1'), openHost('second', '10.0.0.2')]);
  const [first, second] = hosts;
  const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', `${second.pid}`];
  await first.run(['ip', 'link', 'add', 'eth0', 'address', '02:00:00:00:00:01', ...cable]);
  for (const host of hosts) {
    // IPv6 routes by link-local gateways need no duplicate address detection
    await host.run(['sysctl', '-qw', 'net.ipv6.conf.eth0.accept_dad=0']);
    await host.run(['ip', 'addr', 'add', `${host.address}/24`, 'dev', 'eth0']);
    await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
  return [routed(first), routed(second)];
}

function routed(host: Host): RoutedHost {
  const ip = (command: string): Promise<string> => host.run(['ip', ...command.split(' ')]);
  const listed = async (...commands: readonly string[]): Promise<readonly string[]> => {
    const texts = await Promise.all(commands.map(ip));
    return texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== '')
      .map(steady);
  };
  return {
    host,
    ip,
    tables: async () => ({
      routes: (await joined(listed('-4 -d route show table all', '-6 -d route show table all'))).toSorted(),
      rules: await listed('-4 rule', '-6 rule'),
      addresses: (await listed('-o address')).filter((line) => !line.includes('fe80:')),
      links: (await listed('-d -o link')).toSorted(),
    }),
    async start(kind, config) {
      const daemon = startDaemon(kind, host, config, ['-P']);
      await daemon.line(STARTED[kind], PATIENCE_MS);
      return daemon;
    },
  };
}

/** The legs of a route stand on lines of their own. */
async function joined(lines: Promise<readonly string[]>): Promise<readonly string[]> {
  const whole: string[] = [];
  for (const line of await lines) {
    if (/^\s/.test(line)) whole.push(`${whole.pop()} ${line.trim()}`);
    else whole.push(line);
  }
  // the kernel's own entries for link-local addresses are each host's own
  return whole.filter((line) => !/^(local|anycast) fe80:|^multicast/.test(line));
}

const steady = (line: string): string =>
  line
    .replace(/expires \d+sec/, 'expires')
    .replace(/link-netns(id)? \S+ /, '')
    .replace(/@if\d+/, '')
    .replace(/\s+$/, '');

/** Resolves with the tables once they are as `test` wants them. */
export async function untilTables(
  what: string,
  { tables }: RoutedHost,
  test: (tables: Tables) => boolean,
): Promise<Tables> {
  for (const deadline = now() + PATIENCE_MS; ; await pause(POLL_INTERVAL_MS)) {
    const seen = await tables();
    if (test(seen)) return seen;
    if (now() > deadline) {
      throw new Error(`not seen within ${PATIENCE_MS} ms: ${what}\n${JSON.stringify(seen)}`);
    }
  }
}
