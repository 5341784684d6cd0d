/** Reactions of a master (RFC 9568 §6.4.3, behaviour.md section 4.5). Only adverts that passed every check come here, so
 *  packets that fail one cannot postpone the own adverts, as they do in keepalived (Q22). */
import { compareIp, type IpAddress } from '../../base/ip.ts';
import { after, elapsed, type Instant } from '../../base/units.ts';
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
import { isPresent } from './network.ts';
import { missingRouting } from './routing.ts';
import { isOwner, type Master, type RouterState } from './state.ts';
import { learnedInterval } from './step-backup.ts';
import { tellLowerPriority } from './tell.ts';
import { masterDownInterval } from './timers.ts';
import { stepBackLate, yieldTo } from './transitions.ts';
import { rivalHeard, rivalTold } from './two-owners.ts';

/** Addresses put back at once between two adverts; more wait for the next advert, so that a program which keeps
 *  removing them cannot make this process spin. */
const REPAIRS_PER_ADVERT_MAX = 5;

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
    return stepBackLate(router, world, `${lateText(phase, now)}: ${source} has taken over`, now);
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
    return stepBackLate(router, world, `${lateText(phase, now)}: another router may be master`, now);
  }
  const advertised: Step = isDue(phase.nextAdvertAt, now)
    ? andThen(advertise(router, phase, world, now), (sent) => restoreMissing(sent, world))
    : [router, []];
  return andThen(advertised, (sent) => announceAgain(sent, now));
}

/** timer_expired_backup: no own advert was heard for so long that another router has taken over. */
function overslept({ config }: RouterState, { nextAdvertAt }: Master, now: Instant): boolean {
  const { timerExpiredBackup: highest, version, advertInterval, downTimerAdverts } = config;
  if (highest === null) return false;
  const patience = { version, priority: highest, masterInterval: advertInterval };
  return elapsed(nextAdvertAt, now) + advertInterval > masterDownInterval(patience, downTimerAdverts);
}

const lateText = ({ nextAdvertAt }: Master, now: Instant): string =>
  `own adverts are ${(elapsed(nextAdvertAt, now) / 1_000_000).toFixed(1)} s late`;

/** Somebody took one of our addresses off. keepalived gives the mastership up and wins it back (behaviour.md section
 *  4.6); putting the address back keeps the service. */
export function repair(router: RouterState, phase: Master, address: VirtualAddress): Step {
  if (!address.tracked || phase.repairs >= REPAIRS_PER_ADVERT_MAX) return [router, []];
  return [
    { ...router, phase: { ...phase, repairs: phase.repairs + 1 } },
    [{ kind: 'restore_addresses', router: router.key, addresses: [address] }],
  ];
}

/** The same for routes and rules: all that are missing at once. */
export function repairRouting(router: RouterState, phase: Master, world: World): Step {
  const entries = missingRouting(router.config, phase, world.network);
  if (entries.length === 0 || phase.repairs >= REPAIRS_PER_ADVERT_MAX) return [router, []];
  return [
    { ...router, phase: { ...phase, repairs: phase.repairs + 1 } },
    [{ kind: 'restore_routing', router: router.key, entries }],
  ];
}

export function restoreMissing(router: RouterState, world: World): Step {
  const addresses = allAddresses(router.config).filter(
    (address) => address.tracked && !isPresent(world.network, address),
  );
  const { phase } = router;
  const entries = phase.kind === 'master' ? missingRouting(router.config, phase, world.network) : [];
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
  return sendAdvert({ ...router, phase: { ...phase, nextAdvertAt, rival, repairs: 0 } }, world, {
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
  const last: Step = router.config.higherPrioSendAdvert
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
