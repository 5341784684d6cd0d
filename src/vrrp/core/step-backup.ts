/** Reactions of a backup (RFC 9568 §6.4.2, behaviour.md sections 4.3 and 4.4). */
import { after, elapsed, type Instant, instant, type Micros, type Priority } from '../../base/units.ts';
import type { AcceptedAdvert } from '../wire/receive.ts';
import { andThen, complainOnce, count, isDue, log, type Step, type World } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import type { Deference, TakeoverReason } from './reason.ts';
import { removeAll } from './routing.ts';
import { type Backup, isOwner, OWNER_PRIORITY, type RouterState } from './state.ts';
import { masterDownInterval, STALL_SHARE, skewTime } from './timers.ts';
import { becomeMaster, downInterval, timerInputs } from './transitions.ts';
import { raise } from './two-owners.ts';

export function backupHeard(
  router: RouterState,
  phase: Backup,
  heard: AcceptedAdvert,
  world: World,
  now: Instant,
): Step {
  const { advert } = heard;
  if (advert.priority === 0) return masterResigned(router, phase, heard, now);
  const sameOwner = advert.priority === OWNER_PRIORITY && phase.master?.address === heard.source;
  const [lone, dropped] = giveUpAdoption(sameOwner ? router : raise(router), phase, world, now);
  const ready = lone.phase.kind === 'backup' ? lone.phase : phase;
  if (accepts(lone, ready, advert.priority, now)) {
    return andThen([lone, dropped], (r) => followMaster(r, ready, heard, now));
  }
  return andThen([lone, dropped], (r) => outbid(r, ready, heard));
}

/** Nobody better was heard in time: this router is master, or would be if its sync group were ready. */
export function masterDown(router: RouterState, phase: Backup, world: World, now: Instant): Step {
  // who wakes this process tells how late it is; what is seen of it here counts as well
  const patient = grantGrace(router, phase, elapsed(phase.downAt, now), now);
  if (patient[0] !== router) return patient;
  const { name } = router.config;
  const group = world.groups.get(name);
  if (group !== undefined) return wishMastership(router, phase, group.name, now);
  const { source, takeover: reason } = phase;
  const [master, actions] = becomeMaster(router, world, { source, reason }, now);
  return [master, [log(vrrpLog.masterTimedOut({ instance: name })), ...actions]];
}

/** The group's step (group-step.ts) makes all members master once each of them wishes it. Until then the wait begins
 *  again, and an advert that is accepted ends the wish. */
function wishMastership(router: RouterState, phase: Backup, group: string, now: Instant): Step {
  const { name: instance } = router.config;
  const wishing: Backup = {
    ...phase,
    wantsMaster: true,
    graceGiven: false,
    downAt: after(now, downInterval(router, phase.masterInterval)),
    reason: { kind: 'awaits_group', group, takeover: phase.takeover },
  };
  const line = phase.wantsMaster ? [] : [log(vrrpLog.masterTimedOut({ instance }))];
  return [{ ...router, phase: wishing }, line];
}

/** Adverts of a living master may have been lost while this process, or the whole machine, stood still. What waited in the
 *  sockets has been heard by now; a deadline that is due all the same, or nearly, waits once for one more interval and its
 *  skew, in which a living master speaks. */
export function grantGrace(router: RouterState, phase: Backup, late: Micros, now: Instant): Step {
  if (late <= STALL_SHARE * phase.masterInterval || phase.graceGiven) return [router, []];
  const extra = masterDownInterval(timerInputs(router, phase.masterInterval), 1);
  const downAt = after(now, extra);
  if (downAt <= phase.downAt) return [router, []];
  const patient: Backup = { ...phase, downAt, graceGiven: true };
  const { name: instance } = router.config;
  const entry = vrrpLog.loopLate({ instance, lateMicros: late, extraMicros: extra });
  return [{ ...router, phase: patient }, [log(entry)]];
}

