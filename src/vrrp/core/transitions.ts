/** The only places where a router changes its phase. Each says why in one sentence, clears the complaints, tells the
 *  world (log, notification), and brings the addresses into line with the new phase. */
import type { IpAddress } from '../../base/ip.ts';
import { after, elapsed, type Instant, type Micros } from '../../base/units.ts';
import { entryText } from '../../config/model/routing.ts';
import type { RouterAction, Transition } from './actions.ts';
import { announceTimersFrom } from './announce.ts';
import {
  addMissing,
  allAddresses,
  andThen,
  announce,
  count,
  log,
  resign,
  type Step,
  sendAdvert,
  type World,
} from './effects.ts';
import { healthInGroup, isMasterAtOnce } from './group.ts';
import { heartbeatPaths, isMainUp } from './heartbeat.ts';
import { vrrpLog } from './log-events.ts';
import { addressKey, isPresent, isRouted } from './network.ts';
import { type Advertiser, type Reason, remembered } from './reason.ts';
import { reasonText } from './reason-text.ts';
import { addMissingRouting, removeAll, routingOf } from './routing.ts';
import { type Backup, isOwner, type Phase, type RouterState } from './state.ts';
import { STATE_NAME } from './status.ts';
import { type Ending, tellEnding, tellPhase } from './tell.ts';
import { masterDownInterval, type TimerInputs } from './timers.ts';
import { raise } from './two-owners.ts';
import { switchLinks } from './virtual-links.ts';

export const timerInputs = (router: RouterState, masterInterval: Micros): TimerInputs => ({
  version: router.config.version,
  priority: router.effectivePriority,
  masterInterval,
});

/** Own intervals after a stall in which another master is put down to it. */
const STALL_EXPLAINS_INTERVALS = 4;

/** The master-down interval as it is now. */
export const downInterval = (router: RouterState, masterInterval: Micros): Micros =>
  masterDownInterval(timerInputs(router, masterInterval), router.config.downTimerAdverts);

/** End of the startup delay. An owner is master at once (RFC 9568 §6.4.1); everybody else listens first. */
export function begin(router: RouterState, world: World, now: Instant): Step {
  const health = healthInGroup(router.config, world);
  if (health.kind === 'unfit')
    return becomeFault(router, world, { kind: 'unfit', causes: health.causes }, now);
  if (health.pending.length > 0) return awaitTrackers(router, world, health.pending);
  const { source } = health;
  if (isMasterAtOnce(router.config, world.groups.get(router.config.name))) {
    return becomeMaster(router, world, { source, reason: { kind: 'owns_addresses' } }, now);
  }
  const found = [
    ...allAddresses(router.config)
      .filter((address) => isPresent(world.network, address))
      .map(addressKey),
    ...routingOf(router.config)
      .filter((entry) => isRouted(world.network, entry))
      .map(entryText),
  ];
  if (found.length > 0) return adopt(router, { source, found }, now);
  const phase = listening(router, { source, reason: { kind: 'started' } }, now);
  return andThen([router, switchLinks(router.config, false)], (r) => enter(r, phase, now));
}

/** Without their first result it is not known whether this router may take part. Nothing is heard until then, so addresses
 *  left in place cannot be adopted safely and go. */
function awaitTrackers(router: RouterState, world: World, pending: readonly string[]): Step {
  const reason = awaited(pending);
  const phase: Phase = { kind: 'initialize', reason, startAt: null, awaitsTrackers: true };
  const waits = router.phase.kind === 'initialize' && router.phase.awaitsTrackers;
  const line = log(vrrpLog.waiting({ instance: router.config.name, reason: reasonText(reason) }));
  return [{ ...router, phase }, [...(waits ? [] : [line]), ...removeAll(router, world.network)]];
}

export const awaited = (trackers: readonly string[]): Reason => ({ kind: 'awaits_trackers', trackers });

/** Own virtual addresses in place at start were left by a stop with -V or by a crash. Taking them off would cut off
 *  traffic that they may still carry; keeping them while another master has them would make a duplicate. So they stay
 *  until another master is heard, which a living one makes sure of within one advert interval. For the same reason the
 *  wait is one interval and not `down_timer_adverts` of them: a restart that takes less than two intervals is back
 *  before the peers' patience ends, and no failover happens. With nopreempt the wait is the full one, because a single
 *  lost advert must not be enough to unseat the present master. */
