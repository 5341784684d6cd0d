/** One machine on the segment: its clock, its event loop that can stall, its kernel, its sockets, and the real VRRP
 *  process on top, the same code that runs in production. */
import { familyOf, type IpAddress } from '../base/ip.ts';
import type { Log } from '../base/log.ts';
import type { Prng } from '../base/prng.ts';
import { err, ok } from '../base/result.ts';
import {
  after,
  type Instant,
  type InterfaceName,
  instant,
  MICROS_PER_MILLI,
  type Micros,
  micros,
} from '../base/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { PacketPort, VrrpProtocol } from '../ports/packets.ts';
import type { Transition } from '../vrrp/core/actions.ts';
import type { startVrrp, VrrpPart, VrrpPorts, VrrpProcess } from '../vrrp/shell/process.ts';
import { newFirewall } from './firewall.ts';
import { newKernel, type SimKernel } from './kernel.ts';
import type { Lan } from './lan.ts';
import { newLinks, type SimLinks } from './links.ts';
import { newRouting, type SimRouting } from './routing.ts';
import { SimSocket } from './socket.ts';
import { newTracked, type SimTracked } from './tracked.ts';
import type { World } from './world.ts';

/** What travels on the simulated segment. */
export type Frame =
  | {
      readonly kind: 'vrrp';
      readonly protocol: VrrpProtocol;
      readonly source: IpAddress;
      readonly destination: IpAddress;
      readonly payload: Uint8Array;
      readonly id: number;
    }
  | { readonly kind: 'announcement'; readonly address: IpAddress };

export interface HostObserver {
  sent(host: Host, frame: Frame): void;
  changed(host: Host, transition: Transition): void;
  /** the process has run to completion, and the loop is idle again */
  settled(host: Host): void;
  crashed(host: Host): void;
  readonly log: (host: Host) => Log;
}

export interface HostPlan {
  readonly name: string;
  readonly interface: InterfaceName;
  /** the host's own, of both families */
  readonly addresses: readonly IpAddress[];
  readonly config: VrrpPart;
}

export class Host {
  readonly plan: HostPlan;
  readonly kernel: SimKernel;
  readonly routing: SimRouting;
  readonly links: SimLinks;
  readonly tracked: SimTracked;
  process: VrrpProcess | null = null;
  /** false: powered off or with a cut link; frames neither leave nor arrive */
  connected = true;
  /** in world time */
  stalledUntil: Instant = instant(0);
  /** false: as if started with -V */
  releasesVips = true;
  readonly #world: World;
  readonly #lan: Lan<Frame>;
  readonly #random: Prng;
  readonly #observer: HostObserver;
  readonly #start: typeof startVrrp;
  /** the clocks of two machines have nothing in common */
  readonly #clockOffset: Micros;
  #sockets: SimSocket[] = [];
  /** callbacks of an older life of the process are dead */
  #life = 0;
  #backlog: (() => void)[] = [];

