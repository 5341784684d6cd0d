/** UDP datagrams of BFD (RFC 5881 §4, RFC 5883 §4): one socket per session to send from, one per family and port to hear. */
import type { Family, IpAddress } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { Instant } from '../base/units.ts';
import type { BfdDatagram } from '../bfd/core/node.ts';

export interface BfdArrival {
  readonly datagram: BfdDatagram;
  /** kernel receive time on the clock of `Clock.now` */
  readonly receivedAt: Instant;
}

export interface BfdReceiver {
  /** What is there now, at most `limit` datagrams, oldest first. Empty = nothing waits. Never blocks, never throws. */
  drain(limit: number): readonly BfdArrival[];
  /** datagrams that found no room in the socket since it was opened */
  readonly dropped: number;
  close(): void;
}

export interface BfdSender {
  /** Never blocks. */
  send(payload: Uint8Array): Result<void, SystemError>;
  close(): void;
}

/** What a session's datagrams have in common. */
export interface BfdPath {
  readonly neighbour: IpAddress;
  /** null = the kernel chooses */
  readonly source: IpAddress | null;
  /** TTL or hop limit */
  readonly ttl: number;
  readonly multihop: boolean;
}

export interface BfdPort {
  /** `onReadable` is called once per wake-up while datagrams wait; the owner then drains. */
  openReceiver(
    what: { readonly family: Family; readonly multihop: boolean },
    onReadable: () => void,
  ): Result<BfdReceiver, SystemError>;
  openSender(path: BfdPath): Result<BfdSender, SystemError>;
}