function adopt(
  router: RouterState,
  { source, found }: { readonly source: IpAddress; readonly found: readonly string[] },
  now: Instant,
): Step {
  const { config } = router;
  const backup = freshBackup(router, { source, reason: { kind: 'found_in_place' } }, now);
  const short = masterDownInterval(timerInputs(router, config.advertInterval), 1);
  const downAt = config.preempt ? after(now, short) : backup.downAt;
  const [entered, actions] = enter(router, { ...backup, downAt, adopting: true }, now);
  return [entered, [...actions, log(vrrpLog.addressesAdopted({ instance: config.name, addresses: found }))]];
}

/** First the advert, so that the peers step back, then the addresses, then the announcements (RFC 9568 §6.4.2). */
export function becomeMaster(
  lowered: RouterState,
  world: World,
  { source, reason }: { readonly source: IpAddress; readonly reason: Reason },
  now: Instant,
): Step {
  const router = raise(lowered);
  const { config } = router;
  const advertised = andThen([router, switchLinks(config, true)], (r) =>
    sendAdvert(r, world, { source, priority: r.effectivePriority }),
  );
  const phase: Phase = {
    kind: 'master',
    reason,
    source,
    nextAdvertAt: after(now, config.advertInterval),
    announce: announceTimersFrom(config.garp, now),
    rival: null,
    split: null,
    claims: [],
    stall: null,
    repairs: new Map(),
    refused: [],
  };
  const equipped = andThen(advertised, (sent) => [
    count(sent, 'becameMaster'),
    [
      log(vrrpLog.settingAddresses({ instance: config.name })),
      ...addMissing(sent, world.network),
      ...addMissingRouting(sent, world.network),
      ...announce(sent, config.garp.repeat),
    ],
  ]);
  return andThen(equipped, (ready) => enter(ready, phase, now));
}

/** A better master spoke (RFC 9568 §6.4.3): no priority-0 advert, it is there already. */
export function yieldTo(
  router: RouterState,
  world: World,
  heard: { readonly source: IpAddress; readonly master: Advertiser; readonly masterInterval: Micros },
  now: Instant,
): Step {
  const { master, masterInterval, source } = heard;
  const late = recentStall(router, now);
  const reason: Reason = { kind: 'yielded', to: master, own: router.effectivePriority, late };
  const phase: Backup = {
    ...freshBackup(router, { source, reason }, now),
    masterInterval,
    downAt: after(now, downInterval(router, masterInterval)),
    takeover: { kind: 'fell_silent', master: master.address },
    master,
  };
  const [entered, actions] = enter(router, phase, now);
  return [count(entered, 'releasedMaster'), [...letGo(router, world), ...actions]];
}

/** How long a master stood still, while that may still explain what it hears. */
export function recentStall({ phase, config }: RouterState, now: Instant): Micros | null {
  if (phase.kind !== 'master' || phase.stall === null) return null;
  const { at, late } = phase.stall;
  return elapsed(at, now) <= STALL_EXPLAINS_INTERVALS * config.advertInterval ? late : null;
}

/** All faults are gone. The whole wait again; an owner's is one interval and the skew (behaviour.md section 4.7). */
export function recover(faulty: RouterState, source: IpAddress, now: Instant): Step {
  const router = raise(faulty);
  const reason: Reason = { kind: 'recovered' };
  const [entered, actions] = enter(router, listening(router, { source, reason }, now), now);
  return [entered, [...announceSource(router, source), ...actions]];
}

/** Peers that are written to one by one may have forgotten where this router is (behaviour.md section 4.7). */
function announceSource({ config }: RouterState, address: IpAddress): readonly RouterAction[] {
  const { destination, interface: name } = config;
  return destination.kind === 'unicast' ? [{ kind: 'announce_address', interface: name, address }] : [];
}

/** A whole master-down interval of patience, an owner's is one interval and its skew. */
function listening(
  router: RouterState,
  why: { readonly source: IpAddress; readonly reason: Reason },
  now: Instant,
): Backup {
  const phase = freshBackup(router, why, now);
  if (!isOwner(router.config)) return phase;
  const owners = masterDownInterval(timerInputs(router, router.config.advertInterval), 1);
  return { ...phase, downAt: after(now, owners) };
}

/** The whole sync group is master, or becomes it now. A member that a reload adds need not wait for the first results of what
 *  it tracks: they will tell in time. */
