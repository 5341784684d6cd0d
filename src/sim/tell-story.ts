/** Plays a story with the user's own configurations, and tells what a client of the virtual addresses sees of it. */
import type { IpAddress } from '../base/ip.ts';
import { after, elapsed, type Instant, type Micros, micros, millis, seconds } from '../base/units.ts';
import type { Client } from './clients.ts';
import type { Cluster } from './cluster.ts';
import { type Director, machinesOf } from './directors.ts';
import type { HostObserver, StartRouter } from './host.ts';
import { addressesOf } from './invariants.ts';
import { buildSegment, type Segment } from './segment.ts';
import type { Story } from './story.ts';
import { newWorld, type World } from './world.ts';

export interface Told {
  readonly timeline: readonly Line[];
  readonly addresses: readonly AddressFate[];
  readonly end: readonly {
    readonly host: string;
    readonly instance: string;
    readonly state: string;
    readonly reason: string;
  }[];
}

export interface Line {
  /** since the first moment of the story; negative while everything settles */
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** How a virtual address fared. */
export interface AddressFate {
  readonly address: IpAddress;
  /** when nobody, or more than one, answered for it */
  readonly outages: readonly {
    readonly from: number;
    readonly lasted: Micros;
    readonly why: 'nobody' | 'several';
  }[];
  /** it answers again, or still */
  readonly reachable: boolean;
}

/** How exactly an outage is measured. */
const RESOLUTION: Micros = millis(1);
/** Everybody has found its role after so many of its longest waits. */
const SETTLING_WAITS = 4;
const SEED = 1;

export function tellStory(directors: readonly Director[], story: Story, start: StartRouter): Told {
  const world = newWorld();
  const cluster: Cluster = {
    hosts: machinesOf(directors),
    rings: [],
    groups: [],
    script: null,
    pace: micros(0),
  };
  const timeline: Line[] = [];
  const begin = after(world.now, settlingOf(directors));
  const say = (who: string, what: string): void => void timeline.push({ at: world.now - begin, who, what });
  const files = new Map(directors.map(({ name, config }) => [name, config]));
  const segment = buildSegment({
    world,
    seed: SEED,
    cluster,
    observer: teller(say),
    start,
    fileIn: (_, host) => files.get(host) ?? directorless(),
  });
  for (const host of segment.hosts) host.boot(host.config);
  world.runUntil(begin);
  for (const { at, fault, text } of story.steps) {
    world.later(
      at,
      () => {
        say('scenario', text);
        segment.inflict(fault);
      },
      'the story goes on',
    );
  }
  const addresses = watchAddresses({ world, segment, begin }, after(begin, story.duration));
  const end = segment.hosts.flatMap(({ plan, process }) =>
    (process?.status().instances ?? []).map(({ name, state, reason }) => ({
      host: plan.name,
      instance: name,
      state,
      reason,
    })),
  );
  return { timeline: timeline.filter(({ at }) => at >= 0), addresses, end };
}

function directorless(): never {
  throw new Error('invariant broken: a machine without a file');
}

const teller = (say: (who: string, what: string) => void): HostObserver => ({
  sent: () => {},
  stepped: () => {},
  changed: ({ plan }, { instance, from, to, reason }) =>
    say(plan.name, `${instance} ${from} -> ${to}: ${reason}`),
  told: () => {},
  settled: () => {},
  crashed: ({ plan }) => say(plan.name, 'the process is dead'),
  log: () => () => {},
});

function settlingOf(directors: readonly Director[]): Micros {
  const waits = directors.flatMap(({ config }) =>
    config.vrrpInstances.map(
      ({ advertInterval, downTimerAdverts, preemptDelay }) =>
        (downTimerAdverts + 1) * advertInterval + preemptDelay,
    ),
  );
  const { startupDelay } = directors[0]?.config.global.vrrp ?? { startupDelay: micros(0) };
  return micros(SETTLING_WAITS * Math.max(seconds(2), ...waits) + startupDelay);
}

interface Sight {
  readonly world: World;
  readonly segment: Segment;
  readonly begin: Instant;
}

/** Looks every millisecond whom a client's frames to each address reach. */
function watchAddresses({ world, segment, begin }: Sight, end: Instant): readonly AddressFate[] {
  const [client] = segment.clients;
  const wanted = [
    ...new Set(segment.hosts.flatMap(({ config }) => config.vrrpInstances.flatMap(addressesOf))),
  ];
  const outages = new Map<IpAddress, AddressFate['outages'][number][]>();
  const since = new Map<IpAddress, { readonly at: Instant; readonly why: 'nobody' | 'several' }>();
  const close = (address: IpAddress): void => {
    const open = since.get(address);
    if (open === undefined) return;
    since.delete(address);
    const outage = { from: open.at - begin, lasted: elapsed(open.at, world.now), why: open.why };
    outages.set(address, [...(outages.get(address) ?? []), outage]);
  };
  const look = (address: IpAddress): void => {
    const why = troubleOf(client, segment, address);
    if (why === (since.get(address)?.why ?? null)) return;
    close(address);
    if (why !== null) since.set(address, { at: world.now, why });
  };
  for (wanted.forEach(look); world.now < end; wanted.forEach(look)) {
    world.runUntil(after(world.now, RESOLUTION));
  }
  const last = new Set(since.keys());
  for (const address of wanted) close(address);
  return wanted.map((address) => ({
    address,
    outages: outages.get(address) ?? [],
    reachable: !last.has(address),
  }));
}

/** Where nobody announces (an address on another segment), who holds it is whom a client finds. */
function troubleOf(
  client: Client | undefined,
  segment: Segment,
  address: IpAddress,
): 'nobody' | 'several' | null {
  const holders = segment.hosts.filter(({ kernel, severed, plan }) => {
    const cut = plan.links.every(({ name }) => severed.has(name));
    return !cut && kernel.has(address);
  });
  if (client === undefined || !client.believes.has(address)) {
    return holders.length === 1 ? null : holders.length === 0 ? 'nobody' : 'several';
  }
  if (client.reaches(address).length === 0) return 'nobody';
  return holders.length > 1 ? 'several' : null;
}
