/** What must be so once the network has been whole for long enough: one master for each VRID, the rightful one, with the
 *  addresses, found by everybody; and then nothing happens any more. */
import {
  after,
  type Instant,
  type Micros,
  micros,
  millis,
  type Priority,
  priority,
  seconds,
} from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import { skewTime } from '../vrrp/core/timers.ts';
import { memberOf, type Ring } from './cluster.ts';
import type { Host } from './host.ts';
import { addressesOf, advertsOf } from './invariants.ts';
import type { Segment } from './segment.ts';
import { PROGRAM_TIME_MAX } from './tracked.ts';
import type { Watch } from './watch.ts';

/** What the judges see of a run. */
export interface Court {
  readonly segment: Segment;
  readonly watch: Watch;
  readonly now: () => Instant;
  /** since when the network is whole */
  readonly wholeSince: Instant;
  /** the longest interval that each VRID has had in this run: a backup may still go by it */
  readonly slowest: ReadonlyMap<number, Micros>;
}

/** Frames may be under way when the network is mended, a host in the middle of anything. */
const SETTLING = millis(500);
export const SLACK = millis(20);

export const intervalOf = ({ slowest }: Pick<Court, 'slowest'>, { vrid }: Ring): Micros =>
  slowest.get(vrid) ?? seconds(1);

/** How long a whole network may take: down timer and skew, the extra skew that a stalled host grants, and where
 *  preempt_delay is used that and one more master-down time, because adverts were accepted until its end. A group waits for
 *  the slowest of its members. */
export function convergenceBound(court: Court): Micros {
  const { rings, script } = court.segment.cluster;
  const recovery = script === null ? 0 : (script.rise + 1) * script.interval + PROGRAM_TIME_MAX;
  const bounds = rings.flatMap((ring) =>
    [...ring.members.values()].map((member) => memberBound(member, intervalOf(court, ring))),
  );
  return micros(Math.max(...bounds) + recovery + SETTLING + SLACK);
}

function memberBound({ version, downTimerAdverts, preemptDelay }: VrrpInstance, interval: Micros): number {
  const skew = skewTime({ version, priority: priority(1), masterInterval: interval });
  const down = downTimerAdverts * interval + skew;
  return down + skew + (preemptDelay > 0 ? preemptDelay + down : 0);
}

export const mastersOf = ({ segment }: Pick<Court, 'segment'>, { vrid }: Ring): readonly Host[] =>
  segment.hosts.filter(({ node }) =>
    node?.routers.some(({ config, phase }) => config.vrid === vrid && phase.kind === 'master'),
  );

/** Those that run and have the instance. */
export const candidates = ({ segment }: Pick<Court, 'segment'>, ring: Ring): readonly Host[] =>
  segment.hosts.filter(({ process, plan }) => process !== null && memberOf(ring, plan.name) !== null);

/** Exactly one master, nobody who should preempt it, and the addresses are there and nowhere else. */
export function judgeMaster(court: Court, ring: Ring): Host | null {
  const { watch } = court;
  const name = `VRID ${ring.vrid}`;
  const running = candidates(court, ring);
  if (running.length === 0) return null;
  const [master, ...more] = mastersOf(court, ring);
  const winner = master === undefined ? null : memberOf(ring, master.plan.name);
  if (master === undefined || winner === null || more.length > 0) {
    watch.report(
      'one master',
      `${name} has ${master === undefined ? 'no master' : `${1 + more.length} masters`}`,
    );
    return null;
  }
  for (const host of running) {
    const member = memberOf(ring, host.plan.name);
    if (member === null) continue;
    judgePreemption(court, name, { host, member }, { host: master, member: winner });
    for (const address of addressesOf(winner)) {
      const should = host === master;
      if (host.kernel.has(address) !== should) {
        watch.report('addresses follow', `${name}: ${host.plan.name} ${should ? 'lacks' : 'has'} ${address}`);
      }
    }
  }
  judgeClients(court, name, { master, winner });
  return master;
}

interface Candidate {
  readonly host: Host;
  readonly member: VrrpInstance;
}

function judgePreemption({ watch }: Court, name: string, one: Candidate, winner: Candidate): void {
  const preempts = one.member.preempt || one.member.priority === 255;
  const [mine, best] = [wholePriority(one.member), wholePriority(winner.member)];
  if (!preempts || mine <= best) return;
  const text = `${name}: ${one.host.plan.name} (${mine}) did not preempt ${winner.host.plan.name} (${best})`;
  watch.report('the rightful master', text);
}

/** What the priority is while everything that is tracked is well. */
function wholePriority({ priority: base, trackers, trackInterfaces }: VrrpInstance): Priority {
  if (base === 255) return base;
  const bonuses = [...trackers.filter(({ kind }) => kind !== 'file'), ...trackInterfaces];
  return priority(Math.min(254, base + bonuses.reduce((sum, { weight }) => sum + Math.max(0, weight), 0)));
}

/** Whoever announced an address last in a whole network, and is its master, is who every client's frames reach. */
function judgeClients(
  { segment, watch, wholeSince, now }: Court,
  name: string,
  { master, winner }: { readonly master: Host; readonly winner: VrrpInstance },
): void {
  for (const address of addressesOf(winner)) {
    const at = watch.announcedAt(master, address);
    const arrived = at !== null && at >= wholeSince && after(at, ANNOUNCEMENT_WAY) <= now();
    // whoever gave way at the same moment may be heard last; the master's second burst ends that
    const rivals = segment.hosts.filter((host) => host !== master);
    const contested = rivals.some((host) => {
      const theirs = watch.announcedAt(host, address);
      if (at === null || theirs === null) return false;
      return after(theirs, theirs < wholeSince ? SETTLING : ANNOUNCEMENT_WAY) > at;
    });
    if (!arrived || contested || isAnnouncing(master)) continue;
    for (const client of segment.clients) {
      const reached = client.reaches(address).map(({ plan }) => plan.name);
      if (reached.length === 1 && reached[0] === master.plan.name) continue;
      const text = `${name}: ${client.port} reaches ${reached.join(' ') || 'nobody'} at ${address}, not ${master.plan.name}`;
      watch.report('clients find the master', text);
    }
  }
}

/** More is on its way, and who will be believed is not decided yet. */
const isAnnouncing = ({ node }: Host): boolean =>
  [...(node?.lanes.values() ?? [])].some(({ waiting }) => waiting.length > 0);

const ANNOUNCEMENT_WAY = millis(1);

/** What happened since the last `take` is nothing but adverts of the masters. */
export function judgeQuiet(court: Court): void {
  const { watch, segment } = court;
  const { transitions, frames } = watch.take();
  for (const { instance, from, to } of transitions) {
    watch.report('quiet stays quiet', `${instance} went from ${from} to ${to} in a quiet network`);
  }
  for (const ring of segment.cluster.rings) {
    const masters = mastersOf(court, ring);
    for (const host of segment.hosts) {
      if (!masters.includes(host) && advertsOf(frames.get(host) ?? [], ring).length > 0) {
        watch.report(
          'quiet stays quiet',
          `VRID ${ring.vrid}: ${host.plan.name} advertises in a quiet network`,
        );
      }
    }
  }
}
