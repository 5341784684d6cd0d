/** The simulator: from a scenario to a verdict. Routers start, faults come and go, then the network is whole and everything
 *  must settle, stay settled, and hand over in time when the master resigns and when the next one dies.
 *
 *      [ trouble -> mend -> converge -> quiet ] x rounds -> reload -> stop the master -> kill the next
 */
import { after, type Instant, type Micros, micros, priority, seconds } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import { nextDeadline, stepNode } from '../vrrp/core/node.ts';
import { skewTime } from '../vrrp/core/timers.ts';
import { startVrrp } from '../vrrp/shell/process.ts';
import { type Cluster, memberOf, type Ring, together } from './cluster.ts';
import { isOfHost, type PlannedFault } from './faults.ts';
import type { Host, StartRouter } from './host.ts';
import {
  type Court,
  candidates,
  convergenceBound,
  judgeMaster,
  judgeQuiet,
  mastersOf,
  SLACK,
} from './judge.ts';
import { passQuietly } from './quiet.ts';
import { drawScenario, faultText, type Round, type Scenario, scenarioText } from './scenario.ts';
import { buildSegment, type Segment } from './segment.ts';
import { newTrace, type Trace } from './trace.ts';
import { newWatch, type Violation, type Watch } from './watch.ts';
import { newWorld, type World } from './world.ts';

export interface Verdict {
  readonly scenario: Scenario;
  readonly violations: readonly Violation[];
  /** the run, one line per event */
  readonly trace: readonly string[];
  /** time that passed for all routers of the cluster together */
  readonly routerTime: Micros;
  /** of it, what was stepped through */
  readonly steppedTime: Micros;
}

export interface RunOptions {
  /** what runs on the hosts; a broken one must be caught (test/sim/canary.test.ts) */
  readonly start?: StartRouter;
  /** false: quiet times are stepped through, too */
  readonly jumps?: boolean;
}

interface Run {
  readonly world: World;
  readonly segment: Segment;
  readonly watch: Watch;
  readonly trace: Trace;
  readonly jumps: boolean;
  readonly slowest: Map<number, Micros>;
  wholeSince: Instant;
}

export const PRODUCTION: StartRouter = (ports, config, options, watched) =>
  startVrrp(ports, config, options, watched({ stepNode, nextDeadline }));

export const simulate = (seed: number, options: RunOptions = {}): Verdict =>
  play(drawScenario(seed), options);

export function play(scenario: Scenario, { start = PRODUCTION, jumps = true }: RunOptions = {}): Verdict {
  const { seed, cluster, rounds } = scenario;
  const world = newWorld();
  const trace = newTrace(() => world.calendar);
  const watch = newWatch(world, trace);
  const segment = buildSegment({ world, seed, cluster, observer: watch, start });
  const run: Run = { world, segment, watch, trace, jumps, slowest: new Map(), wholeSince: world.now };
  for (const line of scenarioText(scenario)) trace.line('', line);
  try {
    playThrough(run, rounds);
  } catch (cause) {
    // a broken invariant of our own ends the run, not the search for more
    watch.report('nothing is thrown', cause instanceof Error ? cause.message : String(cause));
  }
  const routers = cluster.hosts.length;
  return {
    scenario,
    violations: watch.violations,
    trace: trace.lines,
    routerTime: micros(world.calendar * routers),
    steppedTime: micros(world.now * routers),
  };
}

function playThrough(run: Run, rounds: readonly Round[]): void {
  const { segment, watch } = run;
  for (const host of segment.hosts) host.boot(host.config);
  for (const round of rounds) playRound(run, round);
  reloadUnchanged(run);
  handOver(run);
  for (const { kernel } of segment.hosts) {
    for (const refusal of kernel.refusals) watch.report('the kernel accepts', refusal);
  }
}

const pass = ({ world }: Run, duration: Micros): void => world.runUntil(after(world.now, duration));

const courtOf = ({ world, segment, watch, slowest, wholeSince }: Run): Court => ({
  segment,
  watch,
  slowest,
  wholeSince,
  now: () => world.now,
});

