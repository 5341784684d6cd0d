/** One router's reaction to one event: what is common to all phases, then a dispatch by phase. */
import { exhaustive } from '../../base/never.ts';
import { earliest, type Instant, type InterfaceName, type Micros } from '../../base/units.ts';
import type { RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress, VrrpInstance } from '../../config/model/vrrp.ts';
import {
  type AcceptedAdvert,
  type ChecksumStyle,
  type DropReason,
  type ReceivedPacket,
  receiveAdvert,
} from '../wire/receive.ts';
import { announceDeadline } from './announce.ts';
import { dropped } from './dropped.ts';
import {
  andThen,
  announce,
  complainOnce,
  count,
  isDue,
  listedAddresses,
  log,
  type Step,
  type World,
} from './effects.ts';
import { healthInGroup } from './group.ts';
import { vrrpLog } from './log-events.ts';
import { addressKey } from './network.ts';
import { liftOrder, type OrderWish, obey } from './orders.ts';
import type { Reason } from './reason.ts';
import { reconfigure } from './reload.ts';
import { repairsDeadline } from './repairs.ts';
import { removeAll, routingRefused, routingRestored } from './routing.ts';
import { addressesProbed, type Claim, misfitOf, rivalAdvertised } from './split.ts';
import { isOwner, type Phase, type RouterState } from './state.ts';
import { backupHeard, giveUpAdoption, grantGrace, masterDown } from './step-backup.ts';
import { heardOnMain, receivedOver } from './step-heartbeat.ts';
import { masterAlerted, masterDue, masterHeard, noteStall, repair, repairRouting } from './step-master.ts';
import {
  awaited,
  becomeFault,
  becomeMasterWithGroup,
  begin,
  halt,
  recover,
  stepAside,
} from './transitions.ts';
import { isSwitchedOff, switchLinks } from './virtual-links.ts';
import { priorityNow, reweigh } from './weigh.ts';

export type RouterEvent =
  | { readonly kind: 'startup_delayed' }
  /** `over`: the heartbeat interface that it came in on, null = the main path */
  | {
      readonly kind: 'packet_received';
      readonly packet: ReceivedPacket;
      readonly over: InterfaceName | null;
    }
  | { readonly kind: 'deadline_reached' }
  | { readonly kind: 'network_changed' }
  | { readonly kind: 'address_vanished'; readonly address: VirtualAddress }
  /** duplicate address detection of a virtual address came to its end: `unique` false = another machine has it */
  | { readonly kind: 'detection_ended'; readonly address: VirtualAddress; readonly unique: boolean }
  | { readonly kind: 'addresses_restored'; readonly addresses: readonly VirtualAddress[] }
  | {
      readonly kind: 'addresses_refused';
      readonly addresses: readonly VirtualAddress[];
      readonly detail: string;
    }
  /** the view of the kernel's routes and rules is fresh */
  | { readonly kind: 'routing_read' }
  | { readonly kind: 'routing_restored'; readonly entries: readonly RoutingEntry[] }
  | { readonly kind: 'routing_refused'; readonly entries: readonly RoutingEntry[]; readonly detail: string }
  | { readonly kind: 'config_replaced'; readonly config: VrrpInstance }
  | { readonly kind: 'instance_removed' }
  /** a lower-priority advert for another member of the sync group */
  | { readonly kind: 'group_alerted' }
  /** every member of the sync group wishes to be master */
  | { readonly kind: 'group_ready' }
  /** another member of the sync group is no master, or no master any more; `reason` names it */
  | { readonly kind: 'group_stepped_back'; readonly reason: Reason }
  /** another member of the sync group heard a master, so that this one cannot keep addresses it found at its start */
  | { readonly kind: 'group_heard_master' }
  /** the process was woken so much later than it had asked for */
  | { readonly kind: 'woke_late'; readonly late: Micros }
  | { readonly kind: 'addresses_probed'; readonly claims: readonly Claim[] }
  /** an operator's word, null = what was ordered before is undone */
  | { readonly kind: 'ordered'; readonly wish: OrderWish }
  | { readonly kind: 'stop_requested'; readonly release: boolean };

