/** The kernel's table as `ipvsadm -L` prints it, byte for byte: operators read it, and scripts cut it into
 *  columns. */
import { familyOf } from '../../base/ip.ts';
import type { DestinationUsage, IpvsCounters, KernelIpvs } from '../../ports/ipvs-kernel.ts';
import { LISTING_VIEWS, type ListingView } from './listing-views.ts';
import { destinationsInListingOrder, inListingOrder } from './order.ts';
import { destinationName, NUMERIC, type SocketNames, socketName } from './socket-names.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type ServiceConfig,
  type ServiceKey,
  serviceKeyText,
} from './table.ts';

export interface ListingStyle {
  readonly view: ListingView;
  /** counters to the last digit */
  readonly exact: boolean;
  /** false: as the kernel tells them */
  readonly sorted: boolean;
  readonly names: SocketNames;
}

/** `ipvsadm -Ln` */
export const PLAIN_NUMERIC: ListingStyle = { view: 'plain', exact: false, sorted: true, names: NUMERIC };

export interface IpvsInfo {
  readonly version: string;
  readonly connectionTableSize: number;
}

/** What stands in front of the columns; longer names push the columns to the right. */
const SERVICE_WIDTH = 33;
const DESTINATION_WIDTH = 28;
/** Where ipvsadm cuts an IPv4 name off; an IPv6 name is never cut. */
const NAME_LENGTH_MAX = 28;

/** The whole table with its titles and a newline at the end; without `info` as for one named service. */
export function printListing(
  info: IpvsInfo | null,
  kernel: KernelIpvs,
  style: ListingStyle = PLAIN_NUMERIC,
): string {
  const head =
    info === null ? [] : [`IP Virtual Server version ${info.version} (size=${info.connectionTableSize})`];
  const configs = [...kernel.table.values()].map((service) => service.config);
  const services = style.sorted ? inListingOrder(configs) : configs;
  const lines = services.flatMap((config) => serviceLines(config, kernel, style));
  return `${[...head, ...LISTING_VIEWS[style.view].titles, ...lines].join('\n')}\n`;
}

function serviceLines(config: ServiceConfig, kernel: KernelIpvs, style: ListingStyle): readonly string[] {
  const key = serviceKeyText(config.key);
  const held = [...(kernel.table.get(key)?.destinations.values() ?? [])];
  const destinations = style.sorted ? destinationsInListingOrder(held) : held;
  const usage = kernel.destinations.get(key);
  return [
    serviceLine(config, kernel.services.get(key) ?? UNUSED, style),
    ...destinations.map((destination) => {
      const used = usage?.get(destinationKeyText(destination.key)) ?? UNUSED;
      return destinationLine(destination, { service: config.key, usage: used, style });
    }),
  ];
}

function serviceLine(config: ServiceConfig, counters: IpvsCounters, { view, names, exact }: ListingStyle) {
  const name = serviceName(config.key, names);
  const tail = LISTING_VIEWS[view].service({ config, counters, exact });
  return tail.kind === 'words' ? `${name} ${tail.text}` : `${name.padEnd(SERVICE_WIDTH)}${tail.text}`;
}

function destinationLine(
  config: DestinationConfig,
  row: {
    readonly service: ServiceKey;
    readonly usage: DestinationUsage;
    readonly style: ListingStyle;
  },
): string {
  const { view, names, exact } = row.style;
  const name = cut(destinationName(config.key, row.service, names), config.key.address);
  const columns = LISTING_VIEWS[view].destination({ config, usage: row.usage, exact });
  return `  -> ${name.padEnd(DESTINATION_WIDTH)}${columns}`;
}

function serviceName(key: ServiceKey, names: SocketNames): string {
  if (key.kind === 'address') {
    const socket = cut(socketName(key, key.protocol, names), key.address);
    return `${key.protocol.toUpperCase().padEnd(4)} ${socket}`;
  }
  // ipvsadm prints the mark as a signed number
  return `FWM  ${key.mark | 0}${key.family === 'inet6' ? ' IPv6' : ''}`;
}

const cut = (name: string, address: DestinationConfig['key']['address']): string =>
  familyOf(address) === 'inet' ? name.slice(0, NAME_LENGTH_MAX) : name;

const NO_TRAFFIC = { connections: 0n, inPackets: 0n, outPackets: 0n, inBytes: 0n, outBytes: 0n };
const UNUSED: DestinationUsage = {
  ...NO_TRAFFIC,
  perSecond: NO_TRAFFIC,
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
};
