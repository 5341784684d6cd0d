/** The VRRP process: feeds the core from the ports and carries out what it orders. It decides nothing itself but the
 *  order of a wake-up:
 *
 *      1. read the clock once
 *      2. drain the sockets, each packet with the time the kernel received it
 *      3. only then look at the deadlines that are still due
 *      4. arm the one alarm
 *
 *  After a stall of the event loop the alarm can ring before adverts that already wait are read. Without 2 before 3 a
 *  backup would then take over from a living master. */

import type { Log } from '../../base/log.ts';
import { invariant } from '../../base/never.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { earliest, type Instant, instant, MICROS_PER_MILLI, micros } from '../../base/units.ts';
import type { Config } from '../../config/model/config.ts';
import type { ScriptSettings } from '../../config/model/global.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { CarrierPort } from '../../ports/carrier.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import type { Firewall } from '../../ports/firewall.ts';
import type { LinkKernel } from '../../ports/link-kernel.ts';
import type { NetEvent, NetKernel } from '../../ports/net-kernel.ts';
import type { PacketPort } from '../../ports/packets.ts';
import type { ProcessTable } from '../../ports/process-table.ts';
import type { ProgramRunner } from '../../ports/programs.ts';
import type { RoutingKernel } from '../../ports/routing-kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { TrackedFiles } from '../../ports/tracked-files.ts';
import type { TrackerEvent } from '../../track/core/trackers.ts';
import { createWatchers, initialiseFiles, type Watchers } from '../../track/shell/watchers.ts';
import type { GroupTransition, Transition } from '../core/actions.ts';
import type { OperatorEvent, VrrpConfig, VrrpEvent } from '../core/events.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import type { VrrpNews } from '../core/news.ts';
import { nextDeadline, stepNode } from '../core/node.ts';
import { type NodeState, newNode } from '../core/node-state.ts';
import { statusOf, type VrrpStatus } from '../core/status.ts';
import { presentNews } from '../core/tell.ts';
import { LATENESS_NOTED } from '../core/timers.ts';
import { type IgmpReports, igmpReports } from './igmp-reports.ts';
import { type Effects, interpret } from './interpret.ts';
import { type LinkTable, linkTable, tellAddresses } from './links.ts';
import { type PolledLinks, polledLinks } from './polled-links.ts';
import { newPromotion, type Promotion } from './promotion.ts';
import { newRefusals, type Refusals } from './refusal.ts';
import { type RoutingTable, routingEntries, routingTable } from './routing-table.ts';
import { newSealer, type Sealer } from './sealer.ts';
import { sendReport } from './send-report.ts';
import { openSockets, type SocketTable } from './sockets.ts';
import { type VirtualLinks, virtualLinks } from './virtual-links.ts';
import { vrrpConfigOf } from './vrrp-config.ts';

export interface VrrpPorts {
  readonly clock: Clock;
  readonly packets: PacketPort;
  readonly net: NetKernel;
  readonly carrier: CarrierPort;
  readonly routing: RoutingKernel;
  readonly links: LinkKernel;
  readonly sysctl: Sysctl;
  readonly firewall: Firewall;
  readonly log: Log;
  /** what instances track */
  readonly programs: ProgramRunner;
  readonly files: TrackedFiles;
  readonly processes: ProcessTable;
}

/** The part of the configuration that this process lives by. */
export type VrrpPart = Pick<
  Config,
  'vrrpInstances' | 'vrrpSyncGroups' | 'vrrpScripts' | 'trackFiles' | 'trackProcesses' | 'statics'
> & {
  readonly global: Pick<Config['global'], 'vrrp' | 'scripts'>;
};

/** The machine that decides. The simulator puts a broken one in its place, to prove that it would notice. */
export interface VrrpCore {
  readonly stepNode: typeof stepNode;
  readonly nextDeadline: typeof nextDeadline;
}

export interface VrrpOptions {
  /** false (-V): a stop leaves the addresses where they are and sends no priority-0 advert */
  readonly releaseVips: boolean;
  /** -a: each address that comes or goes is logged */
  readonly watchAddresses?: boolean;
  readonly onStatusChange?: (transition: Transition) => void;
  readonly onNews?: (news: VrrpNews) => void;
  readonly onGroupChange?: (transition: GroupTransition) => void;
}

