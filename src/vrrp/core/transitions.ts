/** The only places where a router changes its phase. Each says why in one sentence, clears the complaints, tells the
 *  world (log, notification), and brings the addresses into line with the new phase. */
import type { IpAddress } from '../../base/ip.ts';
import { after, type Instant, type Micros, type Priority } from '../../base/units.ts';
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
import { faultReason } from './health.ts';
import { heartbeatPaths, isMainUp } from './heartbeat.ts';
import { vrrpLog } from './log-events.ts';
import { addressKey, isPresent, isRouted } from './network.ts';
import { addMissingRouting, removeAll, routingOf } from './routing.ts';
import { type Backup, isOwner, type Phase, type RouterState } from './state.ts';
import { STATE_NAME } from './status.ts';
import { type Ending, tellEnding, tellPhase } from './tell.ts';
import { masterDownInterval, type TimerInputs } from './timers.ts';
import { raise } from './two-owners.ts';
import { switchLinks } from './virtual-links.ts';

export interface Sender {
  readonly address: IpAddress;
  readonly priority: Priority;
}

export const timerInputs = (router: RouterState, masterInterval: Micros): TimerInputs => ({
  version: router.config.version,
  priority: router.effectivePriority,
  masterInterval,
});

/** The master-down interval as it is now. */
export const downInterval = (router: RouterState, masterInterval: Micros): Micros =>
  masterDownInterval(timerInputs(router, masterInterval), router.config.downTimerAdverts);

/** End of the startup delay. An owner is master at once (RFC 9568 §6.4.1); everybody else listens first. */
export function begin(router: RouterState, world: World, now: Instant): Step {
  const health = healthInGroup(router.config, world);
  if (health.kind === 'unfit') return becomeFault(router, world, faultReason(health.causes), now);
  if (health.pending.length > 0) return awaitTrackers(router, world, health.pending);
  const { source } = health;
  if (isMasterAtOnce(router.config, world.groups.get(router.config.name))) {
    return becomeMaster(router, world, { source, reason: 'owns the addresses (priority 255)' }, now);
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
  const phase = listening(router, { source, reason: 'started: listening for a master' }, now);
  return andThen([router, switchLinks(router.config, false)], (r) => enter(r, phase, now));
}

/** Without their first result it is not known whether this router may take part. Nothing is heard until then, so addresses
 *  left in place cannot be adopted safely and go. */
function awaitTrackers(router: RouterState, world: World, pending: readonly string[]): Step {
  const reason = awaitedText(pending);
  const phase: Phase = { kind: 'initialize', reason, startAt: null, awaitsTrackers: true };
  const waits = router.phase.kind === 'initialize' && router.phase.awaitsTrackers;
  const line = log(vrrpLog.waiting({ instance: router.config.name, reason }));
  return [{ ...router, phase }, [...(waits ? [] : [line]), ...removeAll(router, world.network)]];
}

export const awaitedText = (pending: readonly string[]): string =>
  `waiting for the first result of ${pending.join(', ')}`;

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
  const reason = 'started with its addresses in place: keeping them unless another master is heard';
  const backup = freshBackup(router, { source, reason }, now);
  const short = masterDownInterval(timerInputs(router, config.advertInterval), 1);
  const downAt = config.preempt ? after(now, short) : backup.downAt;
  const [entered, actions] = enter(router, { ...backup, downAt, adopting: true }, now);
  return [entered, [...actions, log(vrrpLog.addressesAdopted({ instance: config.name, addresses: found }))]];
}

/** First the advert, so that the peers step back, then the addresses, then the announcements (RFC 9568 §6.4.2). */
export function becomeMaster(
  lowered: RouterState,
  world: World,
  { source, reason }: { readonly source: IpAddress; readonly reason: string },
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
    repairs: 0,
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
  heard: { readonly source: IpAddress; readonly master: Sender; readonly masterInterval: Micros },
  now: Instant,
): Step {
  const { master, masterInterval, source } = heard;
  const reason = `heard ${master.address} with priority ${master.priority}, own priority is ${router.effectivePriority}`;
  const phase: Backup = {
    ...freshBackup(router, { source, reason }, now),
    masterInterval,
    downAt: after(now, downInterval(router, masterInterval)),
    takeoverReason: `master ${master.address} fell silent`,
    master,
  };
  const [entered, actions] = enter(router, phase, now);
  return [count(entered, 'releasedMaster'), [...letGo(router, world), ...actions]];
}

/** All faults are gone. The whole wait again; an owner's is one interval and the skew (behaviour.md section 4.7). */
export function recover(faulty: RouterState, source: IpAddress, now: Instant): Step {
  const router = raise(faulty);
  const reason = 'faults are over: listening for a master';
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
  why: { readonly source: IpAddress; readonly reason: string },
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
    return becomeMaster(router, world, { source: phase.source, reason: phase.takeoverReason }, now);
  }
  if (phase.kind !== 'initialize' || !phase.awaitsTrackers) return [router, []];
  const health = healthInGroup(router.config, world);
  if (health.kind === 'unfit') return [router, []];
  const reason = 'added to a sync group that is master';
  return becomeMaster(router, world, { source: health.source, reason }, now);
}

/** Another member of the sync group is no master any more. The peers are told, so that they need not wait for the
 *  master-down deadline: unlike after a better master's advert, none of them may be master of this one yet. */
export function stepBackWithGroup(router: RouterState, world: World, reason: string, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'master') return [router, []];
  const backup = freshBackup(router, { source: phase.source, reason }, now);
  return andThen(release(router, world), (free) => enter(free, backup, now));
}

/** Somebody else may be master already: no priority-0 advert, which would only shorten the patience of a third. */
export function stepBackLate(router: RouterState, world: World, reason: string, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'master') return [router, []];
  const backup = freshBackup(router, { source: phase.source, reason }, now);
  const [entered, actions] = enter(router, backup, now);
  return [count(entered, 'releasedMaster'), [...letGo(router, world), ...actions]];
}

/** One priority-0 advert where keepalived sends two (Q6), and none when the link is what failed. */
export function becomeFault(router: RouterState, world: World, reason: string, now: Instant): Step {
  const released = release(router, world);
  return andThen(released, (free) => {
    const [entered, actions] = enter(free, { kind: 'fault', reason }, now);
    return [entered, [log(vrrpLog.faulty({ instance: router.config.name, reason })), ...actions]];
  });
}

/** Shutdown (RFC 9568 §6.4): resign and take the addresses off, or with `keep` (-V) leave all as it is. */
export function halt(
  router: RouterState,
  world: World,
  { keep, ending }: { readonly keep: boolean; readonly ending: Ending },
  now: Instant,
): Step {
  const reason = ending === 'stopped' ? 'stopped' : 'removed from the configuration';
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
  { source, reason }: { readonly source: IpAddress; readonly reason: string },
  now: Instant,
): Backup {
  const masterInterval = router.config.advertInterval;
  return {
    kind: 'backup',
    reason,
    source,
    downAt: after(now, downInterval(router, masterInterval)),
    takeoverReason: 'no master was heard',
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
  const { reason } = phase;
  const transition: Transition = { instance, from, to, reason, effectivePriority: router.effectivePriority };
  const entry = vrrpLog.entered({ instance, to, initial: from === 'INIT', reason });
  const entered = { ...router, phase, changedAt: now, complained: [] };
  return [
    entered,
    [
      ...(to === 'INIT' ? [] : [log(entry)]),
      { kind: 'publish_transition', transition },
      ...tellPhase(entered),
    ],
  ];
}