export function stepRouter(router: RouterState, event: RouterEvent, world: World, now: Instant): Step {
  const { phase } = router;
  switch (event.kind) {
    case 'startup_delayed':
      return [router, removeAll(router, world.network)];
    case 'packet_received':
      return event.over === null
        ? received(router, event.packet, world, now)
        : receivedOver(router, event.over, event.packet, world, now);
    case 'deadline_reached':
      return deadlineReached(router, world, now);
    case 'network_changed':
      return networkChanged(router, world, now);
    case 'address_vanished':
      return phase.kind === 'master' ? repair(router, phase, event.address, now) : [router, []];
    case 'detection_ended':
      return detectionEnded(router, event.address, event.unique);
    case 'addresses_restored':
      return restored(router, event.addresses);
    case 'addresses_refused':
      return refused(router, event.addresses, event.detail);
    case 'routing_read':
      return phase.kind === 'master' ? repairRouting(router, phase, world, now) : [router, []];
    case 'routing_restored':
      return routingRestored(router, event.entries);
    case 'routing_refused':
      return routingRefused(router, event.entries, event.detail);
    case 'config_replaced':
      return reconfigure(router, event.config, world, now);
    case 'stop_requested':
      return halt(router, world, { keep: !event.release, ending: 'stopped' }, now);
    case 'group_alerted':
      return phase.kind === 'master' ? masterAlerted(router, phase, now) : [router, []];
    case 'group_ready':
      return becomeMasterWithGroup(router, world, now);
    case 'group_stepped_back':
      return stepAside(router, world, event.reason, now);
    case 'group_heard_master':
      return phase.kind === 'backup' ? giveUpAdoption(router, phase, world, now) : [router, []];
    case 'woke_late':
      return wokeLate(router, event.late, now);
    case 'addresses_probed':
      return addressesProbed(router, event.claims);
    case 'ordered':
      return obey(router, event.wish, world, now);
    case 'instance_removed':
      return halt(router, world, { keep: false, ending: 'removed' }, now);
    default:
      return exhaustive(event);
  }
}

/** When this router wants to be woken; null = never by itself. */
export const routerDeadline = ({ phase, order }: RouterState): Instant | null =>
  earliest(phaseDeadline(phase), order?.until ?? null);

function phaseDeadline(phase: Phase): Instant | null {
  switch (phase.kind) {
    case 'initialize':
      return phase.startAt;
    case 'backup':
      return phase.downAt;
    case 'master':
      return earliest(
        phase.nextAdvertAt,
        announceDeadline(phase.announce),
        phase.split?.overAt ?? null,
        repairsDeadline(phase.repairs),
      );
    case 'fault':
      return null;
    default:
      return exhaustive(phase);
  }
}

/** What an operator ordered is over before the phase asks for its priority. */
function deadlineReached(router: RouterState, world: World, now: Instant): Step {
  const isOver = isDue(router.order?.until ?? null, now);
  const free: Step = isOver ? liftOrder(router, world, 'expired', now) : [router, []];
  return andThen(free, (r) => phaseDue(r, world, now));
}

function phaseDue(router: RouterState, world: World, now: Instant): Step {
  const { phase } = router;
  if (!isDue(phaseDeadline(phase), now)) return [router, []];
  switch (phase.kind) {
    case 'initialize':
      return begin(router, world, now);
    case 'backup':
      return masterDown(router, phase, world, now);
    case 'master':
      return masterDue(router, phase, world, now);
    case 'fault':
      return [router, []];
    default:
      return exhaustive(phase);
  }
}

function wokeLate(router: RouterState, late: Micros, now: Instant): Step {
  const { phase } = router;
  if (phase.kind === 'backup') return grantGrace(router, phase, late, now);
  return phase.kind === 'master' ? [noteStall(router, phase, late, now), []] : [router, []];
}

/** In Initialize and Fault nothing is received (RFC 9568 §6.4.1; behaviour.md section 4.7). */
function received(router: RouterState, packet: ReceivedPacket, world: World, now: Instant): Step {
  const { phase, config } = router;
  if (phase.kind !== 'backup' && phase.kind !== 'master') return [router, []];
  const sameSender = phase.kind === 'backup' && phase.master?.address === packet.source;
  const verdict = receiveAdvert(packet, {
    instance: config,
    groupForChecksum: mayBeOld(config) ? world.globals.mcastGroup4 : null,
    listed: config.skipCheckAdvAddr && sameSender ? null : listedAddresses(config, world.network),
  });
  if (!verdict.ok)
    return andThen(dropped(router, packet, verdict.error), (r) => misfitHeard(r, packet, verdict.error, now));
  if (isOwner(config) && config.ownerIgnoreAdverts) return [router, []];
  if (packet.source === phase.source) {
    const entry = vrrpLog.ownAdvertHeard({ instance: config.name, source: packet.source });
    return complainOnce(router, 'own_advert', entry);
  }
  const isNewMaster = phase.kind === 'backup' && !sameSender;
  const listening = isNewMaster ? { ...router, complained: [] } : router;
  const noted = andThen(noteAddressList(listening, verdict.value, world), (r) => [
    {
      ...count(r, 'advertsReceived'),
      checksumStyle: styleAfter(config, verdict.value.checksum),
      heardAt: now,
    },
    [],
  ]);
  return andThen(noted, (r) =>
    andThen(heardOnMain(r, verdict.value, now), (then) => heard(then, verdict.value, world, now)),
  );
}