export interface VrrpProcess {
  reload(config: VrrpPart): void;
  /** Synchronous: when it returns, the priority-0 adverts are sent and the addresses are off. Further calls do nothing. */
  stop(): void;
  status(): VrrpStatus;
  /** What is so now, as if it had just become so: of the instance or group of this name, or of all. */
  presentNews(name: string | null): readonly VrrpNews[];
  resetCounters(): void;
  /** What an operator did, or asked for. */
  hear(event: OperatorEvent): void;
  node(): NodeState;
}

/** Packets read from one socket per wake-up: a flood cannot keep the own adverts from leaving. */
const DATAGRAMS_PER_WAKE_MAX = 256;
/** An order's outcome is an event; outcomes of outcomes end after two rounds. More is a defect. */
const FEEDBACK_MAX = 4_096;

export function startVrrp(
  ports: VrrpPorts,
  config: VrrpPart,
  options: VrrpOptions,
  core: VrrpCore = { stepNode, nextDeadline },
): VrrpProcess {
  const running = new Running({ ports, options, core }, config);
  running.start();
  return {
    reload: (next) => running.reload(next),
    stop: () => running.stop(),
    status: () => running.status(),
    presentNews: (name) => running.presentNews(name),
    resetCounters: () => running.resetCounters(),
    hear: (event) => running.hear(event),
    node: () => running.node,
  };
}

class Running {
  readonly #ports: VrrpPorts;
  readonly #options: VrrpOptions;
  readonly #core: VrrpCore;
  readonly #links: LinkTable = linkTable();
  readonly #net: PolledLinks;
  readonly #sockets: SocketTable;
  readonly #routing: RoutingTable;
  readonly #virtualLinks: VirtualLinks;
  readonly #sealer: Sealer = newSealer();
  readonly #promotion: Promotion;
  readonly #refusals: Refusals;
  readonly #igmp: IgmpReports;
  readonly #alarm: Alarm;
  readonly #sent: Effects['onSent'];
  readonly #watchers: Watchers;
  #scripts: ScriptSettings;
  #config: VrrpConfig;
  #node: NodeState;
  #unsubscribe: (() => void) | null = null;
  #stopped = false;
  #resyncs = 0;
  /** when the process asked to be woken; null = not at all */
  #askedFor: Instant | null = null;

