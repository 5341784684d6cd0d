/** What goes wrong in one run. A run draws a few kinds and does them a lot, at a pace of its own, instead of a little of
 *  everything: most defects need several faults of the same kind (swarm testing). */
import { invariant } from '../base/never.ts';
import type { Prng } from '../base/prng.ts';
import { type Micros, micros, millis } from '../base/units.ts';
import { CLIENT_PORTS } from './clients.ts';
import { type Cluster, changed } from './cluster.ts';
import { drawChange } from './draw-cluster.ts';
import type { Fault, PlannedFault } from './faults.ts';
import { ETH1 } from './topology.ts';

interface Drawing {
  readonly random: Prng;
  readonly cluster: Cluster;
  readonly scale: number;
}
type Draw = (drawing: Drawing) => Fault;

/** How a run's faults are: the kinds that it has, and their pace. */
export interface Swarm {
  readonly draws: readonly [Draw, ...Draw[]];
  /** faults in one time of trouble, at most */
  readonly most: number;
  /** 0.01..1 of the longest that a fault can last */
  readonly scale: number;
}

export function drawSwarm(random: Prng, { script }: Cluster): Swarm {
  const useful = script === null ? DRAWS : [...DRAWS, scriptFailure];
  const [first, ...others] = useful.filter(() => random.chance(0.25));
  return {
    draws: first === undefined ? [random.pick(DRAWS)] : [first, ...others],
    most: random.pick([2, 6, 12, 25]),
    scale: random.pick([0.02, 0.2, 1, 1]),
  };
}

/** All of them have ended after `trouble`. The files change in the order of the faults; `cluster` is what they begin with. */
export function drawFaults(
  random: Prng,
  { draws, most, scale }: Swarm,
  { cluster, trouble }: { readonly cluster: Cluster; readonly trouble: Micros },
): { readonly faults: readonly PlannedFault[]; readonly cluster: Cluster } {
  let files = cluster;
  const faults: PlannedFault[] = [];
  for (let i = random.between(0, most); i > 0; i--) {
    const drawn = random.pick(draws)({ random, cluster: files, scale });
    const fault: Fault = { ...drawn, for: micros(Math.min(drawn.for, trouble)) };
    if (fault.kind === 'change') files = changed(files, fault.change);
    faults.push({ at: micros(random.next() * (trouble - fault.for)), fault });
  }
  return { faults: faults.sort((a, b) => a.at - b.at), cluster: files };
}

function hostName({ random, cluster: { hosts } }: Drawing): string {
  const host = hosts[random.between(0, hosts.length - 1)];
  invariant(host !== undefined, () => 'a cluster without hosts');
  return host.name;
}

const span = ({ random, scale }: Drawing, most: number): Micros =>
  millis(random.between(10, Math.max(20, Math.round(most * scale))));

/** Machines that only listen stand at the same switch (clients.ts). */
const portName = (drawing: Drawing, ports: readonly string[]): string =>
  ports[drawing.random.between(0, ports.length - 1)] ?? hostName(drawing);

const portsOf = ({ hosts }: Cluster): readonly string[] => [
  ...hosts.map(({ name }) => name),
  ...CLIENT_PORTS,
];

const DRAWS: readonly [Draw, ...Draw[]] = [
  (d) => ({ kind: 'link_cut', host: hostName(d), link: null, for: span(d, 8_000) }),
  (d) => ({ kind: 'unplugged', host: hostName(d), for: span(d, 10_000) }),
  (d) => ({ kind: 'link_cut', host: hostName(d), link: ETH1, for: span(d, 8_000) }),
  (d) => ({
    kind: 'one_way',
    from: hostName(d),
    to: portName(d, portsOf(d.cluster)),
    loss: d.random.pick([1, 1, 0.5]),
    for: span(d, 10_000),
  }),
  (d) => ({
    kind: 'partition',
    island: portsOf(d.cluster).filter(() => d.random.chance(0.5)),
    for: span(d, 10_000),
  }),
  (d) => ({ kind: 'lossy', loss: d.random.next() * 0.7, for: span(d, 20_000) }),
  (d) => ({ kind: 'doubling', doubling: d.random.next(), for: span(d, 20_000) }),
  (d) => ({
    kind: 'reordering',
    delayMax: millis(d.random.pick([1, 20, 100, 400])),
    for: span(d, 20_000),
  }),
  (d) => ({ kind: 'stall', host: hostName(d), for: span(d, 9_000) }),
  (d) => ({
    kind: 'suspended',
    host: hostName(d),
    clockSleeps: d.random.chance(0.5),
    for: span(d, 15_000),
  }),
  (d) => ({
    kind: 'drift',
    host: hostName(d),
    rate: 1 + d.random.pick([0.0001, 0.01, 0.1]) * d.random.pick([-1, 1]),
    for: span(d, 30_000),
  }),
  (d) => ({ kind: 'crash', host: hostName(d), for: span(d, 6_000) }),
  (d) => ({ kind: 'crash_and_adopt', host: hostName(d), for: span(d, 3_000) }),
  (d) => ({ kind: 'power_cycle', host: hostName(d), for: span(d, 10_000) }),
  (d) => ({ kind: 'stop', host: hostName(d), for: span(d, 10_000) }),
  (d) => ({ kind: 'stop_and_adopt', host: hostName(d), for: span(d, 6_000) }),
  (d) => ({ kind: 'address_theft', host: hostName(d), for: micros(0) }),
  (d) => ({ kind: 'link_replaced', host: hostName(d), for: span(d, 4_000) }),
  (d) => ({
    kind: 'file_holds',
    host: hostName(d),
    value: d.random.pick([-254, -50, 30]),
    for: span(d, 8_000),
  }),
  (d) => ({ kind: 'reload', host: hostName(d), for: micros(0) }),
  (d) => ({
    kind: 'change',
    host: hostName(d),
    change: drawChange(d.random, d.cluster),
    for: micros(0),
  }),
];

/** Only where there is a script. */
const scriptFailure: Draw = (d) => ({ kind: 'script_failure', host: hostName(d), for: span(d, 8_000) });
