/** Reactions of a master (RFC 9568 §6.4.3, behaviour.md section 4.5). Only adverts that passed every check come here, so
 *  packets that fail one cannot postpone the own adverts, as they do in keepalived (Q22). */
import { compareIp, type IpAddress } from '../../base/ip.ts';
import { after, elapsed, type Instant, type Micros } from '../../base/units.ts';
import { entryText } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import type { AcceptedAdvert } from '../wire/receive.ts';
import { dueBurst } from './announce.ts';
import {
  allAddresses,
  andThen,
  announce,
  complainOnce,
  count,
  isDue,
  log,
  type Step,
  sendAdvert,
  type World,
} from './effects.ts';
import { vrrpLog } from './log-events.ts';
import { addressKey, isPresent } from './network.ts';
import type { Reason } from './reason.ts';
import { mayRepair, repairsDeadline, takenOff, withoutDue } from './repairs.ts';
import { missingRouting } from './routing.ts';
import { rivalAdvertised, splitDue } from './split.ts';
import { isOwner, type Master, type RouterState } from './state.ts';
import { learnedInterval } from './step-backup.ts';
import { tellLowerPriority } from './tell.ts';
import { masterDownInterval } from './timers.ts';
import { stepBackLate, yieldTo } from './transitions.ts';
import { rivalHeard, rivalTold } from './two-owners.ts';

/** Own intervals without an advert after which others may have taken over (RFC 9568 §6.1: three, and the skew). */
const MISSED_ADVERTS = 2;
/** The share of its interval for which an advert counts as just sent. */
const FRESH_SHARE = 0.1;

/** `own` is the address by which this router is compared with the sender: that of the path over which both are heard. */
export function masterHeard(
  router: RouterState,
  phase: Master,
  heard: AcceptedAdvert,
  world: World,
  now: Instant,
  own: IpAddress = phase.source,
): Step {
  const { advert, source } = heard;
  if (advert.priority !== 0 && overslept(router, phase, now))
    return stepBackLate(router, world, oversleep(phase, source, now), now);
  if (advert.priority === 0) {
    return advertise(count(router, 'priorityZeroReceived'), phase, world, now);
  }
  const rank = advert.priority - router.effectivePriority || compareIp(source, own);
  if (rank > 0) return stepBack(router, phase, heard, world, now);
  if (!isOwner(router.config) || advert.priority !== router.effectivePriority) {
    return assertMastership(router, phase, heard, world, now);
  }
  const rival = rivalHeard(router, phase, { source, interval: advert.interval }, now);
  return andThen(rival.step, (r) =>
    rival.yields
      ? stepBack(r, phase, heard, world, now)
      : assertMastership(r, rival.phase, heard, world, now),
  );
}

/** Everything whose time has come: the own advert first. */
export function masterDue(router: RouterState, phase: Master, world: World, now: Instant): Step {
  if (overslept(router, phase, now)) {
    return stepBackLate(router, world, oversleep(phase, null, now), now);
  }
  const advertised: Step = isDue(phase.nextAdvertAt, now)
    ? andThen(advertise(router, phase, world, now), (sent) => restoreMissing(sent, world, now))
    : [router, []];
  const repaired = andThen(advertised, (sent) => repairDue(sent, world, now));
  const watched = andThen(repaired, (sent) => splitDue(sent, now));
  return andThen(watched, (sent) => announceAgain(sent, now));
}

/** timer_expired_backup: no own advert was heard for so long that another router has taken over. */
function overslept({ config }: RouterState, { nextAdvertAt }: Master, now: Instant): boolean {
  const { timerExpiredBackup: highest, version, advertInterval, downTimerAdverts } = config;
  if (highest === null) return false;
  const patience = { version, priority: highest, masterInterval: advertInterval };
  return elapsed(nextAdvertAt, now) + advertInterval > masterDownInterval(patience, downTimerAdverts);
}

const oversleep = ({ nextAdvertAt }: Master, to: IpAddress | null, now: Instant): Reason => ({
  kind: 'overslept',
  late: elapsed(nextAdvertAt, now),
  to,
});

