/** Why an instance is what it is, for `vipctl why`: one sentence, what it is made of, and how it came to this. JSON-safe. */

import { exhaustive } from '../../base/never.ts';
import type { Instant } from '../../base/units.ts';
import type { OrderKind } from './orders.ts';
import type { Reason } from './reason.ts';
import { reasonText } from './reason-text.ts';
import { fightsOf } from './repairs.ts';
import type { Claim, SplitCause } from './split.ts';
import { claimText, splitText } from './split-text.ts';
import type { RouterState } from './state.ts';
import { STATE_NAME, type VrrpStateName } from './status.ts';

/** Times are milliseconds since 1970. */
export interface InstanceWhy {
  /** `BACKUP: 10.0.0.2 advertises 110 > 100` */
  readonly sentence: string;
  readonly reason: Reason;
  /** another master that does not give in; its cause is null while it may just not have heard the answer */
  readonly split: {
    readonly rival: string;
    readonly priority: number | null;
    readonly sinceWall: number;
    readonly heard: number;
    readonly cause: SplitCause | null;
  } | null;
  /** machines that answered the last probe */
  readonly claims: readonly Claim[];
  /** what somebody else keeps taking off */
  readonly fights: readonly {
    readonly what: string;
    readonly times: number;
    readonly lastWall: number;
  }[];
  /** what an operator ordered; `untilWall` null: until it is undone */
  readonly order: {
    readonly kind: OrderKind;
    readonly sinceWall: number;
    readonly untilWall: number | null;
  } | null;
  /** the last transitions, the oldest first */
  readonly history: readonly {
    readonly wall: number;
    readonly from: VrrpStateName;
    readonly to: VrrpStateName;
    readonly effectivePriority: number;
    readonly reason: Reason;
    readonly sentence: string;
  }[];
}

export function instanceWhy(router: RouterState, wallOf: (at: Instant) => number): InstanceWhy {
  const { phase, order } = router;
  const state = STATE_NAME[phase.kind];
  const although = secondMaster(router);
  return {
    sentence: although === null ? `${state}: ${presentReason(router)}` : `${state} although ${although}`,
    reason: phase.reason,
    split: splitNow(router, wallOf),
    claims: phase.kind === 'master' ? phase.claims : [],
    fights:
      phase.kind === 'master'
        ? fightsOf(phase.repairs).map(([what, { times, lastAt }]) => ({
            what,
            times,
            lastWall: wallOf(lastAt),
          }))
        : [],
    order:
      order === null
        ? null
        : {
            kind: order.kind,
            sinceWall: wallOf(order.since),
            untilWall: order.until === null ? null : wallOf(order.until),
          },
    history: router.history.map(({ at, reason, ...past }) => ({
      ...past,
      wall: wallOf(at),
      reason,
      sentence: reasonText(reason),
    })),
  };
}

/** The sentence without the state. */
export function presentReason(router: RouterState): string {
  const although = secondMaster(router);
  if (although !== null) return `although ${although}`;
  const why = reasonText(router.phase.reason);
  return router.order === null || isAbout(router.phase.reason)
    ? why
    : `${why}; ${orderText(router.order.kind)}`;
}

const isAbout = ({ kind }: Reason): boolean => kind === 'ordered_down' || kind === 'ordered_up';

function orderText(kind: OrderKind): string {
  switch (kind) {
    case 'step_down':
      return 'an operator ordered a failover';
    case 'prefer':
      return 'an operator prefers this router';
    default:
      return exhaustive(kind);
  }
}

/** What speaks for a second master, as a sentence; null = nothing does. */
function secondMaster(router: RouterState): string | null {
  const { phase } = router;
  if (phase.kind !== 'master') return null;
  const { split, claims } = phase;
  if (split !== null && split.cause !== null) return splitText(split, split.cause, router);
  const [claim] = claims;
  return claim === undefined ? null : claimText(claim, router);
}

function splitNow({ phase }: RouterState, wallOf: (at: Instant) => number): InstanceWhy['split'] {
  if (phase.kind !== 'master' || phase.split === null) return null;
  const { rival, priority, since, heard, cause } = phase.split;
  return { rival, priority, sinceWall: wallOf(since), heard, cause };
}