  constructor(
    {
      ports,
      options,
      core,
    }: { readonly ports: VrrpPorts; readonly options: VrrpOptions; readonly core: VrrpCore },
    part: VrrpPart,
  ) {
    const config = vrrpConfigOf(part);
    this.#scripts = part.global.scripts;
    const settings = (): ScriptSettings => this.#scripts;
    this.#watchers = createWatchers(ports, settings, (event) => this.hear(event));
    this.#ports = ports;
    this.#net = polledLinks(ports.net, ports);
    this.#sent = sendReport(ports.log);
    this.#options = options;
    this.#core = core;
    this.#config = config;
    this.#sealer.configure(config.instances);
    this.#node = newNode(config.globals);
    const wake = (): void => this.#wake();
    this.#sockets = openSockets(ports.packets, ports.log, wake);
    this.#alarm = ports.clock.alarm(wake);
    this.#virtualLinks = virtualLinks(ports.links, ports.log);
    this.#routing = routingTable({
      kernel: ports.routing,
      links: this.#links.byName,
      log: ports.log,
      onChange: () => this.#routingTouched(),
    });
    this.#promotion = newPromotion(ports.sysctl, ports.log);
    this.#igmp = igmpReports(ports.sysctl, ports.log);
    this.#refusals = newRefusals(ports.firewall, ports.log);
  }

  /** Subscribes before it reads, so that nothing falls between; what is told twice does no harm. */
  start(): void {
    const net = this.#net;
    net.poll(this.#config.globals.polledLinks);
    // before a socket joins its group
    this.#igmp.allow(this.#config.globals.localIgmp);
    const subscribed = net.subscribe((event) => this.#netChanged(event));
    if (subscribed.ok) this.#unsubscribe = subscribed.value;
    else this.#complainAboutNetwork(subscribed.error);
    const network = this.#readNetwork(this.#config.instances);
    const now = this.#ports.clock.now();
    this.#reconcileSockets(this.#config.instances, now);
    this.#routing.want(routingEntries(this.#config), now);
    this.#readRouting(now);
    this.#refusals.want(this.#config.instances, this.#config.globals);
    initialiseFiles(this.#config.trackers, this.#ports);
    this.#feed({ kind: 'started', config: this.#config, ...network }, now);
    this.#watchers.watch(this.#config.trackers);
    this.#arm();
  }

  /** Sockets of old and new instances are open while they change over: the old resign on theirs. */
  reload(part: VrrpPart): void {
    if (this.#stopped) return;
    const config = vrrpConfigOf(part);
    this.#scripts = part.global.scripts;
    const now = this.#ports.clock.now();
    this.#net.poll(config.globals.polledLinks);
    this.#igmp.allow(config.globals.localIgmp);
    this.#addLinksOf(config, now);
    this.#reconcileSockets([...this.#config.instances, ...config.instances], now);
    this.#routing.want([...routingEntries(this.#config), ...routingEntries(config)], now);
    this.#readRouting(now);
    this.#refusals.want([...this.#config.instances, ...config.instances], config.globals);
    this.#config = config;
    this.#feed({ kind: 'config_changed', config }, now);
    this.#refusals.want(config.instances, config.globals);
    this.#routing.want(routingEntries(config), now);
    this.#virtualLinks.reconcile(config.instances, this.#links.byName);
    this.#watchers.watch(config.trackers);
    this.#reconcileSockets(config.instances, now);
    this.#sealer.configure(config.instances);
    this.#arm();
  }

  /** Interfaces of the new configuration are there before its routers begin; those of the old one go after theirs end. */
  #addLinksOf(config: VrrpConfig, now: Instant): void {
    const both = [...this.#config.instances, ...config.instances];
    if (!both.some(({ virtualLinks }) => virtualLinks.length > 0)) return;
    this.#feed({ kind: 'network_reread', ...this.#readNetwork(both) }, now);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#feed({ kind: 'stop_requested', release: this.#options.releaseVips }, this.#ports.clock.now());
    this.#stopped = true;
    this.#watchers.close();
    this.#alarm.set(null);
    this.#unsubscribe?.();
    this.#sockets.closeAll();
    if (this.#options.releaseVips) {
      this.#virtualLinks.release(this.#links.byName);
      this.#refusals.release();
    }
    this.#refusals.close();
    this.#igmp.allow(true);
    this.#routing.close();
    this.#promotion.reconcile([], this.#links.byName);
  }

  get node(): NodeState {
    return this.#node;
  }

  status(): VrrpStatus {
    const { clock } = this.#ports;
    const bootWall = clock.wall() - clock.now() / 1_000;
    const status = statusOf(this.#node, (at) => Math.round(bootWall + at / 1_000));
    return { ...status, strayPackets: status.strayPackets + this.#sockets.dropped };
  }

  presentNews(name: string | null): readonly VrrpNews[] {
    return presentNews(this.#node, name);
  }

  resetCounters(): void {
    this.#feed({ kind: 'counters_reset' }, this.#ports.clock.now());
  }

  /** Links and addresses, with the interfaces that the instances need. */
  #readNetwork(instances: readonly VrrpInstance[]): ReturnType<LinkTable['replace']> {
    const net = this.#net;
    const first = net.snapshot();
    if (!first.ok) this.#complainAboutNetwork(first.error);
    const network = first.ok ? this.#links.replace(first.value) : { links: [], addresses: [] };
    if (!this.#virtualLinks.reconcile(instances, this.#links.byName)) return network;
    const second = net.snapshot();
    return second.ok ? this.#links.replace(second.value) : network;
  }

  #wake(): void {
    if (this.#stopped) return;
    const now = this.#ports.clock.now();
    const wall = this.#ports.clock.wall();
    const late = this.#askedFor === null ? 0 : now - this.#askedFor;
    for (const arrival of this.#sockets.drain(DATAGRAMS_PER_WAKE_MAX)) {
      const { interface: name, family } = arrival;
      const receivedAt = instant(Math.min(arrival.packet.receivedAt, now));
      const arrivedAt = wall - (now - receivedAt) / MICROS_PER_MILLI;
      const packet = this.#sealer.open(arrival, arrivedAt);
      this.#feed({ kind: 'packet_received', interface: name, family, packet }, receivedAt);
    }
    if (late >= LATENESS_NOTED) this.#feed({ kind: 'woke_late', late: micros(late) }, now);
    const { retryAt } = this.#sockets;
    if (retryAt !== null && retryAt <= now) this.#reconcileSockets(this.#config.instances, now);
    if (this.#routing.readAt !== null && this.#routing.readAt <= now) this.#readRouting(now);
    const deadline = this.#core.nextDeadline(this.#node);
    if (deadline !== null && deadline <= now) this.#feed({ kind: 'deadline_reached' }, now);
    this.#arm();
  }

  /** A link that came or changed its index needs its sockets before the core hears of it. */
  #netChanged(event: NetEvent): void {
    if (this.#stopped) return;
    const now = this.#ports.clock.now();
    const events = this.#links.translate(event);
    if (event.kind === 'resynced') {
      this.#resyncs++;
      this.#ports.log(vrrpShellLog.networkReadAgain({ cause: event.cause, times: this.#resyncs }));
    }
    if (event.kind !== 'address_added' && event.kind !== 'address_removed') {
      this.#virtualLinks.reconcile(this.#config.instances, this.#links.byName);
      this.#reconcileSockets(this.#config.instances, now);
    }
    if (this.#options.watchAddresses === true) tellAddresses(events, this.#ports.log);
    for (const translated of events) this.#feed(translated, now);
    // IPv4 routes go with their link or source address, and nobody says so
    this.#routing.touch(now);
    this.#arm();
  }

  #routingTouched(): void {
    if (this.#stopped) return;
    this.#routing.touch(this.#ports.clock.now());
    this.#arm();
  }

  #readRouting(now: Instant): void {
    const present = this.#routing.read(now);
    if (present !== null) this.#feed({ kind: 'routing_read', present }, now);
  }

  hear(event: TrackerEvent | OperatorEvent): void {
    if (this.#stopped) return;
    this.#feed(event, this.#ports.clock.now());
    this.#arm();
  }

  #reconcileSockets(instances: readonly VrrpInstance[], now: Instant): void {
    this.#promotion.reconcile(instances, this.#links.byName);
    const changes = this.#sockets.reconcile({ instances, links: this.#links.byName }, now);
    for (const change of changes) this.#feed(change, now);
  }

  #feed(first: VrrpEvent, now: Instant): void {
    const queue: VrrpEvent[] = [first];
    for (let i = 0; i < queue.length; i++) {
      const event = queue[i];
      invariant(i < FEEDBACK_MAX && event !== undefined, () => `${i} outcomes of one ${first.kind}`);
      const [node, actions] = this.#core.stepNode(this.#node, event, now);
      this.#node = node;
      for (const action of actions) queue.push(...interpret(action, this.#effects()));
    }
  }

  #effects(): Effects {
    return {
      sockets: this.#sockets,
      net: this.#net,
      routing: this.#routing,
      virtualLinks: this.#virtualLinks,
      sealer: this.#sealer,
      wall: () => this.#ports.clock.wall(),
      log: this.#ports.log,
      links: this.#links.byName,
      watchers: this.#watchers,
      onTransition: (transition) => this.#options.onStatusChange?.(transition),
      onNews: (news) => this.#options.onNews?.(news),
      onGroupTransition: (transition) => this.#options.onGroupChange?.(transition),
      onSent: this.#sent,
    };
  }

  #complainAboutNetwork(error: SystemError): void {
    this.#ports.log(vrrpShellLog.networkUnreadable({ detail: systemErrorText(error) }));
  }

  #arm(): void {
    const at = earliest(this.#core.nextDeadline(this.#node), this.#sockets.retryAt, this.#routing.readAt);
    this.#askedFor = at === null ? null : instant(Math.max(at, this.#ports.clock.now()));
    this.#alarm.set(at);
  }
}
