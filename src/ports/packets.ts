/** VRRP packets and gratuitous ARP / neighbour advertisements on one interface. */
import type { Family, IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex, Instant, InterfaceName } from '../base/units.ts';

export interface VrrpPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
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

export interface VrrpSocketOptions {
  readonly interface: InterfaceName;
  readonly ifIndex: IfIndex;
  readonly family: Family;
  /** multicast group to join and send to; null for unicast */
  readonly group: IpAddress | null;
}

export interface VrrpSocket {
  /** TTL 255 and TOS 0xc0 unless told otherwise; multicast loop is off. Never blocks. */
  send(advert: {
    readonly source: IpAddress;
    readonly destination: IpAddress;
    readonly payload: Uint8Array;
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
