/** The checkers process without its process: runs the node's actions, feeds its events, keeps the kernel's table.
 *  One event at a time; what an action brings about comes back as an event through the inbox.
 *
 *      alarm ──▶ wake ──▶ probes' deadlines ─┐                        ┌─▶ launch, abort ──▶ probes ─┐
 *                     └─▶ deadline_reached ──┴─▶ inbox ─▶ step ─▶ actions ─▶ log                    │
 *                     └─▶ table keeper ◀──────────────│─────────────└─▶ update_table                │
 *                                                     └◀──────────── probe_finished ◀───────────────┘
 */
import type { Log } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { earliest, type Instant } from '../../base/units.ts';
import type { BfdVerdicts } from '../../bfd/core/node.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import type { Config } from '../../config/model/config.ts';
import type { LvsGlobals, ScriptSettings } from '../../config/model/global.ts';
import type { ProbedChecker } from '../../config/model/lvs.ts';
import { wantedDaemons } from '../../ipvs/core/daemon-plan.ts';
import type { PlanLine } from '../../ipvs/core/plan-text.ts';
import type { IpvsTable, ServiceKey } from '../../ipvs/core/table.ts';
import type { SourceNat } from '../../ipvs/shell/source-nat.ts';
import { createSyncKeeper, type SyncKeeper } from '../../ipvs/shell/sync-keeper.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import type { DestinationConnections, IpvsKernel } from '../../ports/ipvs-kernel.ts';
import type { OwnAddresses } from '../../ports/own-addresses.ts';
import type { OwnershipStore } from '../../ports/ownership.ts';
import type { ProgramRunner } from '../../ports/programs.ts';
import type { StateFile } from '../../ports/state-file.ts';
import type { SyncDaemonKernel } from '../../ports/sync-daemons.ts';
import type { TrackedFiles } from '../../ports/tracked-files.ts';
import { describeLeaving, describeServices } from '../core/describe.ts';
import { type DrainOrder, type DrainReport, tellDrain, understandOrder } from '../core/drain-order.ts';
import { checksLog } from '../core/log-events.ts';
import { parseMemory, printMemory } from '../core/memory-text.ts';
import type { PoolNews } from '../core/news.ts';
import { step } from '../core/node.ts';
import { emptyNode, type NodeAction, type NodeEvent, type NodeState } from '../core/node-state.ts';
import { drainSeconds, leavingNatted, tableKeys, tableOf } from '../core/node-table.ts';
import type { ProbeAnswer } from '../core/probe-result.ts';
import type { CheckerId } from '../core/service.ts';
import type { ChecksStatus } from '../core/status.ts';
import { presentNews, shutdownLines, shutdownNews } from '../core/tell.ts';
import { dueEvents, nextEventAt } from '../core/timetable.ts';
import type { OpenDatagram } from '../probes/datagram-exchange.ts';
import { createDeadlines, type DeadlineQueue } from '../probes/deadlines.ts';
import { createDial, type OpenSocket } from '../probes/dial.ts';
import { type ProbePorts, type RunningProbe, startProbe } from '../probes/probe.ts';
import { type ClientContext, createClientContext } from './client-context.ts';
import type { Decided } from './drift.ts';
import { createFileWatch, type FileWatch } from './file-watch.ts';
import { connectionsOf, kernelStatus } from './kernel-status.ts';
import { createMemoryKeeper, type MemoryKeeper } from './memory-keeper.ts';
import type { PathRouter } from './path-router.ts';
import { createPresence, type Presence } from './presence.ts';
import { createTableKeeper, type TableKeeper } from './table-keeper.ts';

export interface CheckersPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly ipvs: IpvsKernel;
  readonly ownership: OwnershipStore;
  /** where results and drains outlive the process */
  readonly memory: StateFile;
  /** runs MISC_CHECK's programs */
  readonly programs: ProgramRunner;
  /** for FILE_CHECK */
  readonly files: TrackedFiles;
  /** spreads the first runs; any number, another one on each machine */
  readonly seed: number;
  /** for TCP checkers with `fwmark` or `bind_if`; without it they get no result */
  readonly openSocket?: OpenSocket;
  readonly openDatagram: OpenDatagram;
  /** for lvs_sync_daemon without an instance; without it that does nothing */
  readonly syncDaemons?: SyncDaemonKernel;
  /** for FULLNAT; without it only IPVS's half is done */
  readonly sourceNat?: SourceNat;
  /** for check_via forwarding; without it those probes go to the address of the service as any other */
  readonly paths?: PathRouter;
  /** for ha_suspend; without it that does nothing */
  readonly addresses?: OwnAddresses;
}

