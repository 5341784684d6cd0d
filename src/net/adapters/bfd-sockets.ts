/** The UDP sockets of BFD. A session sends from a port of its own that it keeps, in the range that the RFC wants; what
 *  comes is heard on one socket per family and port, with the TTL and the own address that each datagram came with. */
import { randomInt } from 'node:crypto';
import { brand } from '../../base/brand.ts';
import { type Family, familyOf, type IpAddress, type Ipv4, type Ipv6, ipFromBytes } from '../../base/ip.ts';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { NativeMessage } from '../../native/addon.ts';
import { AF, IP, IPPROTO, IPV6, SO, SOCK, SOL_SOCKET } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';
import { ipFromSockaddr, ipSockaddr } from '../../native/sockaddr.ts';
import type { BfdArrival, BfdPath, BfdPort, BfdReceiver, BfdSender } from '../../ports/bfd-packets.ts';
import type { Clock } from '../../ports/clock.ts';
import { controlData, controlInt } from './control-messages.ts';
import { receiveTimes } from './received-packet.ts';

type SetOption = readonly [level: number, name: number, value: number];
type What = Parameters<BfdPort['openReceiver']>[0];

/** RFC 5881 §4, RFC 5883 §4 */
const portOf = (multihop: boolean): number => (multihop ? 4784 : 3784);
/** RFC 5881 §4 */
const SOURCE_PORT_MIN = 49_152;
const SOURCE_PORT_MAX = 65_535;
/** Ports tried before a session goes without a socket for a while; each is free unless somebody else has it. */
const PORT_ATTEMPTS_MAX = 64;
const INTERNETWORK_CONTROL = 0xc0; // TOS, as of adverts
const PRIORITY_INTERNETWORK_CONTROL = 6; // SO_PRIORITY that goes with it

const DOMAIN: Readonly<Record<Family, number>> = { inet: AF.INET, inet6: AF.INET6 };
const ANY: Readonly<Record<Family, IpAddress>> = { inet: brand<Ipv4>('0.0.0.0'), inet6: brand<Ipv6>('::') };

export const createBfdPort = (clock: Clock): BfdPort => ({
  openReceiver: (what, onReadable) => openReceiver(clock, what, onReadable),
  openSender,
});

function openReceiver(clock: Clock, what: What, onReadable: () => void): Result<BfdReceiver, SystemError> {
  const port = portOf(what.multihop);
  const opened = openUdp(what.family, `BFD socket on port ${port}`, [
    [SOL_SOCKET, SO.TIMESTAMPNS, 1],
    [SOL_SOCKET, SO.RXQ_OVFL, 1],
    ...HEARD[what.family],
  ]);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const bound = socket.bind(ipSockaddr(ANY[what.family], port));
  const ready = bound.ok ? socket.watch(onReadable) : bound;
  if (ready.ok) return ok(receiver(clock, socket, what));
  socket.close();
  return ready;
}

const HEARD: Readonly<Record<Family, readonly SetOption[]>> = {
  inet: [
    [IPPROTO.IP, IP.RECVTTL, 1],
    [IPPROTO.IP, IP.PKTINFO, 1],
  ],
  inet6: [
    [IPPROTO.IPV6, IPV6.V6ONLY, 1],
    [IPPROTO.IPV6, IPV6.RECVPKTINFO, 1],
    [IPPROTO.IPV6, IPV6.RECVHOPLIMIT, 1],
  ],
};

function receiver(clock: Clock, socket: DatagramSocket, { family, multihop }: What): BfdReceiver {
  const times = receiveTimes(clock);
  let overflowed = 0;
  const arrivalOf = (message: NativeMessage): BfdArrival | null => {
    overflowed = controlInt(message.control, SOL_SOCKET, SO.RXQ_OVFL) ?? overflowed;
    const source = ipFromSockaddr(message.from);
    if (source === null) return null;
    const datagram = { source, multihop, payload: message.data, ...CIRCUMSTANCES[family](message) };
    return { datagram, receivedAt: times.of(message) };
  };
  return {
    drain: (limit) => {
      const { messages } = socket.receive(limit);
      if (messages.length > 0) times.look();
      return messages.map(arrivalOf).filter((arrival) => arrival !== null);
    },
    get dropped() {
      return overflowed;
    },
    close: () => socket.close(),
  };
}

interface Circumstances {
  readonly destination: IpAddress | null;
  readonly ttl: number | null;
}

/** linux/in.h struct in_pktinfo: interface, local address, destination; linux/in6.h struct in6_pktinfo: destination first. */
const CIRCUMSTANCES: Readonly<Record<Family, (message: NativeMessage) => Circumstances>> = {
  inet: ({ control }) => ({
    destination: addressIn(controlData(control, IPPROTO.IP, IP.PKTINFO, 12), 8, 12),
    ttl: controlInt(control, IPPROTO.IP, IP.TTL),
  }),
  inet6: ({ control }) => ({
    destination: addressIn(controlData(control, IPPROTO.IPV6, IPV6.PKTINFO, 20), 0, 16),
    ttl: controlInt(control, IPPROTO.IPV6, IPV6.HOPLIMIT),
  }),
};

const addressIn = (info: Uint8Array | null, from: number, to: number): IpAddress | null =>
  info === null ? null : ipFromBytes(info.subarray(from, to));

function openSender({ neighbour, source, ttl, multihop }: BfdPath): Result<BfdSender, SystemError> {
  const family = familyOf(neighbour);
  const opened = openUdp(family, `BFD socket to ${neighbour}`, [
    [SOL_SOCKET, SO.PRIORITY, PRIORITY_INTERNETWORK_CONTROL],
    ...(family === 'inet' ? sentOverIpv4(ttl) : sentOverIpv6(ttl)),
  ]);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const bound = bindToFreePort(socket, source ?? ANY[family]);
  if (!bound.ok) {
    socket.close();
    return bound;
  }
  const to = ipSockaddr(neighbour, portOf(multihop));
  return ok({ send: (payload) => socket.send({ parts: [payload], to }), close: () => socket.close() });
}

const sentOverIpv4 = (ttl: number): readonly SetOption[] => [
  [IPPROTO.IP, IP.TTL, ttl],
  [IPPROTO.IP, IP.TOS, INTERNETWORK_CONTROL],
];
const sentOverIpv6 = (hops: number): readonly SetOption[] => [
  [IPPROTO.IPV6, IPV6.UNICAST_HOPS, hops],
  [IPPROTO.IPV6, IPV6.TCLASS, INTERNETWORK_CONTROL],
];

function bindToFreePort(socket: DatagramSocket, source: IpAddress): Result<void, SystemError> {
  let bound = socket.bind(ipSockaddr(source, anyPort()));
  for (let i = 1; i < PORT_ATTEMPTS_MAX && !bound.ok && bound.error.code === 'EADDRINUSE'; i++) {
    bound = socket.bind(ipSockaddr(source, anyPort()));
  }
  return bound;
}

const anyPort = (): number => randomInt(SOURCE_PORT_MIN, SOURCE_PORT_MAX + 1);

function openUdp(
  family: Family,
  purpose: string,
  options: readonly SetOption[],
): Result<DatagramSocket, SystemError> {
  const opened = openDatagramSocket({ domain: DOMAIN[family], type: SOCK.DGRAM, protocol: 0 }, purpose);
  if (!opened.ok) return opened;
  for (const [level, name, value] of options) {
    const set = opened.value.setOption(level, name, value);
    if (set.ok) continue;
    opened.value.close();
    return set;
  }
  return opened;
}
