/** Two routers that both claim to own the addresses (priority 255), a mistake of configuration. The one with the smaller
 *  address yields like any master. If it does not, although it was told twice, the other goes on with 254 until its master
 *  changes or stops being an owner, so that one of them remains (behaviour.md section 4.5). */
import { after, type Instant, type Micros, micros, type Priority, priority } from '../../base/units.ts';
import { complainOnce, type Step } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import { isOwner, type Master, OWNER_PRIORITY, type Rival, type RouterState } from './state.ts';

const LOWERED: Priority = priority(254);
/** Own adverts after which a router that hears them has yielded. */
const TOLD_ENOUGH = 2;
/** How long it is watched after that, in intervals of the slower of both. */
const WATCHED_INTERVALS = 1.2;

/** What an owner counts as: 254 while it gives way. */
export const ownPriority = ({ lowered }: Pick<RouterState, 'lowered'>, computed: Priority): Priority =>
  lowered && computed === OWNER_PRIORITY ? LOWERED : computed;

/** An owner's advert came from a smaller address. `yields`: it has been told, and is still there. */
export function rivalHeard(
  router: RouterState,
  phase: Master,
  heard: { readonly source: string; readonly interval: Micros },
  now: Instant,
): { readonly step: Step; readonly phase: Master; readonly yields: boolean } {
  const watchedUntil = phase.rival?.watchedUntil ?? null;
  if (watchedUntil !== null && now <= watchedUntil) {
    return { step: [lower(router), []], phase, yields: true };
  }
  const isNew = phase.rival === null || watchedUntil !== null;
  const noticed: Master = isNew
    ? { ...phase, rival: { interval: heard.interval, told: 0, watchedUntil: null } }
    : phase;
  const entry = vrrpLog.otherOwner({ instance: router.config.name, source: heard.source });
  return { step: complainOnce(router, 'other_owner', entry), phase: noticed, yields: false };
}

/** One own advert more, if there is a rival to hear it. */
export function rivalTold(rival: Rival | null, own: Micros, now: Instant): Rival | null {
  if (rival === null || rival.watchedUntil !== null) return rival;
  const told = rival.told + 1;
  const watch = micros(WATCHED_INTERVALS * Math.max(own, rival.interval));
  return { ...rival, told, watchedUntil: told >= TOLD_ENOUGH ? after(now, watch) : null };
}

const lower = (router: RouterState): RouterState => ({
  ...router,
  lowered: true,
  effectivePriority: LOWERED,
});

/** 255 again: the other owner is gone or is none any more. */
export const raise = (router: RouterState): RouterState =>
  router.lowered && isOwner(router.config)
    ? { ...router, lowered: false, effectivePriority: OWNER_PRIORITY }
    : router;
