/** One machine on the segment: its clock, its event loop that can stall, its kernel, its sockets, and the real VRRP
 *  process on top, the same code that runs in production. */
import { type Family, familyOf, type IpAddress } from '../base/ip.ts';
import type { Log } from '../base/log.ts';
import type { MacAddress } from '../base/mac.ts';
import { err, ok } from '../base/result.ts';
import {
  after,
  type IfIndex,
  type Instant,
  type InterfaceName,
  instant,
  MICROS_PER_MILLI,
  type Micros,
  micros,
} from '../base/units.ts';
import type { PacketPort, VrrpProtocol } from '../ports/packets.ts';
import type { Transition, VrrpAction } from '../vrrp/core/actions.ts';
import type { VrrpEvent } from '../vrrp/core/events.ts';
import type { VrrpNews } from '../vrrp/core/news.ts';
import type { NodeState } from '../vrrp/core/node-state.ts';
import type { VrrpCore, VrrpOptions, VrrpPart, VrrpPorts, VrrpProcess } from '../vrrp/shell/process.ts';
import { newClock, type SimClock } from './clock.ts';
import { type HostPlan, type LinkPlan, portOf } from './cluster.ts';
import { newFirewall } from './firewall.ts';
import type { Frame } from './frame.ts';
import { newKernel, type SimKernel } from './kernel.ts';
import type { Lan } from './lan.ts';
import { newLinks, type SimLinks } from './links.ts';
import { prngFor } from './naming.ts';
import { newRouting, type SimRouting } from './routing.ts';
import { SimSocket } from './socket.ts';
import { newTracked, type SimTracked } from './tracked.ts';
import type { Appointment, World } from './world.ts';

/** Starts a router: the production one, or one that a test has broken. `watched` lets the simulator see its steps. */
export type StartRouter = (
  ports: VrrpPorts,
  config: VrrpPart,
  options: VrrpOptions,
  watched: (core: VrrpCore) => VrrpCore,
) => VrrpProcess;

/** One step of a host's core, in the host's own time. */
export interface CoreStep {
  readonly before: NodeState;
  readonly event: VrrpEvent;
  readonly after: NodeState;
  readonly actions: readonly VrrpAction[];
  readonly now: Instant;
}

export interface HostObserver {
  sent(host: Host, frame: Frame): void;
  stepped(host: Host, step: CoreStep): void;
  changed(host: Host, transition: Transition): void;
  told(host: Host, news: VrrpNews): void;
  /** the process has run to completion, and the loop is idle again */
  settled(host: Host): void;
  crashed(host: Host): void;
  readonly log: (host: Host) => Log;
}

/** What a machine lives in. */
export interface Surroundings {
  readonly world: World;
  readonly lan: Lan<Frame>;
  readonly seed: number;
  readonly observer: HostObserver;
  readonly start: StartRouter;
  /** who has a unicast address: what ARP and neighbour discovery would find */
  readonly neighbours: ReadonlyMap<IpAddress, MacAddress>;
}

/** What the kernel writes into a packet when it is not told. */
const USUAL_TTL: Readonly<Record<Family, number>> = { inet: 255, inet6: 64 };

export class Host {
  readonly plan: HostPlan;
  readonly kernel: SimKernel;
  readonly routing: SimRouting;
  readonly links: SimLinks;
  readonly tracked: SimTracked;
  readonly clock: SimClock;
  process: VrrpProcess | null = null;
  /** what the process runs with, or last ran with */
  config: VrrpPart;
  /** the core's state after its last step; null while no process runs */
  node: NodeState | null = null;
  /** powered off, with a cut link or asleep: frames neither leave nor arrive */
  severed: ReadonlySet<InterfaceName> = new Set();
  /** in world time */
  stalledUntil: Instant = instant(0);
  /** false: as if started with -V */
  releasesVips = true;
  readonly #around: Surroundings;
  readonly #random: ReturnType<typeof prngFor>;
  #sockets: SimSocket[] = [];
  /** callbacks of an older life of the process are dead */
  #life = 0;
  #backlog: (() => void)[] = [];

