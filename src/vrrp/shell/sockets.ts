/** The sockets of the VRRP process: one per interface, family, protocol and multicast group, and one announcer per link. They are
 *  opened when the link exists, opened anew when it comes back under another index, and closed when nobody needs them. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { Log } from '../../base/log.ts';
import type { MacAddress } from '../../base/mac.ts';
import { exhaustive } from '../../base/never.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, type IfIndex, type Instant, type InterfaceName, millis } from '../../base/units.ts';
import type { Heartbeat, VrrpAuthentication, VrrpInstance } from '../../config/model/vrrp.ts';
import type { LinkState } from '../../ports/net-kernel.ts';
import type { Announcer, PacketPort, VrrpPacket, VrrpProtocol, VrrpSocket } from '../../ports/packets.ts';
import type { VrrpEvent } from '../core/events.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { advertLength } from '../wire/advert.ts';

export interface SocketTable {
  /** Opens, re-opens and closes until the table is what the instances and links ask for; says what changed. */
  reconcile(wanted: SocketWish, now: Instant): readonly VrrpEvent[];
  /** What waits on all sockets, at most `limit` packets on each, oldest first. */
  drain(limit: number): readonly Arrival[];
  /** The socket to send to a destination: its group's own, or the unicast one. */
  find(order: {
    readonly interface: InterfaceName;
    readonly family: Family;
    readonly authentication: VrrpAuthentication;
    readonly destination: IpAddress;
  }): VrrpSocket | null;
  announcer(name: InterfaceName): Announcer | null;
  /** when a socket that could not be opened should be tried again; null = all are open */
  readonly retryAt: Instant | null;
  /** packets that the kernel dropped, closed sockets included */
  readonly dropped: number;
  closeAll(): void;
}

export interface SocketWish {
  readonly instances: readonly VrrpInstance[];
  readonly links: ReadonlyMap<InterfaceName, LinkState>;
}

export interface Arrival {
  readonly interface: InterfaceName;
  readonly family: Family;
  readonly protocol: VrrpProtocol;
  readonly packet: VrrpPacket;
}

interface Place {
  readonly interface: InterfaceName;
  readonly family: Family;
  readonly protocol: VrrpProtocol;
  readonly group: IpAddress | null;
  readonly receiveBuffer: number | null;
}

interface OpenSocket extends Place {
  readonly ifIndex: IfIndex;
  /** null: could not be opened, for the reason in `trouble` */
  readonly socket: VrrpSocket | null;
  readonly trouble: string | null;
}

interface OpenAnnouncer {
  readonly ifIndex: IfIndex;
  readonly mac: MacAddress;
  readonly announcer: Announcer;
}

/** A socket that could not be opened is tried again after this, and whenever its link changes. */
const RETRY_AFTER = millis(5_000);

export function openSockets(packets: PacketPort, log: Log, onReadable: () => void): SocketTable {
  const sockets = new Map<string, OpenSocket>();
  const announcers = new Map<InterfaceName, OpenAnnouncer>();
  let links: ReadonlyMap<InterfaceName, LinkState> = new Map();
  let retryAt: Instant | null = null;
  let droppedBefore = 0;

  function close(key: string, open: OpenSocket): void {
    droppedBefore += open.socket?.dropped ?? 0;
    open.socket?.close();
    sockets.delete(key);
  }

  function open(key: string, place: Place, link: LinkState): VrrpEvent {
    const where = { interface: place.interface, family: place.family };
    const ifIndex = link.index;
    const opened = packets.openVrrp({ ...place, ifIndex }, onReadable);
    if (opened.ok) {
      sockets.set(key, { ...place, ifIndex, socket: opened.value, trouble: null });
      return { kind: 'transport_opened', ...where };
    }
    const detail = systemErrorText(opened.error);
    const known = sockets.get(key)?.trouble === detail;
    if (!known) log(vrrpShellLog.socketFailed({ ...where, detail, hint: hintFor(opened.error) }));
    sockets.set(key, { ...place, ifIndex, socket: null, trouble: detail });
    return { kind: 'transport_broke', ...where, detail };
  }

  function closeUnwanted(wanted: ReadonlyMap<string, Place>): void {
    for (const [key, socket] of sockets) {
      const link = links.get(socket.interface);
      const place = wanted.get(key);
      const alike = place !== undefined && place.receiveBuffer === socket.receiveBuffer;
      if (!alike || link?.index !== socket.ifIndex) close(key, socket);
    }
    for (const [name, { ifIndex, mac, announcer }] of announcers) {
      const link = links.get(name);
      if (link?.index === ifIndex && link.mac === mac) continue;
      announcer.close();
      announcers.delete(name);
    }
  }

  return {
    reconcile(wish, now) {
      links = wish.links;
      const wanted = joined(wish.instances, links);
      closeUnwanted(wanted);
      const events: VrrpEvent[] = [];
      for (const [key, place] of wanted) {
        const link = links.get(place.interface);
        if (link === undefined || sockets.get(key)?.socket) continue;
        if (sockets.has(key) && retryAt !== null && now < retryAt) continue;
        events.push(open(key, place, link));
      }
      const anyBroken = [...sockets.values()].some(({ socket }) => socket === null);
      if (!anyBroken) retryAt = null;
      else if (retryAt === null || retryAt <= now) retryAt = after(now, RETRY_AFTER);
      return events;
    },

    drain(limit) {
      const arrivals: Arrival[] = [];
      for (const { socket, interface: name, family, protocol, group } of sockets.values()) {
        // where multicast and unicast share an interface, the kernel gives both sockets what is unicast
        const shared =
          group !== null && sockets.has(placeKey({ interface: name, family, protocol, group: null }));
        for (const packet of socket?.drain(limit) ?? []) {
          if (shared && packet.destination !== group) continue;
          arrivals.push({ interface: name, family, protocol, packet });
        }
      }
      return arrivals.sort((a, b) => a.packet.receivedAt - b.packet.receivedAt);
    },

    find({ interface: name, family, authentication, destination }) {
      const here = { interface: name, family, protocol: protocolOf(authentication) };
      const key = placeKey({ ...here, group: destination });
      return (sockets.get(key) ?? sockets.get(placeKey({ ...here, group: null })))?.socket ?? null;
    },

    announcer(name) {
      const link = links.get(name);
      const known = announcers.get(name);
      if (known !== undefined || link === undefined || link.mac === null) return known?.announcer ?? null;
      const opened = packets.openAnnouncer({ ifIndex: link.index, mac: link.mac });
      if (!opened.ok) {
        log(vrrpShellLog.announceFailed({ interface: name, detail: systemErrorText(opened.error) }));
        return null;
      }
      announcers.set(name, { ifIndex: link.index, mac: link.mac, announcer: opened.value });
      return opened.value;
    },

    get retryAt() {
      return retryAt;
    },

    get dropped() {
      return [...sockets.values()].reduce((sum, { socket }) => sum + (socket?.dropped ?? 0), droppedBefore);
    },

    closeAll() {
      for (const [key, socket] of sockets) close(key, socket);
      for (const { announcer } of announcers.values()) announcer.close();
      announcers.clear();
    },
  };
}

