/** The datagram sockets of UDP_CHECK, DNS_CHECK and PING_CHECK: opened, marked, tied to an interface and bound. */
import { type IpAddress, isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { interfaceName } from '../../base/units.ts';
import type { CheckTarget } from '../../config/model/lvs.ts';
import { AF, IP, IPPROTO, IPV6, SOCK } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';
import { interfaceIndex } from '../../native/process-knobs.ts';
import { ipSockaddr } from '../../native/sockaddr.ts';
import type { OpenedDatagram } from '../probes/datagram-exchange.ts';
import { markSocket } from './marked-socket.ts';

/** Errors: those of `markSocket`, EADDRNOTAVAIL and EADDRINUSE from the bind, EPERM for ICMP without CAP_NET_RAW where
 *  net.ipv4.ping_group_range excludes this process. */
export function openProbeSocket(
  target: CheckTarget,
  protocol: 'udp' | 'icmp',
): Result<OpenedDatagram, SystemError> {
  const scope = scopeOf(target);
  if (!scope.ok) return scope;
  const opened = protocol === 'udp' ? openUdp(target.address) : openIcmp(target.address);
  if (!opened.ok) return opened;
  const { socket } = opened.value;
  const ready = prepare(socket, target, scope.value);
  // ICMP has no ports; a ping socket would take one for its identifier
  const port = protocol === 'udp' ? target.port : 0;
  if (ready.ok) return ok({ ...opened.value, peer: ipSockaddr(target.address, port, scope.value) });
  socket.close();
  return ready;
}

type Opened = Result<Pick<OpenedDatagram, 'socket' | 'raw'>, SystemError>;

function openUdp(address: IpAddress): Opened {
  const domain = isIpv4(address) ? AF.INET : AF.INET6;
  return opened(
    openDatagramSocket({ domain, type: SOCK.DGRAM, protocol: 0 }, `socket to check ${address}`),
    false,
  );
}

/** A ping socket (icmp(7)) gets only its own answers; where it is not allowed, a raw one gets the host's. */
function openIcmp(address: IpAddress): Opened {
  const [domain, protocol] = isIpv4(address) ? [AF.INET, IPPROTO.ICMP] : [AF.INET6, IPPROTO.ICMPV6];
  const purpose = `socket to ping ${address}`;
  const ping = openDatagramSocket({ domain, type: SOCK.DGRAM, protocol }, purpose);
  if (ping.ok || ping.error.code !== 'EACCES') return opened(ping, false);
  return opened(openDatagramSocket({ domain, type: SOCK.RAW, protocol }, purpose), true);
}

const opened = (socket: Result<DatagramSocket, SystemError>, raw: boolean): Opened =>
  socket.ok ? ok({ socket: socket.value, raw }) : socket;

function prepare(socket: DatagramSocket, target: CheckTarget, scope: number): Result<void, SystemError> {
  const marked = markSocket(socket, target);
  if (!marked.ok) return marked;
  // also the errors that the kernel would keep to itself: host and network unreachable (ip(7))
  const heard = isIpv4(target.address)
    ? socket.setOption(IPPROTO.IP, IP.RECVERR, 1)
    : socket.setOption(IPPROTO.IPV6, IPV6.RECVERR, 1);
  if (!heard.ok || target.bindAddress === null) return heard;
  return socket.bind(ipSockaddr(target.bindAddress, target.bindPort ?? 0, scope));
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/.test(address);

/** The interface's number where the address means nothing without it. */
function scopeOf({ address, bindInterface }: CheckTarget): Result<number, SystemError> {
  if (bindInterface === null || !isLinkLocal(address)) return ok(0);
  const index = interfaceIndex(interfaceName(bindInterface));
  return index.ok ? index : err(index.error);
}
