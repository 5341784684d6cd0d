/** Netlink sockets of the real kernel: one for requests, one for notifications. */
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { AF, NETLINK_OPTION, SO, SOCK, SOL_NETLINK, SOL_SOCKET } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';
import { systemError } from '../../native/errno.ts';
import { insideNamespace, isInNamespace, namespacePath } from '../../native/network-namespace.ts';
import { netlinkPort, netlinkSockaddr } from '../../native/sockaddr.ts';
import { type NetlinkSession, type NetlinkSocket, netlinkSession } from '../netlink/session.ts';

/** Room for the answers to one full chunk if every message fails (about 1 kB of kernel memory each), and for
 *  2,000 address notifications while the loop is busy. The kernel doubles it. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;

/** A session for requests; `protocol` is a NETLINK number of native/constants.ts. `strict` makes the kernel filter dumps
 *  by what the request says (since Linux 4.20). */
export function openNetlinkSession(
  protocol: number,
  options: { readonly strict: boolean } = { strict: false },
): Result<NetlinkSession, SystemError> {
  const socket = openNetlinkSocket(protocol, 0, options);
  return socket.ok ? ok(netlinkSession(socket.value)) : socket;
}

/** A socket that also gets notifications: `groups` is a mask of RTMGRP bits. */
export function openNetlinkSocket(
  protocol: number,
  groups: number,
  options: { readonly strict: boolean } = { strict: false },
): Result<NetlinkSocket & Pick<DatagramSocket, 'watch'>, SystemError> {
  const opened = openDatagramSocket({ domain: AF.NETLINK, type: SOCK.RAW, protocol }, 'netlink socket');
  if (!opened.ok) return opened;
  const socket = opened.value;
  const bound = socket.bind(netlinkSockaddr(groups));
  if (!bound.ok) {
    socket.close();
    return bound;
  }
  tune(socket);
  if (options.strict) socket.setOption(SOL_NETLINK, NETLINK_OPTION.GET_STRICT_CHK, 1);
  return ok({
    send: (datagram) => socket.send({ parts: [datagram], to: netlinkSockaddr() }),
    receive: (limit) => {
      const { messages, error } = socket.receive(limit);
      // any process may send to our port; only the kernel is believed
      const datagrams = messages.filter((m) => netlinkPort(m.from) === 0).map((m) => m.data);
      return { datagrams, error, drained: error === null && messages.length < limit };
    },
    explain: (errno, attempted, text) => systemError(errno, attempted, text ?? undefined),
    watch: (onReadable) => socket.watch(onReadable),
    close: () => socket.close(),
  });
}

/** The same in the machine's own network namespace, wherever this process is: some protocols are there only. */
export function openHomeNetlinkSocket(
  protocol: number,
  groups: number,
): ReturnType<typeof openNetlinkSocket> {
  const home = namespacePath(null);
  const open = (): ReturnType<typeof openNetlinkSocket> => openNetlinkSocket(protocol, groups);
  return isInNamespace(home) ? open() : insideNamespace(home, open);
}

/** Comforts that old kernels or missing rights may refuse; everything works without them. */
function tune(socket: DatagramSocket): void {
  const forced = socket.setOption(SOL_SOCKET, SO.RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
  if (!forced.ok) socket.setOption(SOL_SOCKET, SO.RCVBUF, RECEIVE_BUFFER_BYTES);
  socket.setOption(SOL_NETLINK, NETLINK_OPTION.EXT_ACK, 1);
  socket.setOption(SOL_NETLINK, NETLINK_OPTION.CAP_ACK, 1);
}