  constructor(plan: HostPlan, config: VrrpPart, around: Surroundings) {
    this.plan = plan;
    this.config = config;
    this.#around = around;
    this.#random = prngFor(around.seed, plan.name);
    const offset = micros(this.#random.between(0, 1_000_000_000));
    this.clock = newClock(around.world, offset, (delay, task) => this.#later(delay, task, 'its alarm'));
    this.kernel = newKernel((deliver) => this.#soon(deliver));
    this.links = newLinks(this.kernel);
    this.routing = newRouting((deliver) => this.#soon(deliver));
    this.tracked = newTracked(prngFor(around.seed, `${plan.name} programs`), (delay, task) =>
      this.#later(delay, task, 'a program ends'),
    );
    for (const link of plan.links) {
      around.lan.attach(portOf(plan, link), link.segment, (frame) => this.#receive(link, frame));
    }
  }

  /** of its own clock */
  get now(): Instant {
    return this.clock.now;
  }

  get worldTime(): Instant {
    return this.#around.world.now;
  }

  get isStalled(): boolean {
    return this.worldTime < this.stalledUntil;
  }

  /** packets that wait in the sockets */
  get unread(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.waiting, 0);
  }

  /** packets that the sockets had no room for */
  get overrun(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.dropped, 0);
  }

  boot(config: VrrpPart): void {
    if (this.process !== null) return;
    this.#life++;
    this.stalledUntil = this.worldTime;
    this.config = config;
    const releasesVips = (): boolean => this.releasesVips;
    const options: VrrpOptions = {
      get releaseVips() {
        return releasesVips();
      },
      onStatusChange: (transition) => this.#around.observer.changed(this, transition),
      onNews: (news) => this.#around.observer.told(this, news),
    };
    this.process = this.#around.start(this.#ports(), config, options, (core) => this.#watch(core));
    this.#around.observer.settled(this);
  }

  /** SIGTERM. */
  stop({ release }: { readonly release: boolean }): void {
    if (this.process === null) return;
    this.releasesVips = release;
    this.process.stop();
    this.#end();
    this.#around.observer.settled(this);
  }

  reload(config: VrrpPart): void {
    if (this.process === null) return;
    this.#onLoop(() => {
      this.config = config;
      this.process?.reload(config);
    });
  }

  /** SIGKILL or a defect: the kernel keeps what the process left, and closes its sockets. */
  crash(): void {
    this.#end();
    this.#around.observer.crashed(this);
  }

  /** The event loop does nothing for a while; the kernel goes on receiving. */
  stall(duration: Micros): void {
    const until = after(this.worldTime, duration);
    if (until <= this.stalledUntil) return;
    this.stalledUntil = until;
    const life = this.#life;
    const wake = (): void => {
      if (life === this.#life && !this.isStalled) this.#wakeFromStall();
    };
    this.#around.world.later(duration, wake, `${this.plan.name}: a stall ends`);
  }

  #watch(core: VrrpCore): VrrpCore {
    return {
      nextDeadline: core.nextDeadline,
      stepNode: (before, event, now) => {
        const step = core.stepNode(before, event, now);
        this.node = step[0];
        this.#around.observer.stepped(this, { before, event, after: step[0], actions: step[1], now });
        return step;
      },
    };
  }

  /** Which callback runs first after a stall is nothing to rely on. */
  #wakeFromStall(): void {
    const waiting = this.#backlog;
    this.#backlog = [];
    while (waiting.length > 0) {
      const [task] = waiting.splice(this.#random.between(0, waiting.length - 1), 1);
      if (task !== undefined) this.#run(task);
    }
  }

  #end(): void {
    this.#life++;
    this.process = null;
    this.node = null;
    this.#backlog = [];
    this.#sockets = [];
    this.kernel.dropSubscribers();
    this.routing.dropWatchers();
    this.tracked.dropWatchers();
    this.clock.dropAlarms();
  }