const protocolOf = ({ kind }: VrrpAuthentication): VrrpProtocol => (kind === 'ah' ? 'ah' : 'vrrp');

/** An instance with a VMAC is heard on two interfaces: see `hearsOn`. Each heartbeat has its own. */
function placesOf(instance: VrrpInstance, links: SocketWish['links']): readonly Place[] {
  const { interface: name, advertInterface, family, authentication, destination } = instance;
  const protocol = protocolOf(authentication);
  const place = (on: InterfaceName, to: VrrpInstance['destination'] | Heartbeat['destination']): Place => ({
    interface: on,
    family,
    protocol,
    group: to.kind === 'multicast' ? to.group : null,
    receiveBuffer: bufferOf(instance, links.get(on)?.mtu ?? MTU_USUAL),
  });
  return [
    ...[...new Set([name, advertInterface])].map((on) => place(on, destination)),
    ...instance.heartbeats.map((path) => place(path.interface, path.destination)),
  ];
}

/** Of a link that is not there. */
const MTU_USUAL = 1_500;
const IP_HEADER_OCTETS = { inet: 20, inet6: 40 } as const;

function bufferOf({ receiveBuffer: wanted, ...instance }: VrrpInstance, mtu: number): number | null {
  switch (wanted.kind) {
    case 'usual':
      return null;
    case 'octets':
      return wanted.octets;
    case 'mtu':
      return wanted.times * mtu;
    case 'advert': {
      const { version, family, virtualAddresses } = instance;
      return (
        wanted.times * (IP_HEADER_OCTETS[family] + advertLength(version, family, virtualAddresses.length))
      );
    }
    default:
      return exhaustive(wanted);
  }
}

/** One socket for all instances of a place. Each adds its part to the buffer, once: during a reload there are two of a name. */
function joined(instances: readonly VrrpInstance[], links: SocketWish['links']): ReadonlyMap<string, Place> {
  const byKey = new Map<string, Place>();
  const parts = new Map<string, Map<string, number>>();
  for (const instance of instances) {
    for (const place of placesOf(instance, links)) {
      const key = placeKey(place);
      const sizes = parts.get(key) ?? new Map<string, number>();
      if (place.receiveBuffer !== null) sizes.set(instance.name, place.receiveBuffer);
      parts.set(key, sizes);
      const sum = [...sizes.values()].reduce((total, size) => total + size, 0);
      byKey.set(key, { ...place, receiveBuffer: sizes.size === 0 ? null : sum });
    }
  }
  return byKey;
}

const placeKey = ({ interface: name, family, protocol, group }: Omit<Place, 'receiveBuffer'>): string =>
  `${name} ${family} ${protocol} ${group ?? 'unicast'}`;

const hintFor = (error: SystemError): string =>
  error.code === 'EPERM' || error.code === 'EACCES'
    ? '; run as root or grant CAP_NET_RAW and CAP_NET_ADMIN'
    : '';
