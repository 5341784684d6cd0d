/** TCP sockets for checkers with `fwmark` or `bind_if`, which Node itself cannot make: opened and marked here, then given
 *  to Node as a descriptor. */
import { isIpv4 } from '../../base/ip.ts';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { CheckTarget } from '../../config/model/lvs.ts';
import { AF, SO, SOCK, SOL_SOCKET } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';

/** Errors: those of `markSocket`. The descriptor belongs to the caller. */
export function openMarkedSocket(target: CheckTarget): Result<number, SystemError> {
  const { address } = target;
  const domain = isIpv4(address) ? AF.INET : AF.INET6;
  const opened = openDatagramSocket({ domain, type: SOCK.STREAM, protocol: 0 }, `socket to check ${address}`);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const marked = markSocket(socket, target);
  if (marked.ok) return socket.release();
  socket.close();
  return marked;
}

/** `fwmark` and `bind_if` of the target. Errors: ENODEV for a missing interface, EPERM without CAP_NET_ADMIN (mark) or
 *  CAP_NET_RAW (interface). */
export function markSocket(
  socket: DatagramSocket,
  { fwmark, bindInterface }: Pick<CheckTarget, 'fwmark' | 'bindInterface'>,
): Result<void, SystemError> {
  const marked = fwmark === null ? ok(undefined) : socket.setOption(SOL_SOCKET, SO.MARK, fwmark | 0);
  if (!marked.ok || bindInterface === null) return marked;
  return socket.setOption(SOL_SOCKET, SO.BINDTODEVICE, Buffer.from(`${bindInterface}\0`));
}
