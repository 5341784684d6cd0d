/** VRRP and announcement packets on real interfaces. */
import type { Clock } from '../../ports/clock.ts';
import type { PacketPort } from '../../ports/packets.ts';
import { openAnnouncer } from './announcer.ts';
import { openVrrpSocket } from './vrrp-socket.ts';

export const createPacketPort = (clock: Clock): PacketPort => ({
  openVrrp: (options, onReadable) => openVrrpSocket(clock, options, onReadable),
  openAnnouncer: (link) => openAnnouncer(clock, link),
});
