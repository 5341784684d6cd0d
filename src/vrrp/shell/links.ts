/** The links of the kernel by index and by name, and the translation of kernel events into the core's words.
 *  The core knows links by name; an index is needed only here, to talk back to the kernel. */
import type { Log } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { IfIndex, InterfaceName } from '../../base/units.ts';
import type { AddressState, LinkState, NetEvent, NetState } from '../../ports/net-kernel.ts';
import type { VrrpEvent } from '../core/events.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { type AddressFact, addressKey, type LinkFact } from '../core/network.ts';
import { ADDRESS_PROTOCOL } from './interpret.ts';

export interface LinkTable {
  readonly byName: ReadonlyMap<InterfaceName, LinkState>;
  /** Takes the whole state over; the facts for the core. */
  replace(state: NetState): {
    readonly links: readonly LinkFact[];
    readonly addresses: readonly AddressFact[];
  };
  /** Takes one event over. Addresses of unknown links are left out: the link's own event will bring a resync. */
  translate(event: NetEvent): readonly VrrpEvent[];
}

export function linkTable(): LinkTable {
  const byIndex = new Map<IfIndex, LinkState>();
  const byName = new Map<InterfaceName, LinkState>();

  function learn(link: LinkState): readonly VrrpEvent[] {
    const before = byIndex.get(link.index);
    const renamed = before !== undefined && before.name !== link.name;
    if (renamed) byName.delete(before.name);
    byIndex.set(link.index, link);
    byName.set(link.name, link);
    const changed: VrrpEvent = { kind: 'link_changed', link: factOf(link) };
    return renamed ? [{ kind: 'link_vanished', interface: before.name }, changed] : [changed];
  }

  function forget(index: IfIndex): readonly VrrpEvent[] {
    const link = byIndex.get(index);
    if (link === undefined) return [];
    byIndex.delete(index);
    // a link of the same name may have been made already
    if (byName.get(link.name)?.index !== index) return [];
    byName.delete(link.name);
    return [{ kind: 'link_vanished', interface: link.name }];
  }

  function addressFact(state: AddressState): AddressFact | null {
    const link = byIndex.get(state.ifIndex);
    if (link === undefined) return null;
    const { address, prefixLength, protocol, detection } = state;
    const ours = protocol === null ? null : protocol === ADDRESS_PROTOCOL;
    return { interface: link.name, address, prefixLength, ours, detection };
  }

  function replace(state: NetState): ReturnType<LinkTable['replace']> {
    byIndex.clear();
    byName.clear();
    for (const link of state.links.values()) learn(link);
    const addresses = state.addresses.map(addressFact).filter((fact) => fact !== null);
    return { links: [...byIndex.values()].map(factOf), addresses };
  }

  function translate(event: NetEvent): readonly VrrpEvent[] {
    switch (event.kind) {
      case 'link_changed':
        return learn(event.link);
      case 'link_removed':
        return forget(event.index);
      case 'address_added': {
        const fact = addressFact(event.address);
        return fact === null ? [] : [{ kind: 'address_appeared', address: fact }];
      }
      case 'address_removed': {
        const fact = addressFact(event.address);
        return fact === null ? [] : [{ kind: 'address_vanished', ...fact }];
      }
      case 'resynced':
        return [{ kind: 'network_reread', ...replace(event.state) }];
      default:
        return exhaustive(event);
    }
  }

  return { byName, replace, translate };
}

const factOf = (link: LinkState): LinkFact => ({
  name: link.name,
  up: link.up && link.running,
  switchedOn: link.up,
  multicast: link.multicast,
  announces: !link.noArp && !link.loopback && link.mac !== null,
  mtu: link.mtu,
});

/** -a: what came or went, whoever did it. */
export function tellAddresses(events: readonly VrrpEvent[], log: Log): void {
  for (const event of events) {
    if (event.kind === 'address_appeared')
      log(vrrpShellLog.addressMonitored({ address: addressKey(event.address), how: 'added' }));
    if (event.kind === 'address_vanished')
      log(vrrpShellLog.addressMonitored({ address: addressKey(event), how: 'deleted' }));
  }
}