  #soon(task: () => void): void {
    this.#later(micros(this.#random.between(1, 500)), task, 'the kernel tells');
  }

  #later(delay: Micros, task: () => void, what: string): Appointment {
    const life = this.#life;
    const run = (): void => {
      if (life === this.#life) this.#onLoop(task);
    };
    return this.#around.world.later(delay, run, `${this.plan.name}: ${what}`);
  }

  #onLoop(task: () => void): void {
    if (this.isStalled) this.#backlog.push(task);
    else this.#run(task);
  }

  #run(task: () => void): void {
    task();
    if (this.process !== null) this.#around.observer.settled(this);
  }

  #receive(link: LinkPlan, frame: Frame): void {
    if (this.severed.has(link.name) || frame.kind !== 'vrrp') return;
    if (frame.to !== null && ![...this.kernel.links.values()].some(({ mac }) => mac === frame.to)) return;
    const { source, destination, protocol, payload, id } = frame;
    for (const socket of this.#sockets) {
      if (socket.family !== familyOf(source) || socket.protocol !== protocol) continue;
      if (this.#cableOf(socket.ifIndex)?.name !== link.name) continue;
      socket.deliver({
        source,
        destination,
        payload,
        id,
        ttl: frame.ttl ?? USUAL_TTL[familyOf(source)],
        announcedLength: payload.length,
        receivedAt: this.now,
      });
    }
  }

  #send(ifIndex: IfIndex, frame: Frame): void {
    this.#around.observer.sent(this, frame);
    const cable = this.#cableOf(ifIndex);
    if (cable === undefined || this.severed.has(cable.name)) return;
    this.#around.lan.send(portOf(this.plan, cable), frame);
  }

  /** What an interface stands on: itself, or the one that it is made on. */
  #cableOf(ifIndex: IfIndex): LinkPlan | undefined {
    const link = this.kernel.links.get(ifIndex);
    const layer = link?.layer ?? null;
    const parent = layer !== null && layer.kind !== 'vrf' ? layer.parent : null;
    const name = (parent === null ? link : this.kernel.links.get(parent))?.name;
    return this.plan.links.find((cable) => cable.name === name);
  }

  #ports(): VrrpPorts {
    const { world, observer } = this.#around;
    return {
      clock: {
        now: () => this.now,
        // the clocks of the cluster agree, as auth_hmac asks
        wall: () => world.now / MICROS_PER_MILLI,
        alarm: (ring) => this.clock.alarm(ring),
      },
      packets: this.#packets(),
      net: this.kernel,
      routing: this.routing,
      links: this.links,
      sysctl: { read: () => null, write: () => ok(undefined) },
      carrier: NO_CARRIER_TO_ASK,
      firewall: newFirewall(),
      log: observer.log(this),
      programs: this.tracked.programs,
      files: this.tracked.files,
      processes: this.tracked.processes,
    };
  }

  #packets(): PacketPort {
    return {
      openVrrp: ({ family, protocol, ifIndex }, onReadable) => {
        const from = this.kernel.links.get(ifIndex)?.mac ?? null;
        if (from === null)
          return err({ code: 'ENODEV', attempted: 'open a socket', detail: 'No such device' });
        const socket = new SimSocket(
          { family, protocol, ifIndex },
          (advert) => this.#sendAdvert({ ifIndex, from, protocol }, advert),
          (ready) => this.#later(micros(0), ready, 'it may read'),
          onReadable,
        );
        this.#sockets.push(socket);
        return ok(socket);
      },
      openAnnouncer: ({ mac, ifIndex }) =>
        ok({
          announce: (address) => {
            this.#send(ifIndex, { kind: 'announcement', from: mac, to: null, address });
            return ok(undefined);
          },
          close: () => {},
        }),
    };
  }

  #sendAdvert(
    {
      ifIndex,
      ...how
    }: { readonly ifIndex: IfIndex; readonly from: MacAddress; readonly protocol: VrrpProtocol },
    advert: Parameters<SimSocket['send']>[0],
  ): void {
    const to = this.#around.neighbours.get(advert.destination) ?? null;
    this.#send(ifIndex, { kind: 'vrrp', to, ...how, ...advert });
  }
}

/** No simulated link is polled. */
const NO_CARRIER_TO_ASK: VrrpPorts['carrier'] = {
  ask: (name) =>
    err({ code: 'EOPNOTSUPP', attempted: `ask for the carrier of ${name}`, detail: 'simulated' }),
};
