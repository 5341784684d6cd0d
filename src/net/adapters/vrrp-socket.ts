/** One raw socket for IP protocol 112, or 51 where an authentication header is before the advert, bound to one interface: unbound, it would get a copy of every advert
 *  of the host. IPv4 headers are our own (IP_HDRINCL), so source, id and DF are as keepalived sends them; for
 *  IPv6 the kernel writes the header and control messages carry the source. */
import { type IpAddress, ipBytes, isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { ControlMessage, NativeMessage } from '../../native/addon.ts';
import { AF, IP, IPPROTO, IPV6, SO, SOCK, SOL_SOCKET } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';
import { ipSockaddr } from '../../native/sockaddr.ts';
import type { Clock } from '../../ports/clock.ts';
import type { VrrpPacket, VrrpSocket, VrrpSocketOptions } from '../../ports/packets.ts';
import { encodeIpv4Header } from '../wire/ipv4.ts';
import { controlInt, groupRequest, groupRequest6, hopLimit6, packetInfo6 } from './control-messages.ts';
import { decodeIpv4Packet, decodeIpv6Packet, receiveTimes } from './received-packet.ts';

const UNICAST_TTL = 255; // keepalived's default over IPv4
const MULTICAST_TTL = 255; // RFC 9568 §5.1.1.3
const INTERNETWORK_CONTROL = 0xc0; // TOS of adverts, as keepalived sends them
const PRIORITY_INTERNETWORK_CONTROL = 6; // SO_PRIORITY that goes with it

const protocolOf = ({ protocol }: VrrpSocketOptions): number =>
  protocol === 'ah' ? IPPROTO.AH : IPPROTO.VRRP;

type SetOption = readonly [level: number, name: number, value: number | Uint8Array];

export function openVrrpSocket(
  clock: Clock,
  options: VrrpSocketOptions,
  onReadable: () => void,
): Result<VrrpSocket, SystemError> {
  const domain = options.family === 'inet' ? AF.INET : AF.INET6;
  const purpose = `VRRP socket on ${options.interface}`;
  const opened = openDatagramSocket({ domain, type: SOCK.RAW, protocol: protocolOf(options) }, purpose);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const ready = prepare(socket, options, onReadable);
  if (!ready.ok) {
    socket.close();
    return ready;
  }
  return ok(vrrpSocket(clock, socket, options));
}

function prepare(
  socket: DatagramSocket,
  options: VrrpSocketOptions,
  onReadable: () => void,
): Result<void, SystemError> {
  const family = options.family === 'inet' ? ipv4Options(options) : ipv6Options(options);
  for (const [level, name, value] of [...commonOptions(options), ...family]) {
    const set = socket.setOption(level, name, value);
    if (!set.ok) return set;
  }
  if (options.receiveBuffer !== null) widen(socket, options.receiveBuffer);
  return socket.watch(onReadable);
}

/** Beyond net.core.rmem_max where that is allowed; a refusal leaves the usual one. */
function widen(socket: DatagramSocket, octets: number): void {
  const forced = socket.setOption(SOL_SOCKET, SO.RCVBUFFORCE, octets);
  if (!forced.ok) socket.setOption(SOL_SOCKET, SO.RCVBUF, octets);
}

const commonOptions = (options: VrrpSocketOptions): readonly SetOption[] => [
  [SOL_SOCKET, SO.BINDTODEVICE, Buffer.from(`${options.interface}\0`)],
  [SOL_SOCKET, SO.TIMESTAMPNS, 1],
  [SOL_SOCKET, SO.RXQ_OVFL, 1],
];

function ipv4Options({ ifIndex, group }: VrrpSocketOptions): readonly SetOption[] {
  const always: SetOption[] = [
    [IPPROTO.IP, IP.HDRINCL, 1],
    [IPPROTO.IP, IP.MULTICAST_LOOP, 0],
    // only what this socket joined, not what any other socket of the host did
    [IPPROTO.IP, IP.MULTICAST_ALL, 0],
    [SOL_SOCKET, SO.PRIORITY, PRIORITY_INTERNETWORK_CONTROL],
  ];
  if (group === null) return always;
  return [
    ...always,
    [IPPROTO.IP, IP.ADD_MEMBERSHIP, groupRequest(group, ifIndex)],
    [IPPROTO.IP, IP.MULTICAST_IF, groupRequest(group, ifIndex)],
  ];
}

function ipv6Options({ ifIndex, group }: VrrpSocketOptions): readonly SetOption[] {
  const always: SetOption[] = [
    [IPPROTO.IPV6, IPV6.RECVPKTINFO, 1],
    [IPPROTO.IPV6, IPV6.RECVHOPLIMIT, 1],
    [IPPROTO.IPV6, IPV6.MULTICAST_HOPS, MULTICAST_TTL],
    [IPPROTO.IPV6, IPV6.MULTICAST_LOOP, 0],
    [IPPROTO.IPV6, IPV6.MULTICAST_ALL, 0],
    [IPPROTO.IPV6, IPV6.TCLASS, INTERNETWORK_CONTROL],
    // a configured source is used whether or not the interface has it, as over IPv4
    [IPPROTO.IPV6, IPV6.FREEBIND, 1],
    [SOL_SOCKET, SO.PRIORITY, PRIORITY_INTERNETWORK_CONTROL],
  ];
  if (group === null) return always;
  return [
    ...always,
    [IPPROTO.IPV6, IPV6.ADD_MEMBERSHIP, groupRequest6(group, ifIndex)],
    [IPPROTO.IPV6, IPV6.MULTICAST_IF, ifIndex],
  ];
}

function vrrpSocket(clock: Clock, socket: DatagramSocket, options: VrrpSocketOptions): VrrpSocket {
  const times = receiveTimes(clock);
  const decode = options.family === 'inet' ? decodeIpv4Packet : decodeIpv6Packet;
  let malformed = 0;
  let overflowed = 0;
  const packetOf = (message: NativeMessage): VrrpPacket | null => {
    overflowed = controlInt(message.control, SOL_SOCKET, SO.RXQ_OVFL) ?? overflowed;
    const packet = message.truncated ? null : decode(message);
    if (packet === null) malformed++;
    return packet === null ? null : { ...packet, receivedAt: times.of(message) };
  };
  return {
    send: ({ source, destination, payload, id, ttl }) => {
      if (isIpv4(source) !== isIpv4(destination)) return err(mixedFamilies(source, destination));
      if (isIpv4(source) && isIpv4(destination)) {
        const common = {
          tos: INTERNETWORK_CONTROL,
          ttl: ttl ?? UNICAST_TTL,
          protocol: protocolOf(options),
          id,
        };
        const header = encodeIpv4Header({ ...common, source, destination }, payload.length);
        return socket.send({ parts: [header, payload], to: ipSockaddr(destination) });
      }
      const control: ControlMessage[] = [packetInfo6(ipBytes(source), options.ifIndex)];
      if (ttl !== null) control.push(hopLimit6(ttl));
      return socket.send({ parts: [payload], to: ipSockaddr(destination, 0, options.ifIndex), control });
    },
    drain: (limit) => {
      const { messages } = socket.receive(limit);
      if (messages.length > 0) times.look();
      return messages.map(packetOf).filter((packet) => packet !== null);
    },
    get dropped() {
      return malformed + overflowed;
    },
    close: () => socket.close(),
  };
}

const mixedFamilies = (source: IpAddress, destination: IpAddress): SystemError => ({
  code: 'EAFNOSUPPORT',
  attempted: `send an advert from ${source} to ${destination}`,
  detail: 'the addresses are of different families',
});