export interface CheckersOptions {
  /** false (-I): the kernel's table stays as it is at stop */
  readonly releaseIpvs: boolean;
  readonly onNews?: (news: PoolNews) => void;
}

export interface CheckersProcess {
  reload(config: Config): void;
  /** what is known of BFD sessions now; one that is not named stays as it was */
  tellSessions(verdicts: BfdVerdicts): void;
  /** What a reload of `config` would write; nothing changes. */
  preview(config: Config): Result<readonly PlanLine[], SystemError>;
  /** Synchronous; nothing runs any more when it returns. A second call does nothing. */
  stop(): void;
  /** Reads the kernel's table for the listing. */
  status(): ChecksStatus;
  /** Has one server drained, or takes that back. */
  order(order: DrainOrder): DrainReport;
  /** What is so now, as if it had just become so: of the service or server of this name, or of all. */
  presentNews(name: string | null): readonly PoolNews[];
}

export const startCheckers = (
  ports: CheckersPorts,
  config: Config,
  options: CheckersOptions,
): CheckersProcess => new Checkers(ports, config, options);

/** What goes to people and programs outside. */
type Word = Extract<NodeAction, { kind: 'log' | 'publish_news' }>;

/** A probe, and the checkers that want its result. */
interface SharedProbe {
  readonly probe: RunningProbe;
  readonly waiting: Set<CheckerId>;
}

class Checkers implements CheckersProcess {
  readonly #ports: CheckersPorts;
  readonly #options: CheckersOptions;
  readonly #table: TableKeeper;
  readonly #memory: MemoryKeeper;
  readonly #deadlines: DeadlineQueue;
  readonly #probePorts: ProbePorts;
  readonly #probes = new Map<CheckerId, SharedProbe>();
  readonly #alarm: Alarm;
  readonly #inbox: NodeEvent[] = [];
  #state: NodeState;
  readonly #files: FileWatch;
  readonly #presence: Presence;
  readonly #clientContext: ClientContext;
  /** what was told of BFD sessions */
  readonly #sessions = new Map<string, BfdVerdict>();
  readonly #sync: SyncKeeper | null;
  #scripts: ScriptSettings;
  #virtualServers: Config['virtualServers'] = [];
  /** destinations of FULLNAT servers that leave, when the filter was last told */
  #leavingNatted = 0;
  #flushOnStop: LvsGlobals['flushOnStop'] = 'none';
  /** lines and news that wait for a write; null = none is under way */
  #withheld: Word[] | null = null;
  /** when the alarm rings; null = it is not set */
  #armedAt: Instant | null = null;
  #stepping = false;
  #stopped = false;

