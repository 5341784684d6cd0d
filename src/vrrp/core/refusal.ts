/** Which addresses a configuration refuses packets for (behaviour.md section 8.2; RFC 9568 §6.4.2, §6.4.3: only the owner of
 *  an address, or a router in accept mode, takes what is sent to it).
 *
 *  keepalived refuses while it is master. Here an address is refused as long as its instance is configured: where the
 *  address is not, nothing can arrive for it, and so a takeover needs no write and leaves no moment between address and
 *  refusal. */
import type { VrrpGlobals } from '../../config/model/global.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { Refusal } from '../../net/core/refusal.ts';
import { allAddresses } from './effects.ts';

export function refusalOf(instances: readonly VrrpInstance[], { firewall }: VrrpGlobals): Refusal {
  const { table: name, priority, counters } = firewall;
  const addresses = instances
    .filter(({ accept }) => !accept)
    .flatMap((instance) =>
      allAddresses(instance)
        // the own address of an ipvlan is no virtual one: adverts come from it
        .filter(({ address }) => address !== instance.sourceAddress)
        .map(({ address, interface: on }) => ({ address, interface: on })),
    );
  return { name, priority, counters, addresses };
}
