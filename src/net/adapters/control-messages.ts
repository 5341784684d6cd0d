/** The structures that socket options and control messages of raw IP sockets carry, in native byte order. */
import { type IpAddress, ipBytes } from '../../base/ip.ts';
import type { IfIndex } from '../../base/units.ts';
import type { ControlMessage } from '../../native/addon.ts';
import { IPPROTO, IPV6, SO, SOL_SOCKET } from '../../native/constants.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';

/** linux/in.h struct ip_mreqn: group, address, interface index. */
export const groupRequest = (group: IpAddress, index: IfIndex): Uint8Array =>
  new NetlinkWriter(12).bytes(ipBytes(group)).u32(0).u32(index).finish();

/** linux/in6.h struct ipv6_mreq: group, interface index. */
export const groupRequest6 = (group: IpAddress, index: IfIndex): Uint8Array =>
  new NetlinkWriter(20).bytes(ipBytes(group)).u32(index).finish();

/** linux/ipv6.h struct in6_pktinfo as an order: send from this address through this interface. */
export const packetInfo6 = (source: Uint8Array, index: IfIndex): ControlMessage => ({
  level: IPPROTO.IPV6,
  type: IPV6.PKTINFO,
  data: new NetlinkWriter(20).bytes(source).u32(index).finish(),
});

/** linux/in6.h IPV6_HOPLIMIT as an order: a C int. */
export const hopLimit6 = (hops: number): ControlMessage => ({
  level: IPPROTO.IPV6,
  type: IPV6.HOPLIMIT,
  data: new NetlinkWriter(4).u32(hops).finish(),
});

/** The payload of the control message of this level and type; null when it is missing or shorter than
 *  `size`. */
export function controlData(
  control: readonly ControlMessage[],
  level: number,
  type: number,
  size: number,
): Uint8Array | null {
  const found = control.find((c) => c.level === level && c.type === type);
  return found !== undefined && found.data.length >= size ? found.data : null;
}

/** A C int or u32 in a control message. */
export function controlInt(control: readonly ControlMessage[], level: number, type: number): number | null {
  const data = controlData(control, level, type, 4);
  return data === null ? null : new NetlinkView(data).u32(0);
}

/** SCM_TIMESTAMPNS: struct timespec of CLOCK_REALTIME, two longs of 64 bits, as microseconds. */
export function kernelTimestampMicros(control: readonly ControlMessage[]): number | null {
  const data = controlData(control, SOL_SOCKET, SO.TIMESTAMPNS, 16);
  if (data === null) return null;
  const view = new NetlinkView(data);
  return Number(view.u64(0)) * 1e6 + Math.floor(Number(view.u64(8)) / 1000);
}
