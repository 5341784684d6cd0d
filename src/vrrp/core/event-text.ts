/** An event in a phrase, for traces of a replay. */
import { exhaustive } from '../../base/never.ts';
import { resultText } from '../../track/core/script.ts';
import { decodeAdvert } from '../wire/advert.ts';
import type { VrrpEvent } from './events.ts';

export function eventText(event: VrrpEvent): string {
  switch (event.kind) {
    case 'started':
      return `started with ${event.config.instances.map(({ name }) => name).join(', ')}`;
    case 'config_changed':
      return `a new configuration with ${event.config.instances.map(({ name }) => name).join(', ')}`;
    case 'packet_received':
      return packetText(event);
    case 'deadline_reached':
      return 'a deadline';
    case 'link_changed':
      return `${event.link.name} is ${event.link.up ? 'up' : 'down'}`;
    case 'link_vanished':
      return `${event.interface} is gone`;
    case 'address_appeared':
      return `${event.address.address}/${event.address.prefixLength} appeared on ${event.address.interface}`;
    case 'address_vanished':
      return `${event.address}/${event.prefixLength} vanished from ${event.interface}`;
    case 'network_reread':
      return 'links and addresses were read anew';
    case 'addresses_restored':
      return `${event.addresses.length} addresses are back`;
    case 'addresses_refused':
      return `${event.addresses.length} addresses were refused: ${event.detail}`;
    case 'routing_read':
      return `${event.present.length} routes and rules are there`;
    case 'routing_restored':
      return `${event.entries.length} routes and rules are back`;
    case 'routing_refused':
      return `${event.entries.length} routes and rules were refused: ${event.detail}`;
    case 'transport_broke':
      return `no socket on ${event.interface}: ${event.detail}`;
    case 'transport_opened':
      return `a socket on ${event.interface}`;
    case 'program_finished':
      return `${event.tracker}: ${resultText(event.result)}`;
    case 'file_read':
      return `${event.tracker}: ${event.content === null ? 'no such file' : JSON.stringify(event.content)}`;
    case 'processes_counted':
      return `${event.tracker}: ${event.count} processes`;
    case 'woke_late':
      return `woken ${event.late} us late`;
    case 'address_probed':
      return `a probe for ${event.instance}: ${event.claims.length} answers`;
    case 'order_given':
      return `an order for ${event.name}: ${event.wish === null ? 'undo' : event.wish.kind}`;
    case 'counters_reset':
      return 'counters set to zero';
    case 'stop_requested':
      return event.release ? 'a stop' : 'a stop that leaves the addresses';
    default:
      return exhaustive(event);
  }
}

function packetText({
  packet,
  interface: name,
  family,
}: Extract<VrrpEvent, { kind: 'packet_received' }>): string {
  const advert = decodeAdvert(packet.payload, family);
  const from = `from ${packet.source} on ${name}`;
  if (!advert.ok) return `a packet of ${packet.payload.length} octets ${from}`;
  return `advert ${from}: VRID ${advert.value.vrid}, priority ${advert.value.priority}`;
}