/** A master that was not heard for so long may find another one when it speaks again. */
export const noteStall = (router: RouterState, phase: Master, late: Micros, now: Instant): RouterState =>
  late > MISSED_ADVERTS * router.config.advertInterval
    ? { ...router, phase: { ...phase, stall: { at: now, late } } }
    : router;

/** Somebody took one of our addresses off. keepalived gives the mastership up and wins it back (behaviour.md section
 *  4.6); putting the address back keeps the service. */
export function repair(router: RouterState, phase: Master, address: VirtualAddress, now: Instant): Step {
  if (!address.tracked) return [router, []];
  const [noted, due] = takeNote(router, phase, [addressKey(address)], now);
  return andThen(noted, (r) => [
    r,
    due.length > 0 ? [{ kind: 'restore_addresses', router: r.key, addresses: [address] }] : [],
  ]);
}

/** Who takes off the same thing again and again is told once. */
function takeNote(
  router: RouterState,
  phase: Master,
  gone: readonly string[],
  now: Instant,
): readonly [Step, readonly string[]] {
  const { repairs, now: due, fights } = takenOff(phase.repairs, gone, now);
  const line = log(vrrpLog.fightNoticed({ instance: router.config.name, what: fights }));
  return [[{ ...router, phase: { ...phase, repairs } }, fights.length > 0 ? [line] : []], due];
}

/** What had to wait is put back if it is still gone. */
function repairDue(router: RouterState, world: World, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'master' || !isDue(repairsDeadline(phase.repairs), now)) return [router, []];
  return andThen(restoreMissing(router, world, now), (r) => [
    { ...r, phase: { ...phase, repairs: withoutDue(phase.repairs, now) } },
    [],
  ]);
}

/** The same for routes and rules: all that are missing at once. */
export function repairRouting(router: RouterState, phase: Master, world: World, now: Instant): Step {
  const missing = missingRouting(router.config, phase, world.network);
  if (missing.length === 0) return [router, []];
  const [noted, due] = takeNote(router, phase, missing.map(entryText), now);
  const entries = missing.filter((entry) => due.includes(entryText(entry)));
  return andThen(noted, (r) => [
    r,
    entries.length > 0 ? [{ kind: 'restore_routing', router: r.key, entries }] : [],
  ]);
}

/** Everything that is missing and not fought over. */
export function restoreMissing(router: RouterState, world: World, now: Instant): Step {
  const { phase, config } = router;
  if (phase.kind !== 'master') return [router, []];
  const { repairs } = phase;
  const addresses = allAddresses(config).filter(
    (address) =>
      address.tracked && !isPresent(world.network, address) && mayRepair(repairs, addressKey(address), now),
  );
  const entries = missingRouting(config, phase, world.network).filter((entry) =>
    mayRepair(repairs, entryText(entry), now),
  );
  return [
    router,
    [
      ...(addresses.length > 0
        ? [{ kind: 'restore_addresses', router: router.key, addresses } as const]
        : []),
      ...(entries.length > 0 ? [{ kind: 'restore_routing', router: router.key, entries } as const] : []),
    ],
  ];
}

/** Sends one advert and sets the time of the next: on the beat, unless that was missed by a whole interval. */
export function advertise(router: RouterState, phase: Master, world: World, now: Instant): Step {
  const { advertInterval } = router.config;
  const onBeat = isDue(phase.nextAdvertAt, now)
    ? after(phase.nextAdvertAt, advertInterval)
    : after(now, advertInterval);
  const nextAdvertAt = onBeat > now ? onBeat : after(now, advertInterval);
  const rival = rivalTold(phase.rival, advertInterval, now);
  return sendAdvert({ ...router, phase: { ...phase, nextAdvertAt, rival } }, world, {
    source: phase.source,
    priority: router.effectivePriority,
  });
}

function announceAgain(router: RouterState, now: Instant): Step {
  const { phase, config } = router;
  if (phase.kind !== 'master') return [router, []];
  const { repeat, timers } = dueBurst(phase.announce, config.garp, now);
  return [{ ...router, phase: { ...phase, announce: timers } }, announce(router, repeat)];
}

