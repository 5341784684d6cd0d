/** A new configuration for a router that runs on (behaviour.md section 13): it keeps its phase and its statistics. Only
 *  what differs is touched: a master whose addresses are unchanged sends nothing out of turn. */
import { keyedDiff, sameValue } from '../../base/keyed-diff.ts';
import { after, earliest, type Instant } from '../../base/units.ts';
import { entryText, type RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress, VrrpInstance } from '../../config/model/vrrp.ts';
import { announceTimersFrom } from './announce.ts';
import {
  allAddresses,
  andThen,
  announce,
  removePresent,
  type Step,
  sendAdvert,
  type World,
} from './effects.ts';
import { addressKey, isPresent } from './network.ts';
import { addMissingRouting, removeRouting, routingOf } from './routing.ts';
import type { Backup, Master, RouterState } from './state.ts';
import { moveDeadline } from './step-backup.ts';
import { tellPriority } from './tell.ts';
import { downInterval } from './transitions.ts';
import { priorityNow } from './weigh.ts';

export function reconfigure(router: RouterState, config: VrrpInstance, world: World, now: Instant): Step {
  const updated: RouterState = {
    ...router,
    config,
    effectivePriority: priorityNow(router, config, world.network),
  };
  const news = updated.effectivePriority === router.effectivePriority ? [] : tellPriority(updated);
  const { phase } = router;
  switch (phase.kind) {
    case 'master':
      return andThen(
        reconfigureMaster(router, { ...updated, phase: retimed(router, config, phase, now) }, world),
        (r) => [r, news],
      );
    case 'backup':
      return andThen(reconfigureBackup(router, updated, phase, { world, now }), (r) => [r, news]);
    default:
      return [updated, []];
  }
}

/** Removed addresses go before new ones come; an address whose label or scope changed does both. */
function reconfigureMaster(before: RouterState, updated: RouterState, world: World): Step {
  const diff = keyedDiff(allAddresses(before.config), allAddresses(updated.config), {
    key: addressKey,
    equal: sameAddress,
  });
  const gone = [...diff.removed, ...diff.changed.map((change) => change.before)];
  const changed = diff.changed.map((change) => change.after);
  const missing = diff.added.filter((address) => !isPresent(world.network, address));
  const come = [...changed, ...missing];
  const step: Step = [
    updated,
    [
      ...removeRouting(before, world.network, droppedRouting(before, updated)),
      ...removePresent(before, world.network, gone),
    ],
  ];
  return andThen(
    andThen(step, (r) => advertiseNewList(before, r, world)),
    (r) => [
      r,
      [
        ...(come.length > 0 ? [{ kind: 'add_addresses' as const, router: r.key, addresses: come }] : []),
        ...addMissingRouting(r, world.network),
        ...announce(r, r.config.garp.repeat, [...diff.added, ...changed]),
      ],
    ],
  );
}

function droppedRouting(before: RouterState, updated: RouterState): readonly RoutingEntry[] {
  const kept = new Set(routingOf(updated.config).map(entryText));
  return routingOf(before.config).filter((entry) => !kept.has(entryText(entry)));
}

/** The peers compare address lists, so a new list is not kept back until the next beat. */
function advertiseNewList(before: RouterState, updated: RouterState, world: World): Step {
  const list = (router: RouterState): string[] =>
    router.config.virtualAddresses.map(({ address }) => address);
  if (updated.phase.kind !== 'master' || sameValue(list(before), list(updated))) return [updated, []];
  const { source } = updated.phase;
  return sendAdvert(updated, world, { source, priority: updated.effectivePriority });
}

/** Addresses that it still holds from its start (adoption) and that are no longer configured go now. */
function reconfigureBackup(
  before: RouterState,
  updated: RouterState,
  phase: Backup,
  { world, now }: { readonly world: World; readonly now: Instant },
): Step {
  const learned = phase.master !== null && updated.config.version === 3;
  const masterInterval = learned ? phase.masterInterval : updated.config.advertInterval;
  const from = downInterval(before, phase.masterInterval);
  const to = downInterval(updated, masterInterval);
  const kept = new Set(allAddresses(updated.config).map(addressKey));
  const dropped = allAddresses(before.config).filter((address) => !kept.has(addressKey(address)));
  return [
    { ...updated, phase: { ...moveDeadline(phase, { from, to }, now), masterInterval } },
    phase.adopting
      ? [
          ...removeRouting(before, world.network, droppedRouting(before, updated)),
          ...removePresent(before, world.network, dropped),
        ]
      : [],
  ];
}

/** A shorter interval counts from now; another refresh period starts anew. */
function retimed(router: RouterState, config: VrrpInstance, phase: Master, now: Instant): Master {
  const soonest = earliest(phase.nextAdvertAt, after(now, config.advertInterval));
  const sameRefresh = router.config.garp.refresh === config.garp.refresh;
  return {
    ...phase,
    nextAdvertAt: soonest ?? phase.nextAdvertAt,
    announce: sameRefresh
      ? phase.announce
      : { ...phase.announce, refreshAt: announceTimersFrom(config.garp, now).refreshAt },
  };
}

/** `tracked` is vipd's own business; the rest is what the kernel was told. */
const sameAddress = (a: VirtualAddress, b: VirtualAddress): boolean =>
  sameValue({ ...a, tracked: true }, { ...b, tracked: true });
