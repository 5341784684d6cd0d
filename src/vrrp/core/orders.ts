/** An operator's word beside the election (`vipctl failover`, `vipctl prefer`). It works through the protocol: the priority
 *  becomes the last or the first of all, a master that steps down resigns, a preferred backup speaks up at once. An order
 *  lasts until it is undone or its time is over, across reloads.
 *
 *      step_down   priority 1: takes over only when no other router is left
 *      prefer      priority 254 and the weights of the trackers: preempts, whatever nopreempt and preempt_delay say
 *
 *  An owner (priority 255) takes no orders: the addresses are its own. */
import { compareIp } from '../../base/ip.ts';
import { after, type Instant, type Micros } from '../../base/units.ts';
import { andThen, log, type Step, type World } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import type { NodeState } from './node-state.ts';
import { isOwner, type RouterState } from './state.ts';
import { giveUpAdoption } from './step-backup.ts';
import { becomeMaster, stepAside } from './transitions.ts';
import { priorityNow, reweigh } from './weigh.ts';

export type OrderKind = 'step_down' | 'prefer';

export interface Order {
  readonly kind: OrderKind;
  readonly since: Instant;
  /** null: until it is undone */
  readonly until: Instant | null;
}

/** `lasts` null: until it is undone. The order itself null: what was ordered before is undone. */
export type OrderWish = { readonly kind: OrderKind; readonly lasts: Micros | null } | null;

/** Whom an order for this name concerns: the instance, with the others of its sync group, or the members of the group. */
export function addressedBy(
  { routers, groups }: Pick<NodeState, 'routers' | 'groups'>,
  name: string,
): readonly RouterState[] {
  const group = [...groups.values()].find(
    (one) => one.name === name || one.members.some((member) => member.name === name),
  );
  const names = new Set(group === undefined ? [name] : group.members.map((member) => member.name));
  return routers.filter(({ config }) => names.has(config.name));
}

/** Why an order cannot be given; null = it can. */
export function orderRefusal(node: Pick<NodeState, 'routers' | 'groups'>, name: string): string | null {
  const routers = addressedBy(node, name);
  if (routers.length === 0) return `no instance or sync group has the name ${name}`;
  const owner = routers.find(({ config }) => isOwner(config));
  return owner === undefined
    ? null
    : `${owner.config.name} owns its addresses (priority 255): it is master whenever it runs`;
}

export function obey(router: RouterState, wish: OrderWish, world: World, now: Instant): Step {
  if (wish === null) return liftOrder(router, world, 'undone', now);
  if (isOwner(router.config)) return [router, []];
  const { kind, lasts } = wish;
  const until = lasts === null ? null : after(now, lasts);
  const entry = vrrpLog.ordered({ instance: router.config.name, order: kind, lastsMicros: lasts });
  const ordered: RouterState = { ...router, order: { kind, since: now, until } };
  const weighed = andThen([ordered, [log(entry)]], (r) =>
    reweigh(r, priorityNow(r, r.config, world.network), now),
  );
  return andThen(weighed, (r) => (kind === 'step_down' ? stepDown(r, world, now) : takeOver(r, world, now)));
}

/** What the router then is, the election says. */
export function liftOrder(router: RouterState, world: World, how: 'undone' | 'expired', now: Instant): Step {
  if (router.order === null) return [router, []];
  const entry = vrrpLog.orderLifted({ instance: router.config.name, order: router.order.kind, how });
  const free: RouterState = { ...router, order: null };
  return andThen([free, [log(entry)]], (r) => reweigh(r, priorityNow(r, r.config, world.network), now));
}

function stepDown(router: RouterState, world: World, now: Instant): Step {
  const { phase } = router;
  if (phase.kind === 'backup') return giveUpAdoption(router, phase, world, now);
  return stepAside(router, world, { kind: 'ordered_down' }, now);
}

/** The present master hears at once that it is outranked. While none is known the deadline decides as ever. */
function takeOver(router: RouterState, world: World, now: Instant): Step {
  const { phase } = router;
  if (phase.kind !== 'backup' || phase.master === null) return [router, []];
  const { priority, address } = phase.master;
  const rank = router.effectivePriority - priority || compareIp(phase.source, address);
  if (rank <= 0) return [router, []];
  const reason = { kind: 'ordered_up' } as const;
  // the group's step makes all members master once each of them wishes it
  if (world.groups.has(router.config.name)) {
    return [{ ...router, phase: { ...phase, takeover: reason, wantsMaster: true } }, []];
  }
  return becomeMaster(router, world, { source: phase.source, reason }, now);
}
