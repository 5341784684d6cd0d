/** The simulator: from a seed to a verdict. Routers start, faults come and go, then the network is whole and everything
 *  must settle, stay settled, and hand over in time when the master resigns and when the next one dies.
 *
 *      trouble (40 s of faults) -> mend -> converge -> 100 quiet intervals -> reload -> stop the master -> kill the next
 */
import { prng } from '../base/prng.ts';
import { type Micros, micros, millis, seconds } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import { skewTime } from '../vrrp/core/timers.ts';
import { startVrrp } from '../vrrp/shell/process.ts';
import { drawFaults, TROUBLE } from './faults.ts';
import type { Host } from './host.ts';
import { advertsOf } from './invariants.ts';
import { buildSegment, type Segment, virtualAddressesOf } from './segment.ts';
import { drawTopology, type Ring, type Topology } from './topology.ts';
import { newTrace, type Trace } from './trace.ts';
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
  trouble(run, drawFaults(random.split(), segment.hosts.length));
  trace.line('world', 'the network is whole');
  segment.mend();
  converge(run);
  staySettled(run);
  reloadUnchanged(run);
  handOver(run);
  for (const host of segment.hosts) host.kernel.refusals.forEach(watch.report);
  return { seed, violations: watch.violations, trace: trace.lines };
}

/** Frames may be under way when the network is mended; a host may be in the middle of anything. */
const SETTLING = millis(200);
const SLACK = millis(20);
const QUIET_INTERVALS = 100;

function pass({ world }: Run, duration: Micros): void {
  world.runUntil((world.now + duration) as World['now']);
}

function trouble(run: Run, faults: ReturnType<typeof drawFaults>): void {
  const { world, segment, watch, trace } = run;
  for (const host of segment.hosts) host.boot();
  for (const { at, fault } of faults) {
    world.later(at, () => {
      trace.line('fault', JSON.stringify(fault));
      if (fault.kind === 'address_theft' || fault.kind === 'link_replaced') {
        const host = segment.hosts[fault.host];
        if (host !== undefined) watch.excuse(host, seconds(2.1));
      }
      segment.inflict(fault);
    });
  }
  pass(run, TROUBLE);
}
