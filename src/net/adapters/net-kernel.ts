/** Links and addresses of the real kernel over rtnetlink: one socket for requests, one more for each
 *  subscriber. */
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { NETLINK } from '../../native/constants.ts';
import type { NetEvent, NetKernel, NetOperation, NetState } from '../../ports/net-kernel.ts';
import { decodeDatagram, type NetlinkMessage, NLM_F } from '../netlink/message.ts';
import type { NetlinkRequest, NetlinkSession } from '../netlink/session.ts';
import {
  ADDRESS_GROUPS,
  decodeAddress,
  encodeAddressDump,
  encodeAddressToAdd,
  encodeAddressToRemove,
  RTM_ADDRESS,
} from '../rtnl/address.ts';
import { decodeLink, encodeLinkDump, LINK_GROUP, RTM_LINK } from '../rtnl/link.ts';
import { openNetlinkSession, openNetlinkSocket } from './netlink-socket.ts';
import { readAll } from './read-all.ts';

/** Datagrams read before the loop gets another turn; the rest wakes us again. */
const DATAGRAMS_PER_WAKE_MAX = 256;

export function createNetKernel(): Result<NetKernel, SystemError> {
  const opened = openNetlinkSession(NETLINK.ROUTE);
  if (!opened.ok) return opened;
  const session = opened.value;
  return ok({
    snapshot: () => readState(session),
    apply: (operations) => session.batch(operations.map(requestOf)),
    subscribe: (listener) => subscribe(session, listener),
  });
}

function readState(session: NetlinkSession): Result<NetState, SystemError> {
  const links = readAll(session, { type: RTM_LINK.GET, body: encodeLinkDump() }, 'links', decodeLink);
  if (!links.ok) return links;
  const dump = { type: RTM_ADDRESS.GET, body: encodeAddressDump() };
  const addresses = readAll(session, dump, 'addresses', decodeAddress);
  if (!addresses.ok) return addresses;
  return ok({ links: new Map(links.value.map((link) => [link.index, link])), addresses: addresses.value });
}

function requestOf(operation: NetOperation): NetlinkRequest {
  const { address } = operation;
  const where = `${address.address}/${address.prefixLength}`;
  if (operation.kind === 'remove_address') {
    const attempted = (): string => `remove ${where} from interface ${address.ifIndex}`;
    return { type: RTM_ADDRESS.DEL, body: encodeAddressToRemove(address), attempted };
  }
  return {
    type: RTM_ADDRESS.NEW,
    flags: NLM_F.CREATE | NLM_F.EXCL,
    body: encodeAddressToAdd(address),
    attempted: () => `add ${where} to interface ${address.ifIndex}`,
  };
}

function subscribe(
  session: NetlinkSession,
  listener: (event: NetEvent) => void,
): Result<() => void, SystemError> {
  const opened = openNetlinkSocket(NETLINK.ROUTE, LINK_GROUP | ADDRESS_GROUPS);
  if (!opened.ok) return opened;
  const socket = opened.value;
  let subscribed = true;
  let doubt: 'overrun' | 'garbled' | null = null;
  const read = (): void => {
    const { datagrams, error, drained } = socket.receive(DATAGRAMS_PER_WAKE_MAX);
    if (error !== null) doubt ??= 'overrun';
    for (const datagram of datagrams) {
      // what was queued before a loss is older than the state that will be read again
      if (doubt !== null) break;
      const { events, garbled } = decodeNotifications(datagram);
      for (const event of events) if (subscribed) listener(event);
      if (garbled) doubt = 'garbled';
    }
    if (doubt === null || !drained || !subscribed) return;
    const state = readState(session);
    if (!state.ok) return;
    const cause = doubt;
    doubt = null;
    listener({ kind: 'resynced', cause, state: state.value });
  };
  const watched = socket.watch(read);
  if (!watched.ok) {
    socket.close();
    return watched;
  }
  return ok(() => {
    subscribed = false;
    socket.close();
  });
}

/** The events of one datagram, and whether something in it about links or addresses could not be understood. */
export function decodeNotifications(bytes: Uint8Array): {
  readonly events: readonly NetEvent[];
  readonly garbled: boolean;
} {
  const { messages, truncated } = decodeDatagram(bytes);
  const decoded = messages.map(eventOf);
  return {
    events: decoded.flatMap((event) => (event === null || event === 'garbled' ? [] : [event])),
    garbled: truncated || decoded.includes('garbled'),
  };
}

/** Null for messages about other things. */
function eventOf(message: NetlinkMessage): NetEvent | 'garbled' | null {
  if (message.type === RTM_LINK.NEW || message.type === RTM_LINK.DEL) {
    const link = decodeLink(message.body);
    if (!link.ok) return 'garbled';
    if (link.value === null) return null;
    if (message.type === RTM_LINK.NEW) return { kind: 'link_changed', link: link.value };
    return { kind: 'link_removed', index: link.value.index, name: link.value.name };
  }
  if (message.type !== RTM_ADDRESS.NEW && message.type !== RTM_ADDRESS.DEL) return null;
  const address = decodeAddress(message.body);
  if (!address.ok) return 'garbled';
  if (address.value === null) return null;
  const kind = message.type === RTM_ADDRESS.NEW ? 'address_added' : 'address_removed';
  return { kind, address: address.value };
}
