/** The parent process: parses and validates, starts and watches the children, reloads, answers the control socket and
 *  the signals. Its decisions are in core/supervise.ts; here they are carried out. */

import { sameValue } from '../base/keyed-diff.ts';
import type { Log } from '../base/log.ts';
import { exhaustive } from '../base/never.ts';
import { systemErrorText } from '../base/system-error.ts';
import { type Instant, toSeconds } from '../base/units.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import type { Config } from '../config/model/config.ts';
import type { RoutingEntry } from '../config/model/routing.ts';
import type { ChildReport } from '../control/api.ts';
import { planAdmission } from '../net/core/refusal.ts';
import type { Notifier } from '../notify/shell/notifier.ts';
import type { Alarm, Clock } from '../ports/clock.ts';
import type { Firewall } from '../ports/firewall.ts';
import type { LinkKernel } from '../ports/link-kernel.ts';
import type { NetKernel, NetState } from '../ports/net-kernel.ts';
import type { RoutingKernel } from '../ports/routing-kernel.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { OrderWish } from '../vrrp/core/orders.ts';
import { type Child, startChild } from './children.ts';
import {
  addressesAtRisk,
  childrenFor,
  type Halves,
  planRelease,
  planRoutingRelease,
  refusalsAtRisk,
  routingAtRisk,
  routingInterest,
} from './core/needs.ts';
import { ordersNow, type StandingOrders, withOrder } from './core/standing-orders.ts';
import {
  CHILD_NAMES,
  initialSupervision,
  nextSupervisionDeadline,
  type Supervision,
  type SupervisionAction,
  type SupervisionEvent,
  supervise,
} from './core/supervise.ts';
import type { ChildName, ChildOptions, ChildStatus, Preview } from './ipc.ts';
import { type LinkKeeper, linkKeeper } from './link-keeper.ts';
import { daemonLog } from './log-events.ts';

/** What the parent needs of the world. */
export interface ParentPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** opened only when a dead vrrp child left something to release */
  readonly openNetKernel: () => NetKernel | null;
  readonly openRoutingKernel: () => RoutingKernel;
  readonly openLinkKernel: () => LinkKernel;
  readonly openFirewall: () => Firewall;
  readonly childProgram: (name: ChildName) => string;
  readonly childPidFile: (name: ChildName) => ChildPidFile;
  readonly notifier: Pick<Notifier, 'deliver' | 'reconfigure' | 'beginStop'>;
  /** told once per start and per reload, when every child has the configuration in force */
  readonly onReady: () => void;
  readonly onReloading: () => void;
  readonly onStopping: () => void;
  readonly onExit: (exitCode: number) => void;
}

export interface ChildPidFile {
  write(pid: number): void;
  remove(): void;
}

export interface ParentSettings {
  readonly halves: Halves;
  readonly respawn: boolean;
  readonly child: ChildOptions;
}

export class Parent {
  readonly #ports: ParentPorts;
  readonly #settings: ParentSettings;
  readonly #alarm: Alarm;
  readonly #links: LinkKeeper;
  readonly #children = new Map<ChildName, Child>();
  readonly #restarts = new Map<ChildName, number>();
  /** children that have not confirmed the configuration in force */
  readonly #unready = new Set<ChildName>();
  #announcedReady = false;
  #supervision: Supervision;
  #config: Config;
  /** the model before the last reload, while a child may still hold something of it */
  #previousConfig: Config | null = null;
  #queuedConfig: Config | null = null;
  #orders: StandingOrders = new Map();

