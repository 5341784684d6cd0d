/** Two routers for one address on this machine's own kernel, each in a lab host, joined by a cable; tcpdump listens at the
 *  second's end of it.
 *
 *      first  eth0 10.0.0.1 fd00::1 ───────── eth0 10.0.0.2 fd00::2  second
 */
import { type Ms, now, pause, until } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, startDaemon } from '../harness/daemon.ts';
import { type Host, openHost } from '../harness/host.ts';
import type { Line, Program } from '../harness/program.ts';

export type Side = 'first' | 'second';

export interface Duel {
  readonly hosts: Readonly<Record<Side, Host>>;
  /** Starts the daemon of a side, for the first time or again; resolves when it takes part. */
  readonly start: (side: Side) => Promise<Daemon>;
  /** Ends it as a stop does, with priority 0. */
  readonly stop: (side: Side) => Promise<void>;
  /** Waits until this side alone holds every address and says that it is master. */
  readonly mastered: (side: Side) => Promise<void>;
  /** As `mastered`, and still so after adverts for longer than the other would wait for one it believes. */
  readonly stays: (side: Side) => Promise<void>;
  /** what tcpdump printed, one line per packet */
  readonly wire: () => readonly string[];
  /** Waits for a packet on the wire. */
  readonly onWire: (pattern: RegExp) => Promise<string>;
  /** what a side's daemons said, all of its lives */
  readonly log: (side: Side) => readonly string[];
  /** lines in which either was not content with the other */
  readonly complaints: () => readonly string[];
  readonly close: () => void;
}

export interface Contest {
  readonly kinds: Readonly<Record<Side, DaemonKind>>;
  readonly config: (side: Side) => string;
  /** what the master alone must have on eth0, as `ip address` prints it */
  readonly addresses: readonly string[];
}

/** Several times the longest way of the protocol from start to master at one second. */
const PATIENCE_MS: Ms = 30_000;
const POLL_INTERVAL_MS: Ms = 100;
/** At one second: more than three intervals and the skew. */
const ADVERTS_TO_BELIEVE = 6;
const CAPTURE = ['tcpdump', '-i', 'eth0', '-vlnn', '--immediate-mode'];
const FILTER = 'proto 112 or ip6 proto 112 or ah or arp or (icmp6 and ip6[40] == 136)';
/** Words of a router that does not like what it hears. */
const COMPLAINT =
  /bogus|bad |wrong|mismatch|invalid|incorrect|malformed|checksum|unexpected|error|fail|ttl|ignor|unknown|replay/i;

/** Whoever opens it closes it. */
export async function openDuel(contest: Contest): Promise<Duel> {
  const opened: Host[] = [];
  const open = async (side: Side): Promise<Host> => {
    const host = await openHost(side, '');
    opened.push(host);
    return host;
  };
  const close = (): void => {
    for (const host of opened) host.close();
  };
  try {
    const hosts = { first: await open('first'), second: await open('second') };
    await connect(hosts);
    const tcpdump = hosts.second.start([...CAPTURE, FILTER]);
    await tcpdump.line(/listening on/, PATIENCE_MS);
    return { ...play(contest, hosts, tcpdump), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function connect({ first, second }: Duel['hosts']): Promise<void> {
  const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', `${second.pid}`];
  await first.run(['ip', 'link', 'add', 'eth0', ...cable]);
  for (const [host, octet] of [
    [first, 1],
    [second, 2],
  ] as const) {
    await host.run(['ip', 'addr', 'add', `10.0.0.${octet}/24`, 'dev', 'eth0']);
    await host.run(['ip', 'addr', 'add', `fd00::${octet}/64`, 'dev', 'eth0', 'nodad']);
    await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
}

function play(contest: Contest, hosts: Duel['hosts'], tcpdump: Program): Omit<Duel, 'close'> {
  const lives: Record<Side, Daemon[]> = { first: [], second: [] };
  const linesOf = (side: Side): readonly Line[] => lives[side].flatMap(({ lines }) => lines);
  const log: Duel['log'] = (side) => linesOf(side).map(({ text }) => text);
  const wire = (): readonly string[] => packetsOf(tcpdump.lines);
  const story = (error: unknown): never => {
    const tail = (lines: readonly string[]): string => lines.slice(-12).join('\n');
    throw new Error(
      `${error}\n${(['first', 'second'] as const).map((side) => tail(log(side))).join('\n--\n')}`,
    );
  };
  const isMasterAlone = async (side: Side): Promise<boolean> => {
    const other = side === 'first' ? 'second' : 'first';
    const [here, there] = [await addressesOf(hosts[side]), await addressesOf(hosts[other])];
    const alone = contest.addresses.every((own) => here.has(own) && !there.has(own));
    return alone && stateOf(log(side)) === 'MASTER' && stateOf(log(other)) !== 'MASTER';
  };
  const mastered = async (side: Side): Promise<void> => {
    const end = now() + PATIENCE_MS;
    while (now() < end) {
      if (await isMasterAlone(side)) return;
      await pause(POLL_INTERVAL_MS);
    }
    story(new Error(`not seen within ${PATIENCE_MS / 1000} s: ${side} as master, alone`));
  };
  const adverts = (): number => wire().filter((line) => /VRRPv/.test(line)).length;
  return {
    hosts,
    wire,
    log,
    mastered,
    async stays(side) {
      await mastered(side);
      const enough = adverts() + ADVERTS_TO_BELIEVE;
      await until(`${ADVERTS_TO_BELIEVE} adverts`, PATIENCE_MS, () => adverts() >= enough).catch(story);
      if (!(await isMasterAlone(side))) story(new Error(`${side} is not the only master any more`));
    },
    async start(side) {
      const daemon = startDaemon(contest.kinds[side], hosts[side], contest.config(side), ['-P']);
      lives[side].push(daemon);
      await daemon.line(/Entering BACKUP STATE/, PATIENCE_MS);
      return daemon;
    },
    async stop(side) {
      await lives[side].at(-1)?.stop();
    },
    onWire: (pattern) =>
      until(`${pattern} on the wire`, PATIENCE_MS, () => wire().find((line) => pattern.test(line))).catch(
        story,
      ),
    complaints: () =>
      (['first', 'second'] as const).flatMap((side) =>
        log(side)
          .filter((text) => COMPLAINT.test(text) && !/Unknown configuration|script/.test(text))
          .map((text) => `${side}: ${text}`),
      ),
  };
}

/** `2: eth0    inet6 fe80::51/64 scope link nodad …` */
async function addressesOf(host: Host): Promise<ReadonlySet<string>> {
  const listed = await host.run(['ip', '-o', 'address', 'show', 'dev', 'eth0']);
  return new Set([...listed.matchAll(/ inet6? ([^ /]+)/g)].map(([, address = '']) => address));
}

/** Both daemons word it alike: `(VI_1) Entering MASTER STATE`; a stop ends it. */
const stateOf = (lines: readonly string[]): string =>
  lines.reduce((state, text) => {
    const entered = /Entering (\w+) STATE/.exec(text)?.[1];
    return entered ?? (/Stopped/.test(text) ? 'stopped' : state);
  }, 'INIT');

/** tcpdump -v breaks a packet into several lines; the later ones are indented. */
function packetsOf(lines: readonly Line[]): readonly string[] {
  const packets: string[] = [];
  for (const { text } of lines) {
    if (/^\s/.test(text) && packets.length > 0) packets.push(`${packets.pop()} ${text.trim()}`);
    else packets.push(text);
  }
  return packets;
}