/** Something changed the master-down interval while it runs: the deadline moves along, but not into the past. */
export const moveDeadline = (
  phase: Backup,
  { from, to }: { readonly from: Micros; readonly to: Micros },
  now: Instant,
): Backup => ({ ...phase, downAt: instant(Math.max(phase.downAt + to - from, Math.min(phase.downAt, now))) });

function masterResigned(router: RouterState, phase: Backup, heard: AcceptedAdvert, now: Instant): Step {
  const downAt = after(now, skewTime(timerInputs(router, phase.masterInterval)));
  const takeover: TakeoverReason = { kind: 'resigned', master: heard.source };
  return [
    { ...count(router, 'priorityZeroReceived'), phase: { ...phase, downAt, takeover } },
    [log(vrrpLog.priorityZeroHeard({ instance: router.config.name, source: heard.source }))],
  ];
}

/** Another master answers for the addresses: ours would be duplicates. From here on it is an ordinary start. */
export function giveUpAdoption(router: RouterState, phase: Backup, world: World, now: Instant): Step {
  if (!phase.adopting) return [router, []];
  const downAt = after(now, downInterval(router, phase.masterInterval));
  return [{ ...router, phase: { ...phase, adopting: false, downAt } }, removeAll(router, world.network)];
}

/** Lower priorities are accepted when preemption is off, or while preempt_delay runs since the first of them. */
function accepts(router: RouterState, phase: Backup, priority: number, now: Instant): boolean {
  const { preempt, preemptDelay } = router.config;
  const isPreferred = router.order?.kind === 'prefer';
  if (priority >= router.effectivePriority || !(preempt || isPreferred || isOwner(router.config)))
    return true;
  return preemptDelay > 0 && !isPreferred && !isDue(phase.preemptAt, now);
}

function followMaster(router: RouterState, phase: Backup, heard: AcceptedAdvert, now: Instant): Step {
  const { advert, source } = heard;
  const master = { address: source, priority: advert.priority };
  const masterInterval = learnedInterval(router, phase.masterInterval, advert.interval);
  const delaying = advert.priority < router.effectivePriority && router.config.preemptDelay > 0;
  const following: Backup = {
    ...phase,
    masterInterval,
    downAt: after(now, downInterval(router, masterInterval)),
    takeover: { kind: 'fell_silent', master: source },
    master,
    preemptAt: delaying ? (phase.preemptAt ?? after(now, router.config.preemptDelay)) : null,
    graceGiven: false,
    wantsMaster: false,
    reason: {
      kind: 'follows',
      master,
      own: router.effectivePriority,
      because: deference(router, advert.priority),
    },
  };
  const followed: RouterState = { ...router, phase: following };
  if (masterInterval === phase.masterInterval) return [followed, []];
  const line = vrrpLog.intervalLearned({
    instance: router.config.name,
    source,
    beforeMicros: phase.masterInterval,
    nowMicros: masterInterval,
  });
  return complainOnce(followed, 'other_interval', line);
}

/** Why a master that was accepted is. */
function deference({ config, effectivePriority }: RouterState, theirs: Priority): Deference {
  if (theirs > effectivePriority) return 'higher';
  if (theirs === effectivePriority) return 'equal';
  return config.preempt ? 'preempt_delay' : 'nopreempt';
}

/** Preemption: the deadline is left to run out (RFC 9568 §6.4.2). */
function outbid(router: RouterState, phase: Backup, { advert, source }: AcceptedAdvert): Step {
  const master = { address: source, priority: advert.priority };
  const bidding: Backup = {
    ...phase,
    takeover: { kind: 'preempted', master },
    reason: { kind: 'outbids', master, own: router.effectivePriority },
    master,
  };
  const line = { instance: router.config.name, source, theirs: advert.priority };
  return complainOnce({ ...router, phase: bidding }, 'lower_priority', vrrpLog.lowerPriorityDiscarded(line));
}

/** RFC 9568 §6.4.2: v3 backups time the master by its own interval. v2 has only one. */
export const learnedInterval = (router: RouterState, own: Micros, theirs: Micros): Micros =>
  router.config.version === 3 ? theirs : own;