  constructor(config: Config, settings: ParentSettings, ports: ParentPorts) {
    this.#config = config;
    this.#settings = settings;
    this.#ports = ports;
    this.#links = linkKeeper(ports);
    this.#alarm = ports.clock.alarm(() => this.#feed({ kind: 'time_passed' }));
    this.#supervision = initialSupervision({
      respawn: settings.respawn,
      stopLimit: config.global.process.childWaitTime,
    });
  }

  get config(): Config {
    return this.#config;
  }

  start(): void {
    if (this.#wantedChildren().length === 0) this.#ports.log(daemonLog.nothingToRun({}));
    this.#feed({ kind: 'children_wanted', children: this.#wantedChildren() });
    this.#announceWhenReady();
  }

  stop(cause: string, exitCode = 0): void {
    if (this.#supervision.leaving !== null) return;
    this.#ports.log(daemonLog.stopping({ cause }));
    this.#ports.onStopping();
    this.#ports.notifier.beginStop();
    this.#feed({ kind: 'stop_requested', exitCode });
  }

  /** A configuration that has been validated. While one reload is under way the latest further one waits. */
  reload(config: Config): void {
    if (this.#supervision.leaving !== null) return;
    if (this.#unready.size > 0) {
      this.#queuedConfig = config;
      return;
    }
    // fifo_write_vrrp_states_on_reload is about the reload, not about what it changes
    if (sameValue(config, this.#config) && !config.global.notify.statesOnReload) {
      this.#ports.log(daemonLog.reloadUnchanged({}));
      this.#ports.onReady();
      return;
    }
    this.#ports.onReloading();
    this.#previousConfig = this.#config;
    this.#config = config;
    this.#announcedReady = false;
    this.#ports.notifier.reconfigure(config);
    const wanted = this.#wantedChildren();
    this.#links.remember(config);
    for (const [name, child] of this.#children) {
      if (!wanted.includes(name)) continue;
      this.#unready.add(name);
      child.configure({ kind: 'reload', config });
    }
    this.#feed({ kind: 'children_wanted', children: wanted });
    this.#announceWhenReady();
  }

  resetCounters(): void {
    for (const child of this.#children.values()) child.resetCounters();
  }

  /** Children that the configuration wants, and those that are still on their way out. */
  childReports(): readonly ChildReport[] {
    const stateNames = {
      running: 'running',
      waiting: 'restarting',
      stopping: 'stopped',
      absent: 'stopped',
    } as const;
    const { wanted, children } = this.#supervision;
    const present = CHILD_NAMES.filter((name) => wanted.includes(name) || children[name].kind !== 'absent');
    return present.map((name) => ({
      name,
      pid: this.#children.get(name)?.pid ?? null,
      state: stateNames[children[name].kind],
      restarts: this.#restarts.get(name) ?? 0,
    }));
  }

  /** null for a child that is not running or does not answer */
  async childStatus<P extends ChildName>(name: P): Promise<Extract<ChildStatus, { process: P }> | null> {
    const status = (await this.#children.get(name)?.status()) ?? null;
    return status !== null && status.process === name
      ? (status as Extract<ChildStatus, { process: P }>)
      : null;
  }

  /** Has the children tell again what is so now: of one object, or of all. The number of objects told. */
  async tellAgain(name: string | null): Promise<number> {
    const told = await Promise.all([...this.#children.values()].map((child) => child.tellAgain(name)));
    return told.reduce<number>((sum, objects) => sum + (objects ?? 0), 0);
  }

  /** Has a real server drained, or takes that back. */
  async orderDrain(order: DrainOrder): Promise<DrainReport> {
    const report = (await this.#children.get('checkers')?.orderDrain(order)) ?? null;
    return report ?? { accepted: false, text: 'the checkers process is not running or does not answer' };
  }

  /** null when the vrrp process does not run or does not answer */
  async order(name: string, wish: OrderWish): Promise<OrderReport | null> {
    const report = (await this.#children.get('vrrp')?.order(name, wish)) ?? null;
    const obeying = report?.instances.map((instance) => instance.name) ?? [];
    this.#orders = withOrder(this.#orders, obeying, wish, this.#ports.clock.now());
    return report;
  }

  async probe(name: string): Promise<ProbeReport | null> {
    return (await this.#children.get('vrrp')?.probe(name)) ?? null;
  }

  /** What a reload of `config` would write to the IPVS table; null when the checkers process does not answer. */
  async preview(config: Config): Promise<Preview | null> {
    const checkers = this.#children.get('checkers');
    const isWanted = childrenFor(config, this.#settings.halves).includes('checkers');
    if (checkers === undefined && !isWanted) return { kind: 'planned', lines: [] };
    return (await checkers?.preview(config)) ?? null;
  }

  #wantedChildren(): readonly ChildName[] {
    return childrenFor(this.#config, this.#settings.halves);
  }

  #feed(event: SupervisionEvent): void {
    const now: Instant = this.#ports.clock.now();
    const [next, actions] = supervise(this.#supervision, event, now);
    this.#supervision = next;
    for (const action of actions) this.#carryOut(action);
    this.#alarm.set(nextSupervisionDeadline(this.#supervision));
  }

  #carryOut(action: SupervisionAction): void {
    const { log } = this.#ports;
    switch (action.kind) {
      case 'start_child':
        return this.#startChild(action.child);
      case 'terminate_child':
        return this.#children.get(action.child)?.signal('SIGTERM');
      case 'kill_child':
        log(daemonLog.childKilled({ child: action.child }));
        return this.#children.get(action.child)?.signal('SIGKILL');
      case 'release_leftovers':
        return action.child === 'vrrp' ? this.#releaseLeftovers() : undefined;
      case 'report_crash':
        this.#restarts.set(action.child, (this.#restarts.get(action.child) ?? 0) + 1);
        return log(
          daemonLog.childCrashed({
            child: action.child,
            how: action.how,
            delaySeconds: toSeconds(action.delay),
          }),
        );
      case 'exit':
        log(daemonLog.stopped({ exitCode: action.exitCode }));
        return this.#ports.onExit(action.exitCode);
      default:
        return exhaustive(action);
    }
  }

  #startChild(name: ChildName): void {
    this.#unready.add(name);
    if (name === 'vrrp') this.#links.remember(this.#config);
    let isNew = true;
    const child = startChild(name, this.#ports.childProgram(name), {
      onReady: () => {
        if (isNew && name === 'vrrp') this.#orderAgain();
        isNew = false;
        this.#childReady(name);
      },
      onNews: (delivery) => this.#ports.notifier.deliver(delivery),
      onFatal: (exitCode, reason) => this.#ports.log(daemonLog.childFatal({ child: name, reason, exitCode })),
      onExit: (status, signal) => this.#childGone(name, status, signal),
    });
    this.#children.set(name, child);
    child.configure({ kind: 'start', config: this.#config, options: this.#settings.child });
    if (child.pid === null) return;
    this.#ports.childPidFile(name).write(child.pid);
    this.#ports.log(daemonLog.childStarted({ child: name, pid: child.pid }));
  }

  /** A vrrp process that is new knows of no orders. */
  #orderAgain(): void {
    for (const { name, wish } of ordersNow(this.#orders, this.#ports.clock.now())) {
      void this.#children.get('vrrp')?.order(name, wish);
    }
  }

  #childReady(name: ChildName): void {
    this.#unready.delete(name);
    this.#announceWhenReady();
  }

  #childGone(name: ChildName, status: number | null, signal: NodeJS.Signals | null): void {
    this.#children.delete(name);
    this.#unready.delete(name);
    this.#ports.childPidFile(name).remove();
    this.#feed({ kind: 'child_exited', child: name, status, signal });
    this.#announceWhenReady();
  }

  /** Ready is announced when the last child has confirmed; then a reload that waited takes its turn. */
  #announceWhenReady(): void {
    if (this.#unready.size > 0 || this.#announcedReady || this.#supervision.leaving !== null) return;
    this.#announcedReady = true;
    const reloaded = this.#previousConfig !== null;
    this.#previousConfig = null;
    this.#ports.log(
      reloaded ? daemonLog.reloaded({}) : daemonLog.startupComplete({ children: [...this.#children.keys()] }),
    );
    this.#ports.onReady();
    const queued = this.#queuedConfig;
    this.#queuedConfig = null;
    if (queued !== null) this.reload(queued);
  }

  #releaseLeftovers(): void {
    const models = this.#previousConfig === null ? [this.#config] : [this.#config, this.#previousConfig];
    this.#releaseAddresses(models);
    this.#links.release(models);
    this.#releaseRefusals(models);
  }

  #releaseAddresses(models: readonly Config[]): void {
    const atRisk = addressesAtRisk(models);
    const routing = routingAtRisk(models);
    const kernel = atRisk.length + routing.length === 0 ? null : this.#ports.openNetKernel();
    const state = kernel?.snapshot() ?? null;
    if (kernel === null || state === null) return;
    if (!state.ok) {
      this.#ports.log(daemonLog.releaseFailed({ what: systemErrorText(state.error) }));
      return;
    }
    this.#releaseRouting(routing, state.value.links);
    const operations = planRelease(atRisk, state.value);
    kernel.apply(operations).forEach((error, i) => {
      const operation = operations[i];
      if (operation === undefined) return;
      const { address, ifIndex } = operation.address;
      const name = state.value.links.get(ifIndex)?.name ?? String(ifIndex);
      this.#ports.log(
        error === null
          ? daemonLog.addressReleased({ address, interface: name })
          : daemonLog.releaseFailed({ what: systemErrorText(error) }),
      );
    });
  }

  /** After the addresses: nothing is accepted for one that is still there. */
  #releaseRefusals(models: readonly Config[]): void {
    const refusals = refusalsAtRisk(models);
    if (refusals.length === 0) return;
    const firewall = this.#ports.openFirewall();
    for (const order of refusals.flatMap(planAdmission)) {
      const error = firewall.apply([order]);
      if (error !== null && error.code !== 'ENOENT')
        this.#ports.log(daemonLog.releaseFailed({ what: systemErrorText(error) }));
    }
  }

  /** Before the addresses that the routes may need. */
  #releaseRouting(atRisk: readonly RoutingEntry[], links: NetState['links']): void {
    if (atRisk.length === 0) return;
    const kernel = this.#ports.openRoutingKernel();
    const actual = kernel.read(routingInterest(atRisk, links));
    const { log } = this.#ports;
    if (!actual.ok) return log(daemonLog.releaseFailed({ what: systemErrorText(actual.error) }));
    const operations = planRoutingRelease(atRisk, actual.value, links);
    if (operations.length === 0) return;
    const failures = kernel.apply(operations).filter((error) => error !== null);
    log(daemonLog.routingReleased({ count: operations.length - failures.length }));
    for (const error of failures) log(daemonLog.releaseFailed({ what: systemErrorText(error) }));
  }
}
