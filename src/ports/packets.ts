/** VRRP packets and gratuitous ARP / neighbour advertisements on one interface. */
import type { Family, IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex, Instant, InterfaceName } from '../base/units.ts';

export interface VrrpPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** identification of the IPv4 header; null over IPv6 */
  readonly id: number | null;
  /** TTL or hop limit as received; null when the kernel did not tell */
  readonly ttl: number | null;
  /** IPv4 total length field minus header length; equals `payload.length` for IPv6. May be less than
   *  `payload.length` (Ethernet padding) or more (a liar): the receive checks decide. */
  readonly announcedLength: number;
  /** everything behind the IP header; a copy that belongs to the receiver */
  readonly payload: Uint8Array;
  /** kernel receive time on the clock of `Clock.now` */
  readonly receivedAt: Instant;
}

/** IP protocol 112, or 51, the authentication header with a VRRP message behind it. */
export type VrrpProtocol = 'vrrp' | 'ah';

export interface VrrpSocketOptions {
  readonly interface: InterfaceName;
  readonly ifIndex: IfIndex;
  readonly family: Family;
  readonly protocol: VrrpProtocol;
  /** multicast group to join and send to; null for unicast */
  readonly group: IpAddress | null;
  /** octets of the receive buffer; null = the kernel's usual one */
  readonly receiveBuffer: number | null;
}

export interface VrrpSocket {
  /** TOS 0xc0; multicast loop is off. Never blocks. */
  send(advert: {
    readonly source: IpAddress;
    readonly destination: IpAddress;
    readonly payload: Uint8Array;
    /** identification of the IPv4 header, 1..65535; the kernel chooses over IPv6 */
    readonly id: number;
    /** TTL or hop limit; null = the kernel's usual one (over IPv4 255) */
    readonly ttl: number | null;
  }): Result<void, SystemError>;
  /** What is there now, at most `limit` packets, oldest first. Empty = nothing waits. Never blocks, never throws. */
  drain(limit: number): readonly VrrpPacket[];
  /** packets the kernel or the IP decoder dropped on this socket since it was opened */
  readonly dropped: number;
  close(): void;
}

export interface PacketPort {
  /** `onReadable` is called once per wake-up while packets wait; the owner then drains. */
  openVrrp(options: VrrpSocketOptions, onReadable: () => void): Result<VrrpSocket, SystemError>;
  openAnnouncer(link: {
    readonly ifIndex: IfIndex;
    readonly mac: MacAddress;
  }): Result<Announcer, SystemError>;
}

/** Tells neighbours where an address lives now: gratuitous ARP for IPv4, unsolicited NA for IPv6. */
export interface Announcer {
  announce(address: IpAddress): Result<void, SystemError>;
  close(): void;
}
