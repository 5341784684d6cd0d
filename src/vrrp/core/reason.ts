/** Why a router is in its phase, as data: what was heard, missed or ordered. The sentence for people is made of it where it
 *  leaves the core (reason-text.ts). */
import type { IpAddress } from '../../base/ip.ts';
import type { Instant, InterfaceName, Micros, Priority } from '../../base/units.ts';
import type { FaultCause } from './state.ts';
import type { VrrpStateName } from './status.ts';

/** Who advertises, and with what. */
export interface Advertiser {
  readonly address: IpAddress;
  readonly priority: Priority;
}

/** Why a router becomes master when its deadline passes. */
export type TakeoverReason =
  | { readonly kind: 'none_heard' }
  | { readonly kind: 'fell_silent'; readonly master: IpAddress }
  | { readonly kind: 'resigned'; readonly master: IpAddress }
  | { readonly kind: 'preempted'; readonly master: Advertiser }
  | { readonly kind: 'ordered_up' };

/** Why a backup stays behind the master that it hears. */
export type Deference = 'higher' | 'equal' | 'nopreempt' | 'preempt_delay';

export type Reason =
  /** in INIT */
  | { readonly kind: 'startup_delay' }
  | { readonly kind: 'awaits_trackers'; readonly trackers: readonly string[] }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'removed' }
  /** in BACKUP */
  | { readonly kind: 'started' }
  | { readonly kind: 'found_in_place' }
  | { readonly kind: 'recovered' }
  /** a master heard a better one; `late`: this process had just stood still for so long that the other may have had to take over */
  | {
      readonly kind: 'yielded';
      readonly to: Advertiser;
      readonly own: Priority;
      readonly late: Micros | null;
    }
  | {
      readonly kind: 'follows';
      readonly master: Advertiser;
      readonly own: Priority;
      readonly because: Deference;
    }
  /** nothing of it has come over the main path for as long as a master may be silent */
  | { readonly kind: 'follows_over'; readonly master: Advertiser; readonly heartbeat: InterfaceName }
  /** own adverts came so late (timer_expired_backup); `to` null: it is not known who took over */
  | { readonly kind: 'overslept'; readonly late: Micros; readonly to: IpAddress | null }
  | { readonly kind: 'outbids'; readonly master: Advertiser; readonly own: Priority }
  | { readonly kind: 'awaits_group'; readonly group: string; readonly takeover: TakeoverReason }
  | {
      readonly kind: 'stepped_back_with_group';
      readonly group: string;
      readonly member: string;
      readonly state: VrrpStateName;
      readonly why: Reason;
    }
  | { readonly kind: 'ordered_down' }
  /** in MASTER */
  | TakeoverReason
  | { readonly kind: 'owns_addresses' }
  | { readonly kind: 'joined_group' }
  /** in FAULT */
  | { readonly kind: 'unfit'; readonly causes: readonly FaultCause[] };

/** A change of phase that is over. */
export interface PastTransition {
  readonly at: Instant;
  readonly from: VrrpStateName;
  readonly to: VrrpStateName;
  readonly reason: Reason;
  readonly effectivePriority: Priority;
}

/** Of one router: enough to see a night of flapping, and nothing that grows. */
const HISTORY_MAX = 16;

/** The oldest first. */
export const remembered = (
  history: readonly PastTransition[],
  latest: PastTransition,
): readonly PastTransition[] => [...history, latest].slice(-HISTORY_MAX);
