/** What a configuration asks of the daemon: which children it needs, and which addresses its vrrp child may hold. */
import type { Config } from '../../config/model/config.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import { planAddresses } from '../../net/core/plan.ts';
import type { AddressState, NetOperation, NetState } from '../../ports/net-kernel.ts';
import type { ChildName } from '../ipc.ts';

/** -P and -C limit the daemon to one of its halves. */
export interface Halves {
  readonly vrrp: boolean;
  readonly checkers: boolean;
}

export function childrenFor(config: Config, halves: Halves): readonly ChildName[] {
  const children: ChildName[] = [];
  if (halves.checkers && config.virtualServers.length > 0) children.push('checkers');
  if (halves.vrrp && config.vrrpInstances.length > 0) children.push('vrrp');
  return children;
}

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