  constructor(ports: CheckersPorts, config: Config, options: CheckersOptions) {
    const { clock, log, ipvs, ownership, memory } = ports;
    const now = (): Instant => clock.now();
    this.#ports = ports;
    this.#options = options;
    this.#state = emptyNode(ports.seed);
    this.#scripts = config.global.scripts;
    this.#clientContext = createClientContext(log);
    const { syncDaemons } = ports;
    this.#sync =
      syncDaemons === undefined ? null : createSyncKeeper({ clock, log, openKernel: () => ok(syncDaemons) });
    this.#presence = createPresence({ log, addresses: ports.addresses }, (present) =>
      this.#post({ kind: 'addresses_changed', present }),
    );
    this.#files = createFileWatch(ports, (file, value) => this.#post({ kind: 'file_changed', file, value }));
    this.#deadlines = createDeadlines(now);
    this.#probePorts = {
      deadlines: this.#deadlines,
      dial: createDial(ports.openSocket ?? null, () => this.#clientContext.get()),
      openDatagram: ports.openDatagram,
      tlsMaterial: () => this.#clientContext.material(),
      wall: () => clock.wall(),
      runProgram: ({ command, timeout }, completed) =>
        ports.programs.run({ ...command, timeout, settings: this.#scripts }, completed),
    };
    this.#memory = createMemoryKeeper(memory, now, () => printMemory(this.#state, now()));
    this.#table = createTableKeeper({ kernel: ipvs, log, now, ownership }, this.#decided());
    // Sockets before deadlines: after a stall the timer runs first, and answers that wait in the kernel would be
    // taken for silence. An immediate runs behind the loop's look at its sockets.
    this.#alarm = clock.alarm(() => setImmediate(() => this.#wake()));
    log(checksLog.initializing({}));
    if (config.global.lvs.flush) this.#table.flush();
    this.#apply(config, this.#table.look(), memory.load());
  }

  #decided(): Decided {
    return {
      keys: () => tableKeys(this.#state),
      all: () => tableOf(this.#state),
      some: (keys) => tableOf(this.#state, new Set(keys)),
    };
  }

  tellSessions(verdicts: BfdVerdicts): void {
    for (const [session, verdict] of Object.entries(verdicts)) {
      if (this.#sessions.get(session) === verdict) continue;
      this.#sessions.set(session, verdict);
      this.#post({ kind: 'session_changed', session, verdict });
    }
  }

  /** The kernel's table is as decided, or known to be refused, when it returns. */
  reload(config: Config): void {
    this.#apply(config, null, null);
  }

  #apply(config: Config, found: IpvsTable | null, memoryText: string | null): void {
    this.#flushOnStop = config.global.lvs.flushOnStop;
    this.#scripts = config.global.scripts;
    this.#clientContext.use(config.global.lvs.ssl);
    this.#table.setTimeouts(config.global.lvs.timeouts);
    this.#table.setDrift(config.global.lvs.drift);
    const { syncDaemon } = config.global.lvs;
    this.#sync?.want(syncDaemon?.instance === null ? wantedDaemons(syncDaemon, () => false) : []);
    const { virtualServers } = config;
    this.#virtualServers = virtualServers;
    // what matters first: a thousand services have a thousand lines to say
    this.#withheld = [];
    const tellInitial = config.global.notify.initialServers;
    const memory = memoryText === null ? null : parseMemory(memoryText);
    const { shareChecks: share } = config.global.lvs;
    this.#post({
      ...{ kind: 'config_changed', virtualServers, tellInitial, share },
      ...(found === null ? {} : { found }),
      ...(memory === null ? {} : { memory }),
    });
    this.#settleSourceNat();
    this.#files.follow(virtualServers);
    for (const name of this.#sessions.keys()) {
      if (!config.bfdInstances.some((one) => one.name === name)) this.#sessions.delete(name);
    }
    for (const [session, verdict] of this.#sessions)
      this.#post({ kind: 'session_changed', session, verdict });
    this.#presence.follow(virtualServers);
    this.#ports.paths?.settle(this.#state.paths);
    this.#table.writeNow(found === null ? 'thorough' : 'as_seen');
    const words = this.#withheld;
    this.#withheld = null;
    for (const word of words) this.#say(word);
    this.#arm();
  }

  preview({ virtualServers }: Config): Result<readonly PlanLine[], SystemError> {
    const { clock, seed } = this.#ports;
    const { lanes, random, ramps } = emptyNode(seed);
    const aside = { ...this.#state, lanes, random, ramps };
    const [after] = step(aside, { kind: 'config_changed', virtualServers }, clock.now());
    const begun = [...after.leaving].filter(([key]) => !this.#state.leaving.has(key));
    return this.#table.preview(tableOf(after), drainSeconds(begun.map(([, server]) => server)));
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#alarm.set(null);
    for (const { probe } of this.#probes.values()) probe.abort();
    this.#probes.clear();
    this.#files.close();
    this.#memory.write();
    this.#presence.close();
    this.#ports.paths?.close();
    this.#sync?.close();
    if (!this.#options.releaseIpvs) return;
    this.#ports.sourceNat?.close();
    this.#table.release(this.#flushOnStop === 'all' ? 'everything' : 'owned');
    for (const entry of shutdownLines(this.#state)) this.#ports.log(entry);
    for (const news of shutdownNews(this.#state)) this.#options.onNews?.(news);
  }

  status(): ChecksStatus {
    const { clock, ipvs, syncDaemons } = this.#ports;
    const moment = { now: clock.now(), wall: clock.wall() };
    return {
      virtualServers: describeServices(this.#state, moment),
      leaving: describeLeaving(this.#state, moment),
      ...kernelStatus(ipvs, syncDaemons),
      kernelWrites: this.#table.writes,
      driftRepairs: this.#table.driftRepairs,
    };
  }

  presentNews(name: string | null): readonly PoolNews[] {
    return presentNews(this.#state, name);
  }

  order(order: DrainOrder): DrainReport {
    const understood = understandOrder(this.#state, order);
    if (!understood.ok) return { accepted: false, text: understood.error };
    this.#post(understood.value);
    const { place } = understood.value;
    return { accepted: true, text: tellDrain(this.#state, place, this.#ports.clock.now()) };
  }

  #wake(): void {
    if (this.#stopped) return;
    this.#armedAt = null;
    const now = this.#ports.clock.now();
    this.#deadlines.expireDue(now);
    for (const event of dueEvents(this.#state, now)) this.#post(event);
    this.#table.writeDue(now);
    this.#memory.writeDue(now);
    this.#arm();
  }

  /** Brings the alarm forward when needed; one that rings too early costs less than setting it for every event. */
  #arm(): void {
    const duties = [this.#deadlines.next(), this.#table.next(), this.#memory.next()];
    const wanted = earliest(nextEventAt(this.#state), ...duties);
    if (this.#stopped || wanted === null || (this.#armedAt !== null && this.#armedAt <= wanted)) return;
    this.#armedAt = wanted;
    this.#alarm.set(wanted);
  }

  #post(event: NodeEvent): void {
    this.#inbox.push(event);
    if (this.#stepping || this.#stopped) return;
    this.#stepping = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      const [state, actions] = step(this.#state, next, this.#ports.clock.now());
      this.#state = state;
      for (const action of actions) this.#perform(action);
    }
    this.#stepping = false;
    this.#arm();
  }

  #perform(action: NodeAction): void {
    switch (action.kind) {
      case 'log':
      case 'publish_news':
        if (this.#withheld === null) this.#say(action);
        else this.#withheld.push(action);
        return;
      case 'update_table':
        this.#table.request();
        if (leavingNatted(this.#state).length < this.#leavingNatted) this.#settleSourceNat();
        return this.#memory.request();
      case 'remember':
        return this.#memory.request();
      case 'count_connections':
        return this.#count(action.services);
      case 'launch_probe':
        return this.#launch(action);
      case 'abort_probe':
        return this.#abandon(action.checker);
      default:
        return exhaustive(action);
    }
  }

  /** At a reload, and when a FULLNAT server is gone for good. */
  #settleSourceNat(): void {
    const leaving = leavingNatted(this.#state);
    this.#leavingNatted = leaving.length;
    this.#ports.sourceNat?.want([...this.#virtualServers, ...leaving]);
  }

  #count(services: readonly ServiceKey[]): void {
    const answer = this.#ports.ipvs.readConnections(services);
    // a drain that nobody can count ends with its time
    const usage = answer.ok ? answer.value : [];
    const ofService = (each: ReadonlyMap<string, DestinationConnections>) =>
      new Map([...each].map(([key, one]) => [key, connectionsOf(one)]));
    const counts = new Map([...usage].map(([key, each]) => [key, ofService(each)]));
    this.#post({ kind: 'connections_counted', counts });
  }

  #say(word: Word): void {
    if (word.kind === 'log') this.#ports.log(word.entry);
    else this.#options.onNews?.(word.news);
  }

  #launch({ checker, config, others }: Extract<NodeAction, { kind: 'launch_probe' }>): void {
    const waiting = new Set([checker, ...others]);
    const finish = (result: ProbeAnswer): void => {
      for (const id of waiting) this.#probes.delete(id);
      const [first, ...rest] = waiting;
      if (first !== undefined) this.#post({ kind: 'probe_finished', checker: first, others: rest, result });
    };
    const probe = this.#started(config, finish);
    for (const id of waiting) this.#probes.set(id, { probe, waiting });
  }

  #started(config: ProbedChecker, finish: (result: ProbeAnswer) => void): RunningProbe {
    const routed = this.#ports.paths?.route(config, this.#state.paths) ?? ok(config);
    if (routed.ok) return startProbe(routed.value, this.#probePorts, finish);
    const { code, attempted } = routed.error;
    const answer = setImmediate(() => finish({ kind: 'no_result', code, attempted }));
    return { abort: () => clearImmediate(answer) };
  }

  /** The probe goes on for those that still wait for it. */
  #abandon(checker: CheckerId): void {
    const shared = this.#probes.get(checker);
    this.#probes.delete(checker);
    shared?.waiting.delete(checker);
    if (shared?.waiting.size === 0) shared.probe.abort();
  }
}
