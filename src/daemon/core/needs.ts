/** What a configuration asks of the daemon: which children it needs, and which addresses its vrrp child may hold. */
import type { Config } from '../../config/model/config.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
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
  return actual.addresses
    .filter((present) => atRisk.some((wanted) => isSameAddress(wanted, present, actual)))
    .map((address) => ({ kind: 'remove_address', address }));
}

function isSameAddress(wanted: VirtualAddress, present: AddressState, actual: NetState): boolean {
  return (
    wanted.address === present.address &&
    wanted.prefixLength === present.prefixLength &&
    actual.links.get(present.ifIndex)?.name === wanted.interface
  );
}
