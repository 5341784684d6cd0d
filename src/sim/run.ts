/** The simulator: from a seed to a verdict. Routers start, faults come and go, then the network is whole and everything
 *  must settle, stay settled, and hand over in time when the master resigns and when the next one dies.
 *
 *      trouble (40 s of faults) -> mend -> converge -> 100 quiet intervals -> reload -> stop the master -> kill the next
 */
import { invariant } from '../base/never.ts';
import { prng } from '../base/prng.ts';
import { after, type Micros, micros, millis, priority, seconds, toSeconds } from '../base/units.ts';
import type { VrrpInstance, VrrpScript } from '../config/model/vrrp.ts';
import { skewTime } from '../vrrp/core/timers.ts';
import { startVrrp } from '../vrrp/shell/process.ts';
import { drawFaults, type PlannedFault, TROUBLE } from './faults.ts';
import type { Host } from './host.ts';
import { addressesOf, advertsOf } from './invariants.ts';
import { buildSegment, type Segment } from './segment.ts';
import { drawTopology, type Ring, type Topology } from './topology.ts';
import { newTrace, type Trace } from './trace.ts';
import { PROGRAM_TIME_MAX } from './tracked.ts';
import { newWatch, type Watch } from './watch.ts';
import { newWorld, type World } from './world.ts';

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  /** the run, one line per event */
  readonly trace: readonly string[];
}

export interface SimulationOptions {
  readonly seeds: Iterable<number>;
  /** what runs on the hosts; a broken one must be caught (test/sim/canary.test.ts) */
  readonly start?: typeof startVrrp;
  /** gets each seed before it runs */
  readonly onSeed?: (seed: number) => void;
}

/** Runs the seeds until one fails; its verdict, or null when all of them hold. */
export function runSimulation({ seeds, start = startVrrp, onSeed }: SimulationOptions): Verdict | null {
  for (const seed of seeds) {
    onSeed?.(seed);
    const verdict = simulate(seed, start);
    if (verdict.violations.length > 0) return verdict;
  }
  return null;
}

/** `seed` and the reasons, then the trace: for a terminal. */
export const verdictText = ({ seed, violations, trace }: Verdict): string =>
  [...trace, '', `SEED=${seed}`, ...violations.map((violation) => `  ${violation}`)].join('\n');

interface Run {
  readonly world: World;
  readonly segment: Segment;
  readonly topology: Topology;
  readonly watch: Watch;
  readonly trace: Trace;
}

export function simulate(seed: number, start: typeof startVrrp = startVrrp): Verdict {
  const random = prng(seed);
  const world = newWorld();
  const trace = newTrace(() => world.now);
  const watch = newWatch(() => world.now, trace);
  const topology = drawTopology(random.split());
  const segment = buildSegment({ world, random: random.split(), topology, observer: watch, start });
  const run = { world, segment, topology, watch, trace };
  describe(run);
  trouble(run, drawFaults(random.split(), topology));
  trace.line('world', 'the network is whole');
  segment.mend();
  converge(run);
  staySettled(run);
  reloadUnchanged(run);
  handOver(run);
  for (const host of segment.hosts) host.kernel.refusals.forEach(watch.report);
  return { seed, violations: watch.violations, trace: trace.lines };
}

/** Frames may be under way when the network is mended, a host in the middle of anything. */
const SETTLING = millis(200);
const SLACK = millis(20);
const QUIET_INTERVALS = 100;
/** An address that was stolen more often than REPAIRS_PER_ADVERT_MAX returns with the next advert. */
const REPAIR_TIME = seconds(2.1);

const pass = ({ world }: Run, duration: Micros): void => world.runUntil(after(world.now, duration));

function trouble(run: Run, faults: readonly PlannedFault[]): void {
  const { world, segment, watch, trace } = run;
  for (const host of segment.hosts) host.boot();
  for (const { at, fault } of faults) {
    world.later(at, () => {
      trace.line('fault', JSON.stringify(fault));
      const host = fault.kind === 'address_theft' ? segment.hosts[fault.host] : undefined;
      if (host !== undefined) watch.excuse(host, REPAIR_TIME);
      segment.inflict(fault);
    });
  }
  pass(run, TROUBLE);
}

/** Down timer and skew, the extra skew that a stalled host grants, and where preempt_delay is used that and one more
 *  master-down time, because adverts were accepted until its end. */
function convergenceBound({ interval, members }: Ring, script: VrrpScript | null): Micros {
  const bounds = members.map((member) => {
    const skew = skewTime({ version: member.version, priority: priority(1), masterInterval: interval });
    const down = member.downTimerAdverts * interval + skew;
    return down + skew + (member.preemptDelay > 0 ? member.preemptDelay + down : 0);
  });
  const recovery = script === null ? 0 : (script.rise + 1) * script.interval + PROGRAM_TIME_MAX;
  return micros(Math.max(...bounds) + recovery + SETTLING + SLACK);
}

/** A group waits for the slowest of its members. */
const boundOf = (rings: readonly Ring[], { script }: Topology): Micros =>
  micros(Math.max(...rings.map((ring) => convergenceBound(ring, script))));

function converge(run: Run): void {
  pass(run, boundOf(run.topology.rings, run.topology));
  for (const ring of run.topology.rings) judgeMaster(run, ring);
}

