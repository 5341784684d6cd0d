/** The interfaces made for a router (use_vmac, use_ipvlan): on while it is master, off otherwise. What is off sends nothing
 *  and takes nothing, so a backup neither emits from the virtual MAC nor accepts what is sent to it (RFC 9568 §6.4.2),
 *  whatever else runs on the machine. */
import type { InterfaceName } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { RouterAction } from './actions.ts';
import type { Network } from './network.ts';
import type { FaultCause } from './state.ts';

export const switchLinks = (
  { virtualLinks }: Pick<VrrpInstance, 'virtualLinks'>,
  up: boolean,
): readonly RouterAction[] =>
  virtualLinks.length === 0
    ? []
    : [{ kind: 'switch_links', links: virtualLinks.map(({ name }) => name), up }];

/** Of a master, that somebody switched off. */
export const isSwitchedOff = ({ virtualLinks }: VrrpInstance, network: Network): boolean =>
  virtualLinks.some(({ name }) => network.links.get(name)?.up === false);

/** They must exist; off is how they should be. */
export const missingLinks = ({ virtualLinks }: VrrpInstance, network: Network): readonly FaultCause[] =>
  virtualLinks
    .filter(({ name }) => !network.links.has(name))
    .map(({ name }) => ({ kind: 'interface_missing', interface: name }));

/** Where adverts of others arrive. While the VMAC is on, the kernel gives it what comes from its own MAC, such as the adverts
 *  of another master, and its parent never sees them; while it is off, the parent gets everything. */
export function hearsOn({ interface: name, advertInterface }: VrrpInstance, network: Network): InterfaceName {
  const isOn = advertInterface !== name && (network.links.get(advertInterface)?.up ?? false);
  return isOn ? advertInterface : name;
}
