/** Makes a scenario that fails smaller, as long as it still breaks the same rule: drops rounds, routers, instances, faults and
 *  trackers, and shortens what is left. What remains is usually small enough to be understood by reading it. */
import { type Micros, micros, seconds } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import type { Cluster } from './cluster.ts';
import type { PlannedFault } from './faults.ts';
import type { Round, Scenario } from './scenario.ts';

/** Runs that a shrinking may cost. */
const ATTEMPTS_MAX = 600;

export interface Shrunk {
  readonly scenario: Scenario;
  /** runs that it took */
  readonly attempts: number;
}

/** `fails`: the smaller scenario breaks the same rule. */
export function shrink(scenario: Scenario, fails: (smaller: Scenario) => boolean): Shrunk {
  let smallest = scenario;
  let attempts = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of smallerThan(smallest)) {
      if (attempts >= ATTEMPTS_MAX) return { scenario: smallest, attempts };
      attempts++;
      if (!fails(smaller)) continue;
      smallest = smaller;
      progress = true;
      break;
    }
  }
  return { scenario: smallest, attempts };
}

/** The boldest steps first. */
function* smallerThan(scenario: Scenario): Generator<Scenario> {
  yield* withFewer(scenario.rounds, 1).map((rounds) => ({ ...scenario, rounds }));
  yield* withFewerFaults(scenario);
  yield* scenario.cluster.rings.length > 1
    ? scenario.cluster.rings.map(({ vrid }) => withoutRing(scenario, vrid))
    : [];
  yield* scenario.cluster.hosts.length > 1
    ? scenario.cluster.hosts.map(({ name }) => withoutHost(scenario, name))
    : [];
  yield* withShorterTimes(scenario);
  yield* withPlainerMembers(scenario);
}

/** Without halves, quarters … and single ones of the list, while `least` are left. */
function withFewer<T>(list: readonly T[], least: number): readonly (readonly T[])[] {
  const smaller: (readonly T[])[] = [];
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length; at += size) {
      const rest = [...list.slice(0, at), ...list.slice(at + size)];
      if (rest.length >= least) smaller.push(rest);
    }
  }
  return smaller;
}

const withRound = (scenario: Scenario, round: Round, next: Round): Scenario => ({
  ...scenario,
  rounds: scenario.rounds.map((other) => (other === round ? next : other)),
});

function* withFewerFaults(scenario: Scenario): Generator<Scenario> {
  for (const round of scenario.rounds) {
    for (const faults of withFewer(round.faults, 0)) yield withRound(scenario, round, { ...round, faults });
  }
}

const withoutHost = (scenario: Scenario, name: string): Scenario => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    hosts: scenario.cluster.hosts.filter((host) => host.name !== name),
    rings: scenario.cluster.rings.map((ring) => {
      const members = new Map(ring.members);
      members.delete(name);
      return { ...ring, members };
    }),
  },
});

const withoutRing = (scenario: Scenario, vrid: number): Scenario => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    rings: scenario.cluster.rings.filter((ring) => ring.vrid !== vrid),
    groups: scenario.cluster.groups
      .map((group) => group.filter((member) => member !== vrid))
      .filter((group) => group.length > 1),
  },
});

const QUIET_ENOUGH: Micros = seconds(30);
const BREATH = seconds(1);

function* withShorterTimes(scenario: Scenario): Generator<Scenario> {
  for (const round of scenario.rounds) {
    if (round.quiet > QUIET_ENOUGH) yield withRound(scenario, round, { ...round, quiet: QUIET_ENOUGH });
    const over = Math.max(0, ...round.faults.map(({ at, fault }) => at + fault.for)) + BREATH;
    if (over < round.trouble) yield withRound(scenario, round, { ...round, trouble: micros(over) });
    for (const planned of round.faults) {
      if (planned.fault.for < BREATH) continue;
      const shorter: PlannedFault = {
        ...planned,
        fault: { ...planned.fault, for: micros(Math.round(planned.fault.for / 2)) },
      };
      const faults = round.faults.map((other) => (other === planned ? shorter : other));
      yield withRound(scenario, round, { ...round, faults });
    }
  }
}

function* withPlainerMembers(scenario: Scenario): Generator<Scenario> {
  const { cluster } = scenario;
  if (cluster.groups.length > 0) yield { ...scenario, cluster: { ...cluster, groups: [] } };
  const plainer: readonly Partial<VrrpInstance>[] = [
    { trackers: [] },
    { trackInterfaces: [] },
    { excludedAddresses: [] },
    { authentication: { kind: 'none' } },
    { preemptDelay: micros(0) },
    { preempt: true },
    { lowerPrioNoAdvert: false },
    { higherPrioSendAdvert: false },
  ];
  for (const change of plainer) {
    const next = withMembers(cluster, change);
    if (JSON.stringify(membersOf(next)) !== JSON.stringify(membersOf(cluster)))
      yield { ...scenario, cluster: next };
  }
}

const membersOf = ({ rings }: Cluster): readonly VrrpInstance[] =>
  rings.flatMap(({ members }) => [...members.values()]);

const withMembers = (cluster: Cluster, change: Partial<VrrpInstance>): Cluster => ({
  ...cluster,
  rings: cluster.rings.map((ring) => ({
    ...ring,
    members: new Map([...ring.members].map(([host, member]) => [host, { ...member, ...change }])),
  })),
});