/** Higher priority, or equal priority and larger address. */
function stepBack(
  router: RouterState,
  phase: Master,
  heard: AcceptedAdvert,
  world: World,
  now: Instant,
): Step {
  const { advert, source } = heard;
  const line = vrrpLog.higherPriorityHeard({
    instance: router.config.name,
    source,
    theirs: advert.priority,
    ours: router.effectivePriority,
  });
  const last: Step =
    router.config.higherPrioSendAdvert || mayHaveMisled(router, phase, now)
      ? sendAdvert(router, world, { source: phase.source, priority: router.effectivePriority })
      : [router, []];
  return andThen(
    andThen(last, (sent) => [sent, [log(line)]]),
    (sent) =>
      yieldTo(
        sent,
        world,
        {
          source: phase.source,
          master: { address: source, priority: advert.priority },
          masterInterval: learnedInterval(router, router.config.advertInterval, advert.interval),
        },
        now,
      ),
  );
}

/** A router that became master because it heard nobody may have been cut off from the one that it hears now, and neighbours may
 *  have learned its address for the virtual ones. The better master cannot know of it unless it hears an advert from here; it
 *  then announces the addresses again. After a resignation or a preemption there was no second master. An advert that has
 *  only just left will do: adverts that answer adverts must not be able to become a storm. */
function mayHaveMisled({ config }: RouterState, { reason, nextAdvertAt }: Master, now: Instant): boolean {
  const untilNext = nextAdvertAt - now;
  const isFresh = untilNext > (1 - FRESH_SHARE) * config.advertInterval;
  return (reason.kind === 'fell_silent' || reason.kind === 'none_heard') && !isFresh;
}

const ALERT_GROUP = { kind: 'alert_group' } as const;

/** Somebody advertises another member of the sync group, and may have announced this one's addresses as well. */
export function masterAlerted(router: RouterState, phase: Master, now: Instant): Step {
  const { garp } = router.config;
  const lowerPrioBurstAt = garp.lowerPrioDelay > 0 ? after(now, garp.lowerPrioDelay) : null;
  const stern: Master = { ...phase, announce: { ...phase.announce, lowerPrioBurstAt } };
  return [{ ...router, phase: stern }, announce(router, garp.lowerPrioRepeat)];
}

/** Lower priority, or equal priority and smaller address: tell the sender and, because it may have announced the
 *  addresses as its own, the neighbours too. */
function assertMastership(
  router: RouterState,
  phase: Master,
  heard: AcceptedAdvert,
  world: World,
  now: Instant,
): Step {
  const { priority, interval } = heard.advert;
  const differs = heard.addressMismatch === null ? null : 'address_list';
  const rival = { source: heard.source, priority, interval, differs } as const;
  return andThen(rivalAdvertised(router, phase, rival, now), (r) =>
    r.phase.kind === 'master' ? answer(r, r.phase, heard, world, now) : [r, []],
  );
}

function answer(router: RouterState, phase: Master, heard: AcceptedAdvert, world: World, now: Instant): Step {
  const { garp, lowerPrioNoAdvert, name } = router.config;
  const lowerPrioBurstAt = garp.lowerPrioDelay > 0 ? after(now, garp.lowerPrioDelay) : null;
  const stern: Master = { ...phase, announce: { ...phase.announce, lowerPrioBurstAt } };
  const answered: Step = lowerPrioNoAdvert
    ? [{ ...router, phase: stern }, []]
    : advertise(router, stern, world, now);
  const line = vrrpLog.lowerPriorityHeard({
    instance: name,
    source: heard.source,
    theirs: heard.advert.priority,
    ours: router.effectivePriority,
  });
  return andThen(
    andThen(answered, (sent) => [
      sent,
      [...announce(sent, garp.lowerPrioRepeat), ...(world.groups.has(name) ? [ALERT_GROUP] : [])],
    ]),
    (sent) => {
      const [complained, actions] = complainOnce(sent, 'lower_priority', line);
      return [complained, [...actions, tellLowerPriority(complained)]];
    },
  );
}