function playRound(run: Run, { trouble, faults, quiet }: Round): void {
  const { world, segment, watch, trace } = run;
  watch.setWhole(false);
  noteIntervals(run.slowest, segment.cluster);
  for (const planned of faults) world.later(planned.at, () => inflict(run, planned), 'a fault begins');
  pass(run, trouble);
  trace.line('world', 'the network is whole');
  segment.mend();
  watch.setWhole(true);
  run.wholeSince = world.now;
  pass(run, convergenceBound(courtOf(run)));
  for (const ring of segment.cluster.rings) judgeMaster(courtOf(run), ring);
  watch.take();
  passQuietly(run, quiet);
  judgeQuiet(courtOf(run));
}

/** An address that was stolen more often than REPAIRS_PER_ADVERT_MAX returns with the next advert. */
const REPAIR_TIME = seconds(2.1);

function inflict({ segment, watch, trace, slowest }: Run, { fault }: PlannedFault): void {
  trace.line('fault', faultText(fault));
  const name = isOfHost(fault) ? fault.host : null;
  const host = segment.hosts.find(({ plan }) => plan.name === name);
  if (host !== undefined && fault.kind === 'address_theft') watch.excuse(host, REPAIR_TIME);
  segment.inflict(fault);
  noteIntervals(slowest, segment.cluster);
}

function noteIntervals(slowest: Map<number, Micros>, { rings }: Cluster): void {
  for (const { vrid, members } of rings) {
    const intervals = [...members.values()].map(({ advertInterval }) => advertInterval);
    slowest.set(vrid, micros(Math.max(slowest.get(vrid) ?? 0, ...intervals)));
  }
}

/** A reload that changes nothing writes nothing and sends nothing. */
function reloadUnchanged({ segment, watch }: Run): void {
  for (const host of segment.hosts) {
    watch.take();
    const writes = host.kernel.writes;
    host.reload(host.config);
    const { transitions, frames } = watch.take();
    const effects = transitions.length + (frames.get(host)?.length ?? 0) + host.kernel.writes - writes;
    if (effects > 0) {
      const text = `${host.plan.name}: a reload that changes nothing had ${effects} effects`;
      watch.report('an idle reload is idle', text);
    }
  }
}

/** The master resigns: the best of the rest follows within its skew. That one dies: the next follows within the
 *  master-down time (RFC 9568 §6.1). */
function handOver(run: Run): void {
  const { segment, trace } = run;
  const court = courtOf(run);
  const [ring] = segment.cluster.rings;
  const first = ring === undefined ? undefined : mastersOf(court, ring)[0];
  if (ring === undefined || first === undefined || candidates(court, ring).length < 2) return;
  const rings = together(segment.cluster, ring.vrid);
  const heard = heardOf(first, rings);
  trace.line('fault', `${first.plan.name} is stopped`);
  first.stop({ release: true });
  pass(run, micros(Math.max(...heard.map((one) => bestSkew(court, one))) + SLACK));
  const second = judgeMaster(court, ring);
  if (second === null || candidates(court, ring).length < 2) return;
  pass(run, convergenceBound(court));
  const dying = mastersOf(court, ring)[0] ?? second;
  const silences = heardOf(dying, rings);
  trace.line('fault', `${dying.plan.name} dies`);
  dying.severed = new Set(dying.plan.links.map(({ name }) => name));
  dying.crash();
  const bounds = silences.map(
    (one) => one.member.downTimerAdverts * one.member.advertInterval + bestSkew(court, one),
  );
  pass(run, micros(Math.max(...bounds) + SLACK));
  judgeMaster(court, ring);
}

interface Heard {
  readonly ring: Ring;
  /** the master whose adverts were heard */
  readonly member: VrrpInstance;
}

const heardOf = ({ plan }: Host, rings: readonly Ring[]): readonly Heard[] =>
  rings.flatMap((ring) => {
    const member = memberOf(ring, plan.name);
    return member === null ? [] : [{ ring, member }];
  });

/** The skew of the highest priority that still runs. */
function bestSkew(court: Court, { ring, member }: Heard): Micros {
  const alive = candidates(court, ring).flatMap(({ plan }) => memberOf(ring, plan.name) ?? []);
  const best = Math.max(...alive.map((one) => one.priority));
  return skewTime({
    version: member.version,
    priority: priority(best),
    masterInterval: member.advertInterval,
  });
}
