/** TCP sockets for checkers with `fwmark` or `bind_if`, which Node itself cannot make: opened and marked here, then given
 *  to Node as a descriptor. */
import { isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { CheckTarget } from '../../config/model/lvs.ts';
import { AF, SO, SOCK, SOL_SOCKET } from '../../native/constants.ts';
import { openDatagramSocket } from '../../native/datagram-socket.ts';

/** Errors: ENODEV for a missing interface, EPERM without CAP_NET_ADMIN (mark) or CAP_NET_RAW (interface). The descriptor
 *  belongs to the caller. */
export function openMarkedSocket({
  address,
  fwmark,
  bindInterface,
}: CheckTarget): Result<number, SystemError> {
  const domain = isIpv4(address) ? AF.INET : AF.INET6;
  const opened = openDatagramSocket({ domain, type: SOCK.STREAM, protocol: 0 }, `socket to check ${address}`);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const settings = [
    fwmark === null ? ok(undefined) : socket.setOption(SOL_SOCKET, SO.MARK, fwmark | 0),
    bindInterface === null
      ? ok(undefined)
      : socket.setOption(SOL_SOCKET, SO.BINDTODEVICE, Buffer.from(`${bindInterface}\0`)),
  ];
  const refused = settings.find((setting) => !setting.ok);
  if (refused === undefined || refused.ok) return socket.release();
  socket.close();
  return err(refused.error);
}