/** A master that does not understand another one cannot yield to it, and is not yielded to. */
function misfitHeard(router: RouterState, packet: ReceivedPacket, drop: DropReason, now: Instant): Step {
  const { phase, config } = router;
  const differs = misfitOf(drop);
  if (phase.kind !== 'master' || differs === null || packet.source === phase.source) return [router, []];
  const rival = { source: packet.source, priority: null, interval: config.advertInterval, differs };
  return rivalAdvertised(router, phase, rival, now);
}

/** The checksum of old keepalived routers is looked for unless old_unicast_checksum says never. */
const mayBeOld = ({ destination, family }: VrrpInstance): boolean =>
  destination.kind === 'unicast' && family === 'inet' && destination.checksum !== 'new';

/** As the peers do, unless old_unicast_checksum says how. */
const styleAfter = ({ destination }: VrrpInstance, seen: ChecksumStyle): ChecksumStyle =>
  destination.kind === 'unicast' && destination.checksum === 'old' ? 'group' : seen;

function heard(router: RouterState, advert: AcceptedAdvert, world: World, now: Instant): Step {
  const { phase } = router;
  if (phase.kind === 'backup') return backupHeard(router, phase, advert, world, now);
  return phase.kind === 'master' ? masterHeard(router, phase, advert, world, now) : [router, []];
}

/** An address list that differs is odd, but the advert is accepted (Q8). */
function noteAddressList(
  router: RouterState,
  { advert, source, addressMismatch }: AcceptedAdvert,
  world: World,
): Step {
  if (addressMismatch === null) return [router, []];
  const { name: instance, vrid } = router.config;
  const theirs = advert.addresses.length;
  const listed = listedAddresses(router.config, world.network);
  const entry =
    addressMismatch === 'count'
      ? vrrpLog.addressCountDiffers({ instance, source, theirs, ours: listed.length })
      : vrrpLog.addressListDiffers({ instance, source, vrid, missing: addressMismatch });
  return complainOnce(count(router, 'addressListErrors'), 'address_list', entry);
}

/** Links, addresses or sockets are not what they were: fit or unfit, which source, which priority. */
function networkChanged(router: RouterState, world: World, now: Instant): Step {
  const weighed = reweigh(router, priorityNow(router, router.config, world.network), now);
  return andThen(weighed, (r) => judgeHealth(r, world, now));
}

function judgeHealth(router: RouterState, world: World, now: Instant): Step {
  const { phase, config } = router;
  if (phase.kind === 'initialize') return phase.awaitsTrackers ? begin(router, world, now) : [router, []];
  const health = healthInGroup(config, world);
  if (health.kind === 'unfit') {
    const reason: Reason = { kind: 'unfit', causes: health.causes };
    if (phase.kind !== 'fault') return becomeFault(router, world, reason, now);
    return [{ ...router, phase: { ...phase, reason } }, []];
  }
  if (phase.kind === 'fault') {
    if (health.pending.length === 0) return recover(router, health.source, now);
    return [{ ...router, phase: { ...phase, reason: awaited(health.pending) } }, []];
  }
  const sourced: RouterState =
    phase.source === health.source ? router : { ...router, phase: { ...phase, source: health.source } };
  const off = phase.kind === 'master' && isSwitchedOff(config, world.network);
  return [reconsider(sourced), off ? switchLinks(config, true) : []];
}

/** What the kernel refused may be possible now. */
function reconsider(router: RouterState): RouterState {
  const { phase } = router;
  return phase.kind === 'master' && phase.refused.length > 0
    ? { ...router, phase: { ...phase, refused: [] } }
    : router;
}

/** A master tells its neighbours of an address only now, or tells the operator that another machine has it. */
function detectionEnded(router: RouterState, address: VirtualAddress, unique: boolean): Step {
  const { phase, config } = router;
  if (phase.kind !== 'master') return [router, []];
  if (unique) return [router, announce(router, config.garp.repeat, [address])];
  const entry = vrrpLog.addressDuplicate({ instance: config.name, address: addressKey(address) });
  return complainOnce(router, 'address_duplicate', entry);
}

function restored(router: RouterState, addresses: readonly VirtualAddress[]): Step {
  if (router.phase.kind !== 'master') return [router, []];
  const entry = vrrpLog.addressesRestored({
    instance: router.config.name,
    addresses: addresses.map(addressKey),
  });
  return [router, [log(entry), ...announce(router, router.config.garp.repeat, addresses)]];
}

function refused(router: RouterState, addresses: readonly VirtualAddress[], detail: string): Step {
  const entry = vrrpLog.addressesRefused({
    instance: router.config.name,
    addresses: addresses.map(addressKey),
    detail,
  });
  return complainOnce(router, 'address_refused', entry);
}
