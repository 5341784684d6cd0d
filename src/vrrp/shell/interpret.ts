/** Carries out the core's orders, in their order. Whatever a port answers comes back as an event, never as a call into
 *  the core. */

import type { Log } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import type { LinkState, NetKernel, NetOperation } from '../../ports/net-kernel.ts';
import type { Watchers } from '../../track/shell/watchers.ts';
import type { GroupTransition, Transition, VrrpAction } from '../core/actions.ts';
import type { VrrpEvent } from '../core/events.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { addressKey } from '../core/network.ts';
import type { VrrpNews } from '../core/news.ts';
import type { RoutingTable } from './routing-table.ts';
import type { AdvertOrder, Sealer } from './sealer.ts';
import type { SocketTable } from './sockets.ts';
import type { VirtualLinks } from './virtual-links.ts';

export interface Effects {
  readonly sockets: SocketTable;
  readonly net: NetKernel;
  readonly routing: RoutingTable;
  readonly virtualLinks: VirtualLinks;
  readonly sealer: Sealer;
  /** milliseconds since 1970 */
  readonly wall: () => number;
  readonly log: Log;
  readonly links: ReadonlyMap<InterfaceName, LinkState>;
  readonly watchers: Watchers;
  readonly onTransition: (transition: Transition) => void;
  readonly onNews: (news: VrrpNews) => void;
  readonly onGroupTransition: (transition: GroupTransition) => void;
  /** a failure to send on an interface, or null when it works again: logged by the owner when it changes */
  readonly onSent: (name: InterfaceName, error: SystemError | null) => void;
}

/** IFA_PROTO of keepalived's addresses (linux/if_addr.h), so that both recognise what the other left behind. */
export const ADDRESS_PROTOCOL = 18;

export function interpret(action: VrrpAction, effects: Effects): readonly VrrpEvent[] {
  switch (action.kind) {
    case 'send_advert':
      sendAdvert(action, effects);
      return [];
    case 'add_addresses':
      return addAddresses(action, effects).refused;
    case 'restore_addresses': {
      const { added, refused } = addAddresses(action, effects);
      const restored: VrrpEvent = { kind: 'addresses_restored', router: action.router, addresses: added };
      return added.length > 0 ? [restored, ...refused] : refused;
    }
    case 'remove_addresses':
      removeAddresses(action.addresses, effects);
      return [];
    case 'switch_links':
      effects.virtualLinks.switch(action.links, action.up, effects.links);
      return [];
    case 'add_routing':
      return addRouting(action, effects).refused;
    case 'restore_routing': {
      const { added, refused } = addRouting(action, effects);
      const restored: VrrpEvent = { kind: 'routing_restored', router: action.router, entries: added };
      return added.length > 0 ? [restored, ...refused] : refused;
    }
    case 'remove_routing':
      effects.routing.remove(action.entries);
      return [];
    case 'announce_address': {
      const announcer = effects.sockets.announcer(action.interface);
      const sent = announcer?.announce(action.address);
      if (sent !== undefined && !sent.ok) {
        const detail = systemErrorText(sent.error);
        effects.log(vrrpShellLog.announceFailed({ interface: action.interface, detail }));
      }
      return [];
    }
    case 'publish_transition':
      effects.onTransition(action.transition);
      return [];
    case 'publish_news':
      effects.onNews(action.news);
      return [];
    case 'publish_group_transition':
      effects.onGroupTransition(action.transition);
      return [];
    case 'run_program':
    case 'end_program':
      effects.watchers.carryOut(action);
      return [];
    case 'write_log':
      effects.log(action.entry);
      return [];
    default:
      return exhaustive(action);
  }
}

function addRouting(
  { router, entries }: { readonly router: string; readonly entries: readonly RoutingEntry[] },
  { routing }: Effects,
): { readonly added: readonly RoutingEntry[]; readonly refused: readonly VrrpEvent[] } {
  const { added, refused } = routing.add(entries);
  const events = refused.map(
    ({ entry, detail }): VrrpEvent => ({ kind: 'routing_refused', router, entries: [entry], detail }),
  );
  return { added, refused: events };
}

const NO_KEY: SystemError = {
  code: 'ENOKEY',
  attempted: 'seal an advert',
  detail: 'the active key of auth_hmac is not there',
};

function sendAdvert(order: AdvertOrder, effects: Effects): void {
  const { source, destination, ttl } = order;
  const socket = effects.sockets.find(order);
  if (socket === null) return;
  const sealed = effects.sealer.seal(order, effects.wall());
  if (sealed === null) {
    effects.onSent(order.interface, NO_KEY);
    return;
  }
  const sent = socket.send({ source, destination, ttl, ...sealed });
  effects.onSent(order.interface, sent.ok ? null : sent.error);
}

interface Addition {
  readonly added: readonly VirtualAddress[];
  readonly refused: readonly VrrpEvent[];
}

/** EEXIST is success without a change. ENODEV means that the link is just going: its own event will follow. */
function addAddresses(
  { router, addresses }: { readonly router: string; readonly addresses: readonly VirtualAddress[] },
  effects: Effects,
): Addition {
  const added: VirtualAddress[] = [];
  const refused: VrrpEvent[] = [];
  for (const { address, error } of applyEach('add_address', addresses, effects)) {
    if (error === null) added.push(address);
    else if (error.code !== 'EEXIST' && error.code !== 'ENODEV') {
      refused.push({
        kind: 'addresses_refused',
        router,
        addresses: [address],
        detail: systemErrorText(error),
      });
    }
  }
  return { added, refused };
}

/** What is gone already, alone or with its link, needs no removal. */
function removeAddresses(addresses: readonly VirtualAddress[], effects: Effects): void {
  for (const { address, error } of applyEach('remove_address', addresses, effects)) {
    if (error === null || error.code === 'EADDRNOTAVAIL' || error.code === 'ENODEV') continue;
    const detail = systemErrorText(error);
    effects.log(vrrpShellLog.removeFailed({ address: addressKey(address), detail }));
  }
}

function applyEach(
  kind: NetOperation['kind'],
  addresses: readonly VirtualAddress[],
  { net, links }: Effects,
): readonly { readonly address: VirtualAddress; readonly error: SystemError | null }[] {
  const placed = addresses.flatMap((address) => {
    const link = links.get(address.interface);
    return link === undefined ? [] : [{ address, operation: { kind, address: stateOf(address, link) } }];
  });
  const answers = net.apply(placed.map(({ operation }) => operation));
  return placed.map(({ address }, i) => ({ address, error: answers[i] ?? null }));
}

const stateOf = (address: VirtualAddress, link: LinkState): NetOperation['address'] => ({
  ifIndex: link.index,
  address: address.address,
  prefixLength: address.prefixLength,
  label: address.label,
  scope: address.scope,
  broadcast: address.broadcast,
  protocol: ADDRESS_PROTOCOL,
  secondary: false,
  traits: address.traits,
  detection: 'over',
});