/** Exactly one master, nobody who should preempt it, and the addresses are there and nowhere else. */
function judgeMaster(run: Run, ring: Ring): Host | null {
  const { segment, watch } = run;
  const [master, ...more] = mastersOf(run, ring);
  const name = `VRID ${ring.vrid}`;
  if (master === undefined || more.length > 0) {
    watch.report(`${name} has ${master === undefined ? 'no master' : `${1 + more.length} masters`}`);
    return null;
  }
  const winner = memberOf(master, ring);
  for (const host of segment.hosts.filter(({ process }) => process !== null)) {
    const member = memberOf(host, ring);
    const preempts = member.preempt || member.priority === 255;
    if (preempts && member.priority > winner.priority) {
      watch.report(`${name}: ${host.plan.name} (${member.priority}) did not preempt ${master.plan.name}`);
    }
    for (const address of addressesOf(winner)) {
      const should = host === master;
      if (host.kernel.has(address) !== should) {
        watch.report(`${name}: ${host.plan.name} ${should ? 'lacks' : 'has'} ${address}`);
      }
    }
  }
  return master;
}

function staySettled(run: Run): void {
  const { watch, topology, segment } = run;
  watch.take();
  pass(run, micros(QUIET_INTERVALS * Math.max(...topology.rings.map(({ interval }) => interval))));
  const { transitions, frames } = watch.take();
  for (const { instance, from, to } of transitions) {
    watch.report(`${instance} went from ${from} to ${to} in a quiet network`);
  }
  for (const ring of topology.rings) {
    const masters = mastersOf(run, ring);
    for (const host of segment.hosts) {
      if (!masters.includes(host) && advertsOf(frames.get(host) ?? [], ring).length > 0) {
        watch.report(`VRID ${ring.vrid}: ${host.plan.name} advertises in a quiet network`);
      }
    }
  }
}

/** A reload that changes nothing writes nothing and sends nothing. */
function reloadUnchanged({ segment, watch }: Run): void {
  for (const host of segment.hosts) {
    watch.take();
    const writes = host.kernel.writes;
    host.reload(host.plan.config);
    const { transitions, frames } = watch.take();
    const effects = transitions.length + (frames.get(host)?.length ?? 0) + host.kernel.writes - writes;
    if (effects > 0) watch.report(`${host.plan.name}: a reload that changes nothing had ${effects} effects`);
  }
}

/** The master resigns: the best of the rest follows within its skew. That one dies: the next follows within the
 *  master-down time (RFC 9568 §6.1). */
function handOver(run: Run): void {
  const [ring] = run.topology.rings;
  const first = ring === undefined ? undefined : mastersOf(run, ring)[0];
  if (ring === undefined || first === undefined) return;
  const together = run.topology.grouped ? run.topology.rings : [ring];
  const heardOf = (host: Host): readonly VrrpInstance[] => together.map((one) => memberOf(host, one));
  const skews = (members: readonly VrrpInstance[]): readonly Micros[] =>
    members.map(({ advertInterval }, i) => bestSkew(run, together[i] ?? ring, advertInterval));
  first.stop({ release: true });
  pass(run, micros(Math.max(...skews(heardOf(first))) + SLACK));
  const second = judgeMaster(run, ring);
  if (second === null || run.segment.hosts.length < 3) return;
  pass(run, boundOf(together, run.topology));
  const dying = mastersOf(run, ring)[0] ?? second;
  const heard = heardOf(dying);
  dying.connected = false;
  dying.crash();
  run.trace.line('fault', `${dying.plan.name} dies`);
  const silences = heard.map(({ downTimerAdverts, advertInterval }) => downTimerAdverts * advertInterval);
  const bounds = skews(heard).map((skew, i) => skew + (silences[i] ?? 0));
  pass(run, micros(Math.max(...bounds) + SLACK));
  judgeMaster(run, ring);
}

/** The skew of the highest priority that still runs. */
function bestSkew({ segment }: Run, ring: Ring, masterInterval: Micros): Micros {
  const alive = segment.hosts.filter(({ process }) => process !== null).map((host) => memberOf(host, ring));
  const best = Math.max(...alive.map((member) => member.priority));
  const { version } = ring.members[0] ?? { version: 3 };
  return skewTime({ version, priority: priority(best), masterInterval });
}

const mastersOf = ({ segment }: Run, ring: Ring): readonly Host[] =>
  segment.hosts.filter((host) =>
    host.process?.status().instances.some(({ vrid, state }) => vrid === ring.vrid && state === 'MASTER'),
  );

function memberOf(host: Host, ring: Ring): VrrpInstance {
  const member = host.plan.config.vrrpInstances.find(({ vrid }) => vrid === ring.vrid);
  invariant(member !== undefined, () => `${host.plan.name} has no VRID ${ring.vrid}`);
  return member;
}

function describe({ topology, trace }: Run): void {
  for (const { vrid, members } of topology.rings) {
    for (const [i, member] of members.entries()) {
      const { version, advertInterval, preempt, preemptDelay } = member;
      const temper = `${preempt ? '' : ' nopreempt'}${preemptDelay > 0 ? ` preempt_delay ${toSeconds(preemptDelay)}` : ''}`;
      const what = `VRID ${vrid} v${version} priority ${member.priority} interval ${toSeconds(advertInterval)} s`;
      trace.line(`r${i + 1}`, `${what}${temper}`);
    }
  }
}
