/** Split-brain watch of a master: somebody else advertises the same virtual router, too. One such advert is nothing, a loser
 *  gives in as soon as it hears the answer. One that goes on although it was told is a second master, and then there is a
 *  cause, which is named. An episode is told and counted once; when the other has been silent for a while it is over, and the
 *  addresses are announced again, because neighbours may have believed the other.
 *
 *      first advert ──▶ noticed ──told twice, still there──▶ split (cause) ──silence──▶ over: announce
 *                          └────────────────silence────────────────────────────────▶ over: announce
 */
import type { IpAddress } from '../../base/ip.ts';
import type { MacAddress } from '../../base/mac.ts';
import { after, elapsed, type Instant, type Micros, micros, type Priority } from '../../base/units.ts';
import type { DropReason } from '../wire/receive.ts';
import { andThen, announce, count, log, type Step } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import { claimText, splitText } from './split-text.ts';
import type { Master, RouterState } from './state.ts';
import { tellSplit } from './tell.ts';
import { recentStall } from './transitions.ts';

export interface Split {
  readonly rival: IpAddress;
  /** null: its adverts are not accepted */
  readonly priority: Priority | null;
  readonly since: Instant;
  /** silence until then is its end */
  readonly overAt: Instant;
  /** adverts of others since then */
  readonly heard: number;
  /** null while the other may just not have heard the answer yet */
  readonly cause: SplitCause | null;
}

export type SplitCause =
  /** it was told and goes on: it does not hear this router */
  | { readonly kind: 'adverts_lost' }
  /** this process stood still for so long that another took over */
  | { readonly kind: 'own_stall'; readonly late: Micros }
  /** its adverts are made for another configuration */
  | { readonly kind: 'other_cluster'; readonly differs: Difference };

export type Difference = 'address_list' | Misfit;

/** Refusals that speak of another configuration on the same segment; the others are noise. */
const MISFITS = [
  'version',
  'invalid_auth_type',
  'auth_type_mismatch',
  'auth_failure',
  'ah_forged',
  'hmac_missing',
  'hmac_unknown_key',
  'hmac_forged',
  'advert_interval',
] as const satisfies readonly DropReason[];
type Misfit = (typeof MISFITS)[number];

export const misfitOf = (drop: DropReason): Misfit | null => MISFITS.find((one) => one === drop) ?? null;

/** Another machine answers ARP for a virtual address that this router holds. */
export interface Claim {
  readonly address: IpAddress;
  readonly mac: MacAddress;
}

/** Own adverts that a living router must have heard. */
const TOLD_ENOUGH = 2;
/** Intervals of the slower of both without an advert of the other. */
const SILENT_INTERVALS = 4;

export interface RivalHeard {
  readonly source: IpAddress;
  readonly priority: Priority | null;
  readonly interval: Micros;
  readonly differs: Difference | null;
}

/** A master heard one that it does not yield to. */
export function rivalAdvertised(router: RouterState, phase: Master, rival: RivalHeard, now: Instant): Step {
  if (phase.split === null && isEcho(router, phase, rival, now)) return [{ ...router, phase }, []];
  const silence = micros(SILENT_INTERVALS * Math.max(rival.interval, router.config.advertInterval));
  const before = phase.split ?? { since: now, heard: 0, cause: null };
  const split: Split = {
    ...before,
    rival: rival.source,
    priority: rival.priority,
    heard: before.heard + 1,
    overAt: after(now, silence),
    cause: before.cause ?? causeOf(router, { ...before, heard: before.heard + 1 }, rival, now),
  };
  const watched: RouterState = { ...router, phase: { ...phase, split } };
  if (before.cause !== null || split.cause === null) return [watched, []];
  const text = splitText(split, split.cause, watched);
  const entry = vrrpLog.splitSeen({ instance: router.config.name, text });
  return [count(watched, 'splitsSeen'), [log(entry), tellSplit(watched, { over: false, text })]];
}

/** Whom this router has just preempted may have an advert on its way. */
const isEcho = (
  { changedAt }: RouterState,
  { reason }: Master,
  { source, interval }: RivalHeard,
  now: Instant,
): boolean =>
  reason.kind === 'preempted' &&
  reason.master.address === source &&
  changedAt !== null &&
  elapsed(changedAt, now) < interval;

function causeOf(
  router: RouterState,
  { since, heard }: Pick<Split, 'since' | 'heard'>,
  { interval, differs }: RivalHeard,
  now: Instant,
): SplitCause | null {
  const late = recentStall(router, now);
  if (late !== null && differs === null) return { kind: 'own_stall', late };
  if (heard <= TOLD_ENOUGH || elapsed(since, now) <= interval) return null;
  return differs === null ? { kind: 'adverts_lost' } : { kind: 'other_cluster', differs };
}

/** The other has been silent for long enough. What another cluster said changed nobody's mind about our addresses. */
export function splitDue(router: RouterState, now: Instant): Step {
  const { phase, config } = router;
  if (phase.kind !== 'master' || phase.split === null || phase.split.overAt > now) return [router, []];
  const { cause, rival, since } = phase.split;
  // who answered a probe meanwhile was the other one
  const healed: RouterState = { ...router, phase: { ...phase, split: null, claims: [] } };
  const again = cause?.kind === 'other_cluster' ? [] : announce(healed, config.garp.repeat);
  if (cause === null) return [healed, again];
  const entry = vrrpLog.splitOver({ instance: config.name, rival, lastedMicros: elapsed(since, now) });
  return [healed, [log(entry), tellSplit(healed, { over: true, text: entry.text }), ...again]];
}

/** What a probe found. The first time that somebody else answers is told; when nobody does any more, neighbours are. */
export function addressesProbed(router: RouterState, claims: readonly Claim[]): Step {
  const { phase, config } = router;
  if (phase.kind !== 'master') return [router, []];
  const probed: RouterState = { ...router, phase: { ...phase, claims } };
  const [first] = claims;
  if (first === undefined) {
    return [probed, phase.claims.length > 0 ? announce(probed, config.garp.repeat) : []];
  }
  // what is told already is no news
  if (phase.claims.length > 0 || (phase.split?.cause ?? null) !== null) return [probed, []];
  const text = claimText(first, probed);
  const entry = vrrpLog.splitSeen({ instance: config.name, text });
  return andThen([count(probed, 'splitsSeen'), [log(entry)]], (r) => [
    r,
    [tellSplit(r, { over: false, text }), ...announce(r, config.garp.repeat)],
  ]);
}
