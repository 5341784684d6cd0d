/** The packet filter of the real kernel: nf_tables over netlink. */
import type { Family } from '../../base/ip.ts';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { NETLINK } from '../../native/constants.ts';
import type { Firewall, FirewallOrder } from '../../ports/firewall.ts';
import { decodeAttributes } from '../netlink/attributes.ts';
import { decodeDatagram, type NetlinkMessage } from '../netlink/message.ts';
import type { NetlinkSession } from '../netlink/session.ts';
import { askForTable, brackets, encodeOrder, NFGEN_SIZE, NFT, TABLE } from '../nftables/messages.ts';
import { openNetlinkSession, openNetlinkSocket } from './netlink-socket.ts';

/** RTMGRP-style mask of NFNLGRP_NFTABLES (linux/netfilter/nfnetlink.h). */
const NOTIFICATIONS = 1 << (7 - 1);
const DATAGRAMS_PER_READ = 64;
/** Reads of notifications after one wake-up; what is left wakes again. */
const READS_MAX = 16;
const FAMILIES: readonly Family[] = ['inet', 'inet6'];
const REMOVALS: ReadonlySet<number> = new Set([
  NFT.DEL_TABLE,
  NFT.DEL_CHAIN,
  NFT.DEL_RULE,
  NFT.DEL_SET,
  NFT.DEL_ELEMENTS,
]);

type Listener =
  ReturnType<typeof openNetlinkSocket> extends Result<infer Socket, SystemError> ? Socket : never;

/** Opened when it is first needed: most configurations refuse nothing. */
export function createFirewall(): Firewall {
  let opened: Result<NetlinkSession, SystemError> | null = null;
  /** the sockets of `watch` */
  const listeners = new Set<Listener>();
  const session = (): Result<NetlinkSession, SystemError> => {
    if (opened === null || !opened.ok) opened = openNetlinkSession(NETLINK.NETFILTER);
    return opened;
  };
  return {
    apply(orders) {
      const open = session();
      if (!open.ok) return open.error;
      const error = open.value.transaction(brackets(attemptedBy(orders)), orders.flatMap(encodeOrder));
      // the kernel has told of it before it answered: what waits now is our own
      for (const listener of listeners) removalsIn(listener);
      return error;
    },
    present(name) {
      const open = session();
      return open.ok ? FAMILIES.filter((family) => open.value.request(askForTable({ name, family })).ok) : [];
    },
    watch(name, onRemoved) {
      const socket = openNetlinkSocket(NETLINK.NETFILTER, NOTIFICATIONS);
      if (!socket.ok) return socket;
      const watched = socket.value.watch(() => {
        if (removalsIn(socket.value).includes(name)) onRemoved();
      });
      if (!watched.ok) {
        socket.value.close();
        return watched;
      }
      listeners.add(socket.value);
      return ok(() => {
        listeners.delete(socket.value);
        socket.value.close();
      });
    },
  };
}

const attemptedBy = (orders: readonly FirewallOrder[]) => (): string =>
  `change nf_tables table ${orders[0]?.table.name ?? ''}`;

/** Names of the tables from which the waiting notifications say that something was removed. */
function removalsIn(listener: Listener): readonly string[] {
  const names: string[] = [];
  for (let read = 0; read < READS_MAX; read++) {
    const { datagrams, drained } = listener.receive(DATAGRAMS_PER_READ);
    for (const datagram of datagrams)
      for (const message of decodeDatagram(datagram).messages) names.push(...tableRemovedFrom(message));
    if (drained) break;
  }
  return names;
}

function tableRemovedFrom({ type, body }: NetlinkMessage): readonly string[] {
  if (!REMOVALS.has(type)) return [];
  const decoded = decodeAttributes(TABLE, body, NFGEN_SIZE);
  return decoded.ok ? [decoded.value.table] : [];
}