  constructor(
    plan: HostPlan,
    around: {
      readonly world: World;
      readonly lan: Lan<Frame>;
      readonly random: Prng;
      readonly observer: HostObserver;
      readonly start: typeof startVrrp;
    },
  ) {
    this.plan = plan;
    this.#world = around.world;
    this.#lan = around.lan;
    this.#random = around.random;
    this.#observer = around.observer;
    this.#start = around.start;
    this.#clockOffset = micros(around.random.between(0, 1_000_000_000));
    this.kernel = newKernel((deliver) => this.#soon(deliver));
    this.links = newLinks(this.kernel);
    this.routing = newRouting((deliver) => this.#soon(deliver));
    this.tracked = newTracked(around.random.split(), (delay, task) => this.#later(delay, task));
    this.#lan.attach(plan.name, (frame) => this.#receive(frame));
  }

  get worldTime(): Instant {
    return this.#world.now;
  }

  get now(): Instant {
    return after(this.#world.now, this.#clockOffset);
  }

  get isStalled(): boolean {
    return this.#world.now < this.stalledUntil;
  }

  /** packets that wait in the sockets */
  get unread(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.waiting, 0);
  }

  boot(): void {
    if (this.process !== null) return;
    this.#life++;
    this.stalledUntil = this.#world.now;
    const releasesVips = (): boolean => this.releasesVips;
    this.process = this.#start(this.#ports(), this.plan.config, {
      get releaseVips() {
        return releasesVips();
      },
      onStatusChange: (transition) => this.#observer.changed(this, transition),
    });
    this.#observer.settled(this);
  }

  /** SIGTERM. */
  stop({ release }: { readonly release: boolean }): void {
    if (this.process === null) return;
    this.releasesVips = release;
    this.process.stop();
    this.#end();
    this.#observer.settled(this);
  }

  reload(config: VrrpPart): void {
    this.#run(() => this.process?.reload(config));
  }

  /** SIGKILL or a defect: the kernel keeps what the process left, and closes its sockets. */
  crash(): void {
    this.#end();
    this.#observer.crashed(this);
  }

  /** The event loop does nothing for a while; the kernel goes on receiving. */
  stall(duration: Micros): void {
    const until = after(this.#world.now, duration);
    if (until <= this.stalledUntil) return;
    this.stalledUntil = until;
    const life = this.#life;
    this.#world.later(duration, () => {
      if (life === this.#life && !this.isStalled) this.#wakeFromStall();
    });
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
    this.#backlog = [];
    this.#sockets = [];
    this.kernel.dropSubscribers();
    this.routing.dropWatchers();
  }

  #soon(task: () => void): void {
    this.#later(micros(this.#random.between(1, 500)), task);
  }

  #later(delay: Micros, task: () => void): void {
    const life = this.#life;
    this.#world.later(delay, () => {
      if (life !== this.#life) return;
      if (this.isStalled) this.#backlog.push(task);
      else this.#run(task);
    });
  }

  #run(task: () => void): void {
    task();
    if (this.process !== null) this.#observer.settled(this);
  }

  #receive(frame: Frame): void {
    if (!this.connected || frame.kind !== 'vrrp') return;
    for (const socket of this.#sockets) {
      if (socket.family !== familyOf(frame.source) || socket.protocol !== frame.protocol) continue;
      socket.deliver({ ...frame, ttl: 255, announcedLength: frame.payload.length, receivedAt: this.now });
    }
  }

  #send(frame: Frame): void {
    this.#observer.sent(this, frame);
    if (this.connected) this.#lan.broadcast(this.plan.name, frame);
  }

  #ports(): VrrpPorts {
    return {
      clock: this.#clock(),
      packets: this.#packets(),
      net: this.kernel,
      routing: this.routing,
      links: this.links,
      sysctl: { read: () => null, write: () => ok(undefined) },
      carrier: NO_CARRIER_TO_ASK,
      firewall: newFirewall(),
      log: this.#observer.log(this),
      programs: this.tracked.programs,
      files: this.tracked.files,
      processes: this.tracked.processes,
    };
  }

  #clock(): Clock {
    return {
      now: () => this.now,
      // the clocks of the cluster agree, as auth_hmac asks
      wall: () => this.#world.now / MICROS_PER_MILLI,
      alarm: (ring) => {
        let setting = 0;
        return {
          set: (at) => {
            const mine = ++setting;
            if (at === null) return;
            const delay = micros(Math.max(0, at - this.now));
            this.#later(delay, () => {
              if (mine === setting) ring();
            });
          },
        };
      },
    };
  }

  #packets(): PacketPort {
    return {
      openVrrp: ({ family, protocol }, onReadable) => {
        const socket = new SimSocket(
          { family, protocol },
          (advert) => this.#send({ kind: 'vrrp', protocol, ...advert }),
          (ready) => this.#later(micros(0), ready),
          onReadable,
        );
        this.#sockets.push(socket);
        return ok(socket);
      },
      openAnnouncer: () =>
        ok({
          announce: (address) => {
            this.#send({ kind: 'announcement', address });
            return ok(undefined);
          },
          close: () => {},
        }),
    };
  }
}

/** No simulated link is polled. */
const NO_CARRIER_TO_ASK: VrrpPorts['carrier'] = {
  ask: (name) =>
    err({ code: 'EOPNOTSUPP', attempted: `ask for the carrier of ${name}`, detail: 'simulated' }),
};
