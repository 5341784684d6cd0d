/** Socket addresses as the kernel's bytes. Family and netlink numbers are in native order, ports and
 *  protocols in network order, as the headers have them. */
import { type IpAddress, ipBytes, ipFromBytes, isIpv4 } from '../base/ip.ts';
import { type MacAddress, macBytes } from '../base/mac.ts';
import type { IfIndex } from '../base/units.ts';
import { AF } from './constants.ts';

/** netinet/in.h: sockaddr_in (16 bytes) or sockaddr_in6 (28 bytes). `scope` is the interface of a link-local
 *  IPv6 address, 0 otherwise. */
export function ipSockaddr(address: IpAddress, port = 0, scope = 0): Uint8Array {
  const bytes = Buffer.alloc(isIpv4(address) ? 16 : 28);
  writeNative16(bytes, 0, isIpv4(address) ? AF.INET : AF.INET6);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ipBytes(address), isIpv4(address) ? 4 : 8);
  if (!isIpv4(address)) writeNative32(bytes, 24, scope);
  return bytes;
}

/** The address in a sockaddr_in or sockaddr_in6; null for anything else. */
export function ipFromSockaddr(bytes: Uint8Array): IpAddress | null {
  if (bytes.length >= 16 && readNative16(bytes, 0) === AF.INET) return ipFromBytes(bytes.subarray(4, 8));
  if (bytes.length >= 28 && readNative16(bytes, 0) === AF.INET6) return ipFromBytes(bytes.subarray(8, 24));
  return null;
}

/** linux/if_packet.h: sockaddr_ll, 20 bytes. `protocol` is an ETH_P number. */
export function packetSockaddr(
  ifIndex: IfIndex,
  protocol: number,
  destination: MacAddress | null = null,
): Uint8Array {
  const bytes = Buffer.alloc(20);
  writeNative16(bytes, 0, AF.PACKET);
  bytes.writeUInt16BE(protocol, 2);
  writeNative32(bytes, 4, ifIndex);
  if (destination !== null) {
    bytes.writeUInt8(6, 11);
    bytes.set(macBytes(destination), 12);
  }
  return bytes;
}

/** linux/netlink.h: sockaddr_nl, 12 bytes. Port 0 is the kernel, or at bind "the kernel chooses"; `groups` is
 *  the bit mask of the first 32 multicast groups. */
export function netlinkSockaddr(groups = 0): Uint8Array {
  const bytes = Buffer.alloc(12);
  writeNative16(bytes, 0, AF.NETLINK);
  writeNative32(bytes, 8, groups);
  return bytes;
}

/** The port number of a sockaddr_nl: 0 for a message from the kernel; null for anything else. */
export const netlinkPort = (bytes: Uint8Array): number | null =>
  bytes.length >= 12 && readNative16(bytes, 0) === AF.NETLINK ? readNative32(bytes, 4) : null;

/** linux/un.h: sockaddr_un. A leading `@` means the abstract name space, as sd_notify(3) writes it. Null when
 *  the path is empty or longer than the 107 bytes that fit. */
export function unixSockaddr(path: string): Uint8Array | null {
  const name = Buffer.from(path);
  if (name.length === 0 || name.length > 107) return null;
  const abstract = name[0] === 0x40;
  const bytes = Buffer.alloc(2 + name.length + (abstract ? 0 : 1));
  writeNative16(bytes, 0, AF.UNIX);
  bytes.set(name, 2);
  if (abstract) bytes[2] = 0;
  return bytes;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const writeNative16 = (bytes: Uint8Array, at: number, value: number): void =>
  viewOf(bytes).setUint16(at, value, LITTLE_ENDIAN);
const writeNative32 = (bytes: Uint8Array, at: number, value: number): void =>
  viewOf(bytes).setUint32(at, value, LITTLE_ENDIAN);
const readNative16 = (bytes: Uint8Array, at: number): number => viewOf(bytes).getUint16(at, LITTLE_ENDIAN);
const readNative32 = (bytes: Uint8Array, at: number): number => viewOf(bytes).getUint32(at, LITTLE_ENDIAN);
