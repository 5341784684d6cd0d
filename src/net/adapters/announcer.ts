/** Announcements on one link through a packet socket that receives nothing: gratuitous ARP for IPv4,
 *  unsolicited neighbour advertisements for IPv6 (behaviour.md section 8). */
import { readFileSync } from 'node:fs';
import { isIpv4 } from '../../base/ip.ts';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { elapsed, type IfIndex, type Instant, seconds } from '../../base/units.ts';
import { AF, SO, SOCK, SOL_SOCKET } from '../../native/constants.ts';
import { openDatagramSocket } from '../../native/datagram-socket.ts';
import { interfaceNameOf } from '../../native/process-knobs.ts';
import { packetSockaddr } from '../../native/sockaddr.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Announcer, PacketPort } from '../../ports/packets.ts';
import { gratuitousArpFrame } from '../wire/arp.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { neighbourAdvertisementFrame } from '../wire/neighbour-advertisement.ts';

/** Room for a burst for 2,000 addresses. The kernel doubles it. */
const SEND_BUFFER_BYTES = 2 * 1024 * 1024;
/** The forwarding setting is read again after this time. */
const FORWARDING_MAX_AGE = seconds(5);

export function openAnnouncer(
  clock: Clock,
  link: Parameters<PacketPort['openAnnouncer']>[0],
): Result<Announcer, SystemError> {
  const purpose = `packet socket for interface ${link.ifIndex}`;
  const opened = openDatagramSocket({ domain: AF.PACKET, type: SOCK.RAW, protocol: 0 }, purpose);
  if (!opened.ok) return opened;
  const socket = opened.value;
  socket.setOption(SOL_SOCKET, SO.SNDBUFFORCE, SEND_BUFFER_BYTES);
  const forwarding = forwardingReader(clock, link.ifIndex);
  const toArp = packetSockaddr(link.ifIndex, ETHERTYPE.ARP);
  const toIpv6 = packetSockaddr(link.ifIndex, ETHERTYPE.IPV6);
  return ok({
    announce: (address) => {
      if (isIpv4(address)) return socket.send({ parts: [gratuitousArpFrame(link.mac, address)], to: toArp });
      const frame = neighbourAdvertisementFrame({ address, mac: link.mac, router: forwarding() });
      return socket.send({ parts: [frame], to: toIpv6 });
    },
    close: () => socket.close(),
  });
}

/** Whether the kernel forwards IPv6 from this interface, which is what the Router flag tells (RFC 4861
 *  §4.4). */
function forwardingReader(clock: Clock, index: IfIndex): () => boolean {
  let known: { readonly value: boolean; readonly at: Instant } | null = null;
  return () => {
    const now = clock.now();
    if (known === null || elapsed(known.at, now) >= FORWARDING_MAX_AGE) {
      known = { value: readForwarding(index), at: now };
    }
    return known.value;
  };
}

function readForwarding(index: IfIndex): boolean {
  const name = interfaceNameOf(index);
  if (!name.ok) return false;
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${name.value}/forwarding`, 'latin1').trim() !== '0';
  } catch {
    // no IPv6 in this kernel or on this interface: then it does not forward it either
    return false;
  }
}
