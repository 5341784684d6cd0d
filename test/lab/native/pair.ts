/** Two routers for one address on the machine's own kernel, each a lab host, joined by a switch that is a third:
 *
 *      higher  eth0 ───── higher ┤ switch ├ lower ───── eth0  lower
 *
 *  A carrier is lost at the switch, and its ports show who sent what (wire.ts). */
import { until } from '../harness/clock.ts';
import { type Host, openHost } from '../harness/host.ts';
import { lastLines } from '../harness/program.ts';
import { openStopwatch, type Stopwatch } from '../harness/stopwatch.ts';
import { frrRouter } from './frr-router.ts';
import { daemonRouter, PATIENCE_MS, type Router, type RouterKind } from './router.ts';
import { ADDRESS, PREFIX_LENGTH, TRACKED_INTERFACE, type Variant, VIP } from './variants.ts';
import { captureWire, type Side, stretches, type Wire } from './wire.ts';

export interface Pair {
  readonly higher: Router;
  readonly lower: Router;
  readonly wire: Wire;
  /** measures how long the machine stood still */
  readonly stopwatch: Stopwatch;
  /** Unplugs a router, or plugs it in again. */
  readonly plug: (side: Side, state: 'up' | 'down') => Promise<void>;
  /** Makes the switch carry nothing from one to the other, or carry it again. Both keep their carrier. */
  readonly split: (state: 'on' | 'off') => Promise<void>;
  /** Waits until this side calls itself master and holds the VIP, whatever the other does. */
  readonly claims: (side: Side) => Promise<void>;
  /** Waits until this side calls itself master, holds the VIP alone, and the last `adverts` adverts are its own. */
  readonly mastered: (side: Side, adverts?: number) => Promise<void>;
  /** Waits for that many more adverts, whoever sends them. */
  readonly adverts: (count: number) => Promise<void>;
  readonly close: () => void;
}

/** which software runs on which side */
export type Kinds = Readonly<Record<Side, RouterKind>>;

/** Whoever opens it closes it. */
export async function openPair(variant: Variant, kinds: Kinds): Promise<Pair> {
  const opened: Host[] = [];
  const open = async (name: string): Promise<Host> => {
    const host = await openHost(name, '');
    opened.push(host);
    return host;
  };
  const stopwatch = openStopwatch();
  const close = (): void => {
    stopwatch.close();
    for (const host of opened) host.close();
  };
  try {
    const hosts = { between: await open('switch'), higher: await open('higher'), lower: await open('lower') };
    return { ...(await furnish(variant, kinds, hosts)), stopwatch, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function furnish(
  variant: Variant,
  kinds: Kinds,
  { between, ...hosts }: Readonly<Record<Side | 'between', Host>>,
): Promise<Omit<Pair, 'stopwatch' | 'close'>> {
  await between.run(['ip', 'link', 'add', 'br0', 'up', 'type', 'bridge']);
  for (const side of ['higher', 'lower'] as const) await connect(between, hosts[side], side);
  const wire = await captureWire(between, VIP[variant.family]);
  const routerOn = (side: Side): Router => {
    const kind = kinds[side];
    if (kind === 'frr') return frrRouter(hosts[side], side, variant);
    return daemonRouter(kind, hosts[side], side, variant);
  };
  const higher = routerOn('higher');
  const lower = routerOn('lower');
  const seen = (what: string, look: () => boolean): Promise<unknown> =>
    until(what, PATIENCE_MS, look).catch((error: unknown) => {
      throw new Error(`${error}\n${story([higher, lower], wire)}`, { cause: error });
    });
  return {
    higher,
    lower,
    wire,
    plug: async (side, state) => void (await between.run(['ip', 'link', 'set', side, state])),
    async split(state) {
      for (const port of ['higher', 'lower']) {
        await between.run(['ip', 'link', 'set', port, 'type', 'bridge_slave', 'isolated', state]);
      }
    },
    async claims(side) {
      const router = side === 'higher' ? higher : lower;
      await seen(`${side} as master`, () => router.state() === 'MASTER' && router.holdsVip());
    },
    async mastered(side, adverts = 1) {
      const [master, other] = side === 'higher' ? [higher, lower] : [lower, higher];
      await seen(`${side} as master, alone`, () => {
        const last = wire.adverts().slice(-adverts);
        const advertises = last.length === adverts && last.every(({ by }) => by === side);
        return advertises && master.state() === 'MASTER' && master.holdsVip() && !other.holdsVip();
      });
    },
    async adverts(count) {
      const wanted = wire.adverts().length + count;
      await seen(`${count} more adverts`, () => wire.adverts().length >= wanted);
    },
  };
}

/** Puts a host's eth0 on the port of its name, with its addresses, and gives it an interface to track. */
async function connect(between: Host, host: Host, side: Side): Promise<void> {
  const peer = ['peer', 'name', 'eth0', 'netns', `${host.pid}`];
  await between.run(['ip', 'link', 'add', side, 'up', 'master', 'br0', 'type', 'veth', ...peer]);
  // an address of its own may be used at once, not only after the search for a second owner
  await host.run(['sysctl', '-qw', 'net.ipv6.conf.eth0.accept_dad=0']);
  await host.run(['ip', 'addr', 'add', `${ADDRESS.inet[side]}/${PREFIX_LENGTH.inet}`, 'dev', 'eth0']);
  await host.run(['ip', 'addr', 'add', `${ADDRESS.inet6[side]}/${PREFIX_LENGTH.inet6}`, 'dev', 'eth0']);
  await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  const tracked = ['type', 'veth', 'peer', 'name', 'its-peer'];
  await host.run(['ip', 'link', 'add', TRACKED_INTERFACE, 'up', ...tracked]);
  await host.run(['ip', 'link', 'set', 'its-peer', 'up']);
}

/** For the message of a failure. */
const story = (routers: readonly Router[], wire: Wire): string =>
  [
    `on the wire: ${stretches(wire.adverts()).join(', ')}`,
    ...routers.map(
      ({ side, state, lines }) => `${side}, which says that it is ${state()}: ${lastLines(lines())}`,
    ),
  ].join('\n');