export function becomeMasterWithGroup(router: RouterState, world: World, now: Instant): Step {
  const { phase } = router;
  if (phase.kind === 'backup') {
    return becomeMaster(router, world, { source: phase.source, reason: phase.takeover }, now);
  }
  if (phase.kind !== 'initialize' || !phase.awaitsTrackers) return [router, []];
  const health = healthInGroup(router.config, world);
  if (health.kind === 'unfit') return [router, []];
  const reason: Reason = { kind: 'joined_group' };
  return becomeMaster(router, world, { source: health.source, reason }, now);
}

/** Another member of the sync group is no master any more, or an operator wants another router to be it. The peers are told,
 *  so that they need not wait for the master-down deadline: unlike after a better master's advert, none of them may be
 *  master of this one yet. */
export function stepAside(router: RouterState, world: World, reason: Reason, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'master') return [router, []];
  const backup = freshBackup(router, { source: phase.source, reason }, now);
  return andThen(release(router, world), (free) => enter(free, backup, now));
}

/** Somebody else may be master already: no priority-0 advert, which would only shorten the patience of a third. */
export function stepBackLate(router: RouterState, world: World, reason: Reason, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'master') return [router, []];
  const backup = freshBackup(router, { source: phase.source, reason }, now);
  const [entered, actions] = enter(router, backup, now);
  return [count(entered, 'releasedMaster'), [...letGo(router, world), ...actions]];
}

/** One priority-0 advert where keepalived sends two (Q6), and none when the link is what failed. */
export function becomeFault(router: RouterState, world: World, reason: Reason, now: Instant): Step {
  const released = release(router, world);
  return andThen(released, (free) => {
    const [entered, actions] = enter(free, { kind: 'fault', reason }, now);
    return [
      entered,
      [log(vrrpLog.faulty({ instance: router.config.name, reason: reasonText(reason) })), ...actions],
    ];
  });
}

/** Shutdown (RFC 9568 §6.4): resign and take the addresses off, or with `keep` (-V) leave all as it is. */
export function halt(
  router: RouterState,
  world: World,
  { keep, ending }: { readonly keep: boolean; readonly ending: Ending },
  now: Instant,
): Step {
  const reason: Reason = { kind: ending };
  const idle: Step = [router, [{ kind: 'cancel_announcements', router: router.key }]];
  const released: Step = keep ? idle : release(router, world);
  const phase: Phase = { kind: 'initialize', reason, startAt: null, awaitsTrackers: false };
  return andThen(released, (free) => {
    const [entered, actions] = enter(free, phase, now);
    return [entered, [...actions, ...tellEnding(router, ending)]];
  });
}

/** Resigns if master; whatever the phase, none of the virtual addresses stays. */
function release(router: RouterState, world: World): Step {
  const { phase } = router;
  if (phase.kind !== 'master') return [router, removeAll(router, world.network)];
  const audible = isMainUp(router.config, world.network) || heartbeatPaths(router.config, world).length > 0;
  const said: Step = audible ? resign(router, world, phase.source) : [router, []];
  return andThen(said, (resigned) => [count(resigned, 'releasedMaster'), letGo(resigned, world)]);
}

const letGo = (router: RouterState, world: World): readonly RouterAction[] => [
  { kind: 'cancel_announcements', router: router.key },
  log(vrrpLog.removingAddresses({ instance: router.config.name })),
  ...removeAll(router, world.network),
];

function freshBackup(
  router: RouterState,
  { source, reason }: { readonly source: IpAddress; readonly reason: Reason },
  now: Instant,
): Backup {
  const masterInterval = router.config.advertInterval;
  return {
    kind: 'backup',
    reason,
    source,
    downAt: after(now, downInterval(router, masterInterval)),
    takeover: { kind: 'none_heard' },
    masterInterval,
    master: null,
    preemptAt: null,
    adopting: false,
    graceGiven: false,
    wantsMaster: false,
  };
}

function enter(router: RouterState, phase: Phase, now: Instant): Step {
  const { name: instance } = router.config;
  const [from, to] = [STATE_NAME[router.phase.kind], STATE_NAME[phase.kind]];
  const { effectivePriority } = router;
  const reason = reasonText(phase.reason);
  const transition: Transition = { instance, from, to, reason, effectivePriority };
  const entry = vrrpLog.entered({ instance, to, initial: from === 'INIT', reason });
  const past = { at: now, from, to, reason: phase.reason, effectivePriority };
  const history = remembered(router.history, past);
  const entered = { ...router, phase, changedAt: now, history, complained: [] };
  return [
    entered,
    [
      ...(to === 'INIT' ? [] : [log(entry)]),
      { kind: 'publish_transition', transition },
      ...tellPhase(entered),
    ],
  ];
}
