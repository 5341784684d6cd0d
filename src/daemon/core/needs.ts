/** What a configuration asks of the daemon: which children it needs, and which addresses, routes and rules its vrrp child
 *  may hold. */
import type { InterfaceName } from '../../base/units.ts';
import type { BfdVerdicts } from '../../bfd/core/node.ts';
import type { Config } from '../../config/model/config.ts';
import type { RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import { interestIn, placed } from '../../net/core/placing.ts';
import { planAddresses } from '../../net/core/plan.ts';
import type { Refusal } from '../../net/core/refusal.ts';
import { planRouting } from '../../net/core/routing.ts';
import type { AddressState, LinkState, NetOperation, NetState } from '../../ports/net-kernel.ts';
import type { RoutingInterest, RoutingOperation, RoutingState } from '../../ports/routing-kernel.ts';
import { refusalOf } from '../../vrrp/core/refusal.ts';
import type { ChildName } from '../ipc.ts';

/** -P and -C limit the daemon to one of its halves, -B leaves BFD out. */
export interface Halves {
  readonly vrrp: boolean;
  readonly checkers: boolean;
  readonly bfd: boolean;
  /** --all: also those that have nothing to do */
  readonly idle: boolean;
}

export function childrenFor(config: Config, halves: Halves): readonly ChildName[] {
  const children: ChildName[] = [];
  // sync daemons that follow no instance are the checkers' (behaviour.md section 17)
  const checks = config.virtualServers.length > 0 || config.global.lvs.syncDaemon?.instance === null;
  if (halves.checkers && (halves.idle || checks)) children.push('checkers');
  const { addresses, routes, rules } = config.statics;
  const work = [config.vrrpInstances, addresses, routes, rules].some(({ length }) => length > 0);
  if (halves.vrrp && (halves.idle || work)) children.push('vrrp');
  if (halves.bfd && (halves.idle || config.bfdInstances.length > 0)) children.push('bfd');
  return children;
}

/** What is known of the sessions that a configuration has. */
export const verdictsFor = ({ bfdInstances }: Config, known: BfdVerdicts): BfdVerdicts =>
  Object.fromEntries(Object.entries(known).filter(([name]) => bfdInstances.some((one) => one.name === name)));

/** Every virtual address that a vrrp child working under one of these models may have put on an interface. */
export const addressesAtRisk = (models: readonly Config[]): readonly VirtualAddress[] =>
  models.flatMap((model) =>
    model.vrrpInstances.flatMap((instance) => [...instance.virtualAddresses, ...instance.excludedAddresses]),
  );

/** Removes from the kernel what a dead child left: a crash may cost a failover, never a duplicate address. */
export function planRelease(atRisk: readonly VirtualAddress[], actual: NetState): readonly NetOperation[] {
  const release = actual.addresses.filter((present) =>
    atRisk.some((wanted) => isSameAddress(wanted, present, actual)),
  );
  return planAddresses({ hold: [], release }, actual);
}

const isSameAddress = (wanted: VirtualAddress, present: AddressState, actual: NetState): boolean =>
  wanted.address === present.address &&
  wanted.prefixLength === present.prefixLength &&
  actual.links.get(present.ifIndex)?.name === wanted.interface;

/** Every virtual route and rule likewise. Static ones stay: they are nobody else's, and the next child adopts them. */
export const routingAtRisk = (models: readonly Config[]): readonly RoutingEntry[] =>
  models.flatMap(({ vrrpInstances }) => vrrpInstances.flatMap(({ routes, rules }) => [...routes, ...rules]));

/** Removes them from the kernel: rules first, then routes (behaviour.md section 4.6). */
export function planRoutingRelease(
  atRisk: readonly RoutingEntry[],
  actual: RoutingState,
  links: NetState['links'],
): readonly RoutingOperation[] {
  const byName = linksByName(links);
  const release = atRisk.map((entry) => placed(entry, byName)).filter((wish) => wish !== null);
  return planRouting({ hold: [], release }, actual);
}

/** What its packet filter may refuse. */
export const refusalsAtRisk = (models: readonly Config[]): readonly Refusal[] =>
  models
    .map(({ vrrpInstances, global }) => refusalOf(vrrpInstances, global.vrrp))
    .filter(({ addresses }) => addresses.length > 0);

/** What has to be read for that. */
export const routingInterest = (atRisk: readonly RoutingEntry[], links: NetState['links']): RoutingInterest =>
  interestIn(atRisk, linksByName(links));

const linksByName = (links: NetState['links']): ReadonlyMap<InterfaceName, LinkState> =>
  new Map([...links.values()].map((link) => [link.name, link]));
