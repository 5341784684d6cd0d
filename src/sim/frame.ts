/** What travels on the simulated segment. */
import type { IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { VrrpProtocol } from '../ports/packets.ts';

export interface Ethernet {
  readonly from: MacAddress;
  /** null: to everybody, or to a group */
  readonly to: MacAddress | null;
}

export interface VrrpFrame extends Ethernet {
  readonly kind: 'vrrp';
  readonly protocol: VrrpProtocol;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly payload: Uint8Array;
  readonly id: number;
  readonly ttl: number | null;
}

/** A gratuitous ARP or an unsolicited neighbour advertisement: the address lives where the frame comes from. */
export interface AnnouncementFrame extends Ethernet {
  readonly kind: 'announcement';
  readonly address: IpAddress;
}

export type Frame = VrrpFrame | AnnouncementFrame;
