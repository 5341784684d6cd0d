/** The kernel's links and addresses as a value, and how notifications change it. */
import { ipBytes } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import type { AddressState, NetEvent, NetState } from '../../ports/net-kernel.ts';

export const EMPTY_NET_STATE: NetState = { links: new Map(), addresses: [] };

/** Identity of an address to the kernel: the same address may be on one interface with several prefix
 *  lengths. */
export const addressKey = (a: Pick<AddressState, 'ifIndex' | 'address' | 'prefixLength'>): string =>
  `${a.ifIndex} ${a.address}/${a.prefixLength}`;

/** The state after an event. Hearing twice of what is there already changes nothing, so a snapshot and the
 *  events around it may overlap. A link takes its addresses with it, whether or not the kernel says so one by
 *  one. */
export function applyEvent(state: NetState, event: NetEvent): NetState {
  switch (event.kind) {
    case 'link_changed':
      return { ...state, links: new Map(state.links).set(event.link.index, event.link) };
    case 'link_removed': {
      const links = new Map(state.links);
      links.delete(event.index);
      return { links, addresses: state.addresses.filter((a) => a.ifIndex !== event.index) };
    }
    case 'address_added':
      return { ...state, addresses: [...without(state, event.address), event.address] };
    case 'address_removed':
      return { ...state, addresses: without(state, event.address) };
    case 'resynced':
      return event.state;
    default:
      return exhaustive(event);
  }
}

/** Whether two have one key. */
export const sameAddress = (a: AddressState, b: AddressState): boolean =>
  a.ifIndex === b.ifIndex && a.prefixLength === b.prefixLength && a.address === b.address;

export const without = (state: NetState, address: AddressState): readonly AddressState[] =>
  state.addresses.filter((a) => !sameAddress(a, address));

/** The subnet of an address on its interface: addresses with one key share a primary in IPv4. */
export function subnetKey({ ifIndex, address, prefixLength }: AddressState): string {
  const network = ipBytes(address).map((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return byte & (0xff00 >> bits);
  });
  return `${ifIndex} ${network.join('.')}/${prefixLength}`;
}
