/** A run as plain data: the cluster, and rounds of trouble and quiet. A seed makes one; the shrinker makes smaller ones of
 *  it; a person reads it. */
import { type Micros, micros, seconds, toSeconds } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import { type Cluster, memberOf, type Ring } from './cluster.ts';
import { drawCluster } from './draw-cluster.ts';
import { drawFaults, drawSwarm } from './draw-faults.ts';
import type { Fault, PlannedFault } from './faults.ts';
import { prngFor } from './naming.ts';

export interface Scenario {
  /** of the random numbers in the run itself: offsets of clocks, which frame is lost */
  readonly seed: number;
  readonly cluster: Cluster;
  readonly rounds: readonly Round[];
}

/** Faults come and go, then the network is whole for a while. */
export interface Round {
  readonly trouble: Micros;
  readonly faults: readonly PlannedFault[];
  readonly quiet: Micros;
}

const ROUNDS_MAX = 3;
/** Between some minutes and a week, as likely short as long. */
const QUIET_MIN = seconds(300);
const QUIET_MAX = seconds(7 * 86_400);

export function drawScenario(seed: number): Scenario {
  const random = prngFor(seed, 'scenario');
  const cluster = drawCluster(random.split());
  let files = cluster;
  const rounds: Round[] = [];
  for (let i = random.between(1, ROUNDS_MAX); i > 0; i--) {
    const trouble = seconds(random.between(5, 40));
    const swarm = drawSwarm(random.split(), cluster);
    const drawn = drawFaults(random.split(), swarm, { cluster: files, trouble });
    files = drawn.cluster;
    const quiet = micros(QUIET_MIN * (QUIET_MAX / QUIET_MIN) ** random.next());
    rounds.push({ trouble, faults: drawn.faults, quiet });
  }
  return { seed, cluster, rounds };
}

/** How much there is in it; the shrinker looks for less. */
export const sizeOf = ({ cluster, rounds }: Scenario): string => {
  const faults = rounds.reduce((sum, round) => sum + round.faults.length, 0);
  const parts = [
    plural(cluster.hosts.length, 'router'),
    plural(cluster.rings.length, 'instance'),
    plural(rounds.length, 'round'),
    plural(faults, 'fault'),
  ];
  return parts.join(', ');
};

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const secs = (duration: Micros): string => `${toSeconds(duration)} s`;

/** One line per ring, member and fault. */
export function scenarioText({ cluster, rounds }: Scenario): readonly string[] {
  return [
    ...cluster.rings.flatMap((ring) => ringText(cluster, ring)),
    ...cluster.groups.map((group) => `sync group of VRID ${group.join(' and ')}`),
    ...(cluster.script === null ? [] : [`script every ${secs(cluster.script.interval)}`]),
    ...rounds.flatMap(({ trouble, faults, quiet }, i) => [
      `round ${i + 1}: trouble for ${secs(trouble)}, then quiet for ${secs(quiet)}`,
      ...faults.map(({ at, fault }) => `  ${toSeconds(at).toFixed(6).padStart(10)}  ${faultText(fault)}`),
    ]),
  ];
}

function ringText({ hosts }: Cluster, ring: Ring): readonly string[] {
  const [model] = ring.members.values();
  if (model === undefined) return [];
  const { version, family, authentication, destination, downTimerAdverts } = model;
  const addresses = model.virtualAddresses.length + model.excludedAddresses.length;
  const shared = `v${version} ${family} ${destination.kind} auth ${authentication.kind}`;
  return [
    `VRID ${ring.vrid} ${shared}, ${addresses} addresses, down_timer_adverts ${downTimerAdverts}`,
    ...hosts.flatMap(({ name }) => {
      const member = memberOf(ring, name);
      return member === null ? [`  ${name} has none`] : [`  ${name} ${temperText(member)}`];
    }),
  ];
}

function temperText(member: VrrpInstance): string {
  const { trackers, trackInterfaces } = member;
  return [
    `priority ${member.priority}`,
    `interval ${secs(member.advertInterval)}`,
    ...(member.preempt ? [] : ['nopreempt']),
    ...(member.preemptDelay > 0 ? [`preempt_delay ${secs(member.preemptDelay)}`] : []),
    ...(member.lowerPrioNoAdvert ? ['lower_prio_no_advert'] : []),
    ...(member.higherPrioSendAdvert ? ['higher_prio_send_advert'] : []),
    ...trackers.map(({ kind, weight }) => `track ${kind} weight ${weight}`),
    ...trackInterfaces.map(({ interface: name, weight }) => `track ${name} weight ${weight}`),
  ].join(' ');
}

/** `stall r2 for 1.5 s` */
export function faultText(fault: Fault): string {
  const { kind, for: duration, ...rest } = fault;
  const details = Object.entries(rest).flatMap(([key, value]) => {
    if (value === null) return [];
    return [key === 'host' ? String(value) : `${key} ${JSON.stringify(value)}`];
  });
  const span = duration > 0 ? [`for ${secs(duration)}`] : [];
  return [kind, ...details, ...span].join(' ');
}
