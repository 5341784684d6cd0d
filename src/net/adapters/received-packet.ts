/** From what a raw socket received to a VRRP packet: addresses, TTL, lengths, and the time of arrival. */
import { ipFromBytes } from '../../base/ip.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { NativeMessage } from '../../native/addon.ts';
import { IPPROTO, IPV6 } from '../../native/constants.ts';
import { realTimeMicros } from '../../native/process-knobs.ts';
import { ipFromSockaddr } from '../../native/sockaddr.ts';
import type { Clock } from '../../ports/clock.ts';
import type { VrrpPacket } from '../../ports/packets.ts';
import { decodeIpv4Header } from '../wire/ipv4.ts';
import { controlData, controlInt, kernelTimestampMicros } from './control-messages.ts';

type Decoded = Omit<VrrpPacket, 'receivedAt'>;
type Raw = Pick<NativeMessage, 'data' | 'from' | 'control'>;

/** IPv4 raw sockets deliver the header. */
export function decodeIpv4Packet({ data }: Raw): Decoded | null {
  const header = decodeIpv4Header(data);
  if (header === null) return null;
  return {
    source: header.source,
    destination: header.destination,
    id: header.id,
    ttl: header.ttl,
    announcedLength: Math.max(0, header.totalLength - header.headerLength),
    payload: data.subarray(header.headerLength),
  };
}

/** IPv6 raw sockets deliver the payload; destination and hop limit come beside it. */
export function decodeIpv6Packet({ data, from, control }: Raw): Decoded | null {
  const source = ipFromSockaddr(from);
  const info = controlData(control, IPPROTO.IPV6, IPV6.PKTINFO, 20);
  const destination = info === null ? null : ipFromBytes(info.subarray(0, 16));
  if (source === null || destination === null) return null;
  const ttl = controlInt(control, IPPROTO.IPV6, IPV6.HOPLIMIT);
  return { source, destination, id: null, ttl, announcedLength: data.length, payload: data };
}

/** A wall clock that moved by more than this against the other between two looks was set, not disciplined. */
const STEP_MICROS = 50_000;

/** Two looks at the clocks further apart than this were interrupted in between, and are taken again. */
const LOOK_MICROS_MAX = 50;
const LOOKS_MAX = 3;

export interface ReceiveTimes {
  /** Compares the two clocks; to be called before the messages of one drain are asked for. */
  look(): void;
  /** The kernel's receive time on the scale of `Clock.now`, never later than the last look. */
  of(message: Pick<NativeMessage, 'control'>): Instant;
}

/** The kernel stamps packets with the wall clock, which may be set at any time. Where it was set since the
 *  last look, a stamp's age means nothing and the packet counts as received now. */
export function receiveTimes(clock: Pick<Clock, 'now'>, wallMicros = realTimeMicros): ReceiveTimes {
  // The wall clock first: an interruption between the two then makes a stamp look younger, never older than it is, so
  // that no backup counts its master's silence from before the advert.
  const compare = (looks = 1): { now: Instant; offset: number } => {
    const wall = wallMicros();
    const now = clock.now();
    const interrupted = wallMicros() - wall > LOOK_MICROS_MAX;
    return interrupted && looks < LOOKS_MAX ? compare(looks + 1) : { now, offset: wall - now };
  };
  let last = compare();
  let stepped = false;
  // packets come in order, and none before the socket was opened
  let latest = last.now;
  return {
    look: () => {
      const current = compare();
      stepped = Math.abs(current.offset - last.offset) > STEP_MICROS;
      last = current;
    },
    of: ({ control }) => {
      const stamp = kernelTimestampMicros(control);
      const at = stamp === null || stepped ? last.now : instant(Math.min(last.now, stamp - last.offset));
      latest = instant(Math.max(latest, at));
      return latest;
    },
  };
}
