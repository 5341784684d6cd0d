/** Gratuitous ARP and neighbour advertisements: when a master repeats them, and the queue that paces them.
 *
 *  A burst is `repeat` rounds over all addresses, interleaved (behaviour.md section 4.4). It waits in the lane of its
 *  interface and family as one entry per address; the entry at the head is sent and goes to the tail until its rounds are
 *  used up.
 *
 *      lane eth0 inet:  [A x3][B x3][C x3]  ->  send A  ->  [B x3][C x3][A x2]  ->  send B  ->  …
 */
import { familyOf, type IpAddress, isIpv4 } from '../../base/ip.ts';
import { after, earliest, type Instant, type InterfaceName, type Micros } from '../../base/units.ts';
import type { GarpGroup, VrrpGlobals } from '../../config/model/global.ts';
import type { GarpSettings, VirtualAddress } from '../../config/model/vrrp.ts';
import type { VrrpAction } from './actions.ts';

/** When a master's next bursts are due; null = none is planned. */
export interface AnnounceTimers {
  /** garp_master_delay: the first burst again */
  readonly secondBurstAt: Instant | null;
  /** garp_master_refresh */
  readonly refreshAt: Instant | null;
  /** garp_lower_prio_delay: the burst against a lower-priority master again */
  readonly lowerPrioBurstAt: Instant | null;
}

/** Refreshes start delay + refresh after the takeover (behaviour.md section 4.4). */
export const announceTimersFrom = (garp: GarpSettings, now: Instant): AnnounceTimers => ({
  secondBurstAt: garp.delay > 0 ? after(now, garp.delay) : null,
  refreshAt: garp.refresh > 0 ? after(after(now, garp.delay), garp.refresh) : null,
  lowerPrioBurstAt: null,
});

export const announceDeadline = (timers: AnnounceTimers): Instant | null =>
  earliest(timers.secondBurstAt, timers.refreshAt, timers.lowerPrioBurstAt);

/** The rounds that are due, most of any timer, and the timers after that. */
export function dueBurst(
  timers: AnnounceTimers,
  garp: GarpSettings,
  now: Instant,
): { readonly repeat: number; readonly timers: AnnounceTimers } {
  const isDue = (at: Instant | null): boolean => at !== null && at <= now;
  const second = isDue(timers.secondBurstAt);
  const refresh = isDue(timers.refreshAt);
  const lowerPrio = isDue(timers.lowerPrioBurstAt);
  return {
    repeat: Math.max(
      second ? garp.repeat : 0,
      refresh ? garp.refreshRepeat : 0,
      lowerPrio ? garp.lowerPrioRepeat : 0,
    ),
    timers: {
      secondBurstAt: second ? null : timers.secondBurstAt,
      refreshAt: refresh ? after(now, garp.refresh) : timers.refreshAt,
      lowerPrioBurstAt: lowerPrio ? null : timers.lowerPrioBurstAt,
    },
  };
}

/** What one interface, or all of a garp_group, still has to announce in one family: each family has its own pace. */
export interface Lane {
  /** garp_interval / gna_interval: not before this */
  readonly nextAt: Instant;
  readonly waiting: readonly Waiting[];
}

interface Waiting {
  readonly interface: InterfaceName;
  readonly router: string;
  readonly address: IpAddress;
  readonly rounds: number;
}

/** by `laneKey` */
export type Lanes = ReadonlyMap<string, Lane>;

/** Announcements per lane in one step: between two slices the adverts of other routers get their turn. */
const ANNOUNCEMENTS_PER_SLICE_MAX = 64;

/** An address that already waits is announced as often as the larger of both wishes says, not their sum. */
export function queueAnnouncements(
  lanes: Lanes,
  burst: { readonly router: string; readonly addresses: readonly VirtualAddress[]; readonly repeat: number },
  globals: Pick<VrrpGlobals, 'garpGroups'>,
  now: Instant,
): Lanes {
  if (burst.repeat === 0) return lanes;
  const next = new Map(lanes);
  for (const { interface: name, address } of burst.addresses) {
    const key = laneKey(name, address, globals);
    const lane = next.get(key) ?? { nextAt: now, waiting: [] };
    const isSame = (entry: Waiting): boolean =>
      entry.address === address && entry.router === burst.router && entry.interface === name;
    const waits = lane.waiting.some(isSame);
    const waiting = waits
      ? lane.waiting.map((entry) =>
          isSame(entry) ? { ...entry, rounds: Math.max(entry.rounds, burst.repeat) } : entry,
        )
      : [...lane.waiting, { interface: name, router: burst.router, address, rounds: burst.repeat }];
    next.set(key, { ...lane, waiting });
  }
  return next;
}

/** A router that is no longer master announces nothing more. */
export function cancelAnnouncements(lanes: Lanes, router: string): Lanes {
  return new Map(
    [...lanes].map(([key, lane]) => [
      key,
      { ...lane, waiting: lane.waiting.filter((entry) => entry.router !== router) },
    ]),
  );
}

export const lanesDeadline = (lanes: Lanes): Instant | null =>
  earliest(...[...lanes.values()].map((lane) => (lane.waiting.length > 0 ? lane.nextAt : null)));

export interface Announced {
  readonly lanes: Lanes;
  readonly actions: readonly VrrpAction[];
  /** packets per router, for the counters */
  readonly sent: ReadonlyMap<string, number>;
}

/** Everything that is due now, at most one slice per lane. */
export function announceDue(lanes: Lanes, globals: VrrpGlobals, now: Instant): Announced {
  const next = new Map<string, Lane>();
  const actions: VrrpAction[] = [];
  const sent = new Map<string, number>();
  for (const [key, lane] of lanes) {
    if (lane.waiting.length === 0 || lane.nextAt > now) {
      next.set(key, lane);
      continue;
    }
    const queue = [...lane.waiting];
    let nextAt = lane.nextAt;
    for (let i = 0; i < ANNOUNCEMENTS_PER_SLICE_MAX && nextAt <= now; i++) {
      const head = queue.shift();
      if (head === undefined) break;
      actions.push({ kind: 'announce_address', interface: head.interface, address: head.address });
      sent.set(head.router, (sent.get(head.router) ?? 0) + 1);
      nextAt = after(now, paceOf(head, globals));
      if (head.rounds > 1) queue.push({ ...head, rounds: head.rounds - 1 });
    }
    next.set(key, { ...lane, nextAt, waiting: queue });
  }
  return { lanes: next, actions, sent };
}

/** An interface without a group is a lane by itself. */
function laneKey(
  name: InterfaceName,
  address: IpAddress,
  { garpGroups }: Pick<VrrpGlobals, 'garpGroups'>,
): string {
  const group = groupOf(name, garpGroups);
  return `${group === undefined ? name : `group of ${group.interfaces[0]}`} ${familyOf(address)}`;
}

const groupOf = (name: InterfaceName, groups: readonly GarpGroup[]): GarpGroup | undefined =>
  groups.find(({ interfaces }) => interfaces.includes(name));

function paceOf({ interface: name, address }: Waiting, globals: VrrpGlobals): Micros {
  const group = groupOf(name, globals.garpGroups);
  return isIpv4(address)
    ? (group?.garpInterval ?? globals.garpInterval)
    : (group?.gnaInterval ?? globals.gnaInterval);
}
