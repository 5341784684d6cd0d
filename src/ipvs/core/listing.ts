/** The kernel's table as `ipvsadm -Ln` prints it, byte for byte: operators read it, and scripts cut it into
 *  columns. */
import { exhaustive } from '../../base/never.ts';
import type { DestinationUsage, KernelIpvs } from '../../ports/ipvs-kernel.ts';
import { SERVICE_FLAG } from './equality.ts';
import { destinationsInListingOrder, inListingOrder } from './order.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsService,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
  serviceKeyText,
} from './table.ts';

const COLUMNS = [
  'Prot LocalAddress:Port Scheduler Flags',
  '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
];
const ADDRESS_WIDTH = 28;
const FORWARDING_WIDTH = 7;
const WEIGHT_WIDTH = 6;
const COUNT_WIDTH = 10;

/** Numeric, in ipvsadm's default order, with a newline at the end. */
export function printListing(
  info: { readonly version: string; readonly connectionTableSize: number },
  kernel: KernelIpvs,
): string {
  const header = `IP Virtual Server version ${info.version} (size=${info.connectionTableSize})`;
  const services = inListingOrder([...kernel.table.values()].map((service) => service.config));
  const lines = services.flatMap((config) => {
    const key = serviceKeyText(config.key);
    return serviceLines(config, kernel.table.get(key), kernel.destinations.get(key));
  });
  return `${[header, ...COLUMNS, ...lines].join('\n')}\n`;
}

function serviceLines(
  config: ServiceConfig,
  service: IpvsService | undefined,
  usage: ReadonlyMap<string, DestinationUsage> | undefined,
): readonly string[] {
  const destinations = destinationsInListingOrder([...(service?.destinations.values() ?? [])]);
  return [
    [serviceName(config.key), config.scheduler, ...serviceWords(config)].join(' '),
    ...destinations.map((d) => destinationLine(d, usage?.get(destinationKeyText(d.key)))),
  ];
}

function serviceName(key: ServiceKey): string {
  if (key.kind === 'address') return `${key.protocol.toUpperCase().padEnd(4)} ${destinationKeyText(key)}`;
  // ipvsadm prints the mark as a signed number
  return `FWM  ${key.mark | 0}${key.family === 'inet6' ? ' IPv6' : ''}`;
}

/** What stands behind the scheduler: its flags, persistence, engine, one-packet. */
function serviceWords(config: ServiceConfig): readonly string[] {
  const schedulerFlags = schedulerFlagNames(config);
  const words = schedulerFlags.length > 0 ? [`(${schedulerFlags.join(',')})`] : [];
  if ((config.flags & SERVICE_FLAG.persistent) !== 0) {
    words.push(`persistent ${config.persistenceTimeout}`, ...maskWords(config));
    if (config.persistenceEngine !== null) words.push(`pe ${config.persistenceEngine}`);
  }
  if ((config.flags & SERVICE_FLAG.onePacket) !== 0) words.push('ops');
  return words;
}

function schedulerFlagNames({ scheduler, flags }: ServiceConfig): readonly string[] {
  const hashing = scheduler === 'sh' || scheduler === 'mh';
  const names = hashing
    ? [`${scheduler}-fallback`, `${scheduler}-port`, 'flag-3']
    : ['flag-1', 'flag-2', 'flag-3'];
  const bits = [SERVICE_FLAG.scheduler1, SERVICE_FLAG.scheduler2, SERVICE_FLAG.scheduler3];
  return names.filter((_, i) => (flags & (bits[i] ?? 0)) !== 0);
}

/** The granularity, unless each client stands for itself: a mask for IPv4, a prefix length for IPv6. */
function maskWords({ key, persistencePrefix }: ServiceConfig): readonly string[] {
  if (serviceFamily(key) === 'inet6') return persistencePrefix === 128 ? [] : [`mask ${persistencePrefix}`];
  return persistencePrefix === 32 ? [] : [`mask ${dottedMask(persistencePrefix)}`];
}

const dottedMask = (prefix: number): string =>
  [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - from)))).join('.');

function destinationLine(destination: DestinationConfig, usage: DestinationUsage | undefined): string {
  const columns = [
    destinationKeyText(destination.key).padEnd(ADDRESS_WIDTH),
    forwardingName(destination.forwarding).padEnd(FORWARDING_WIDTH),
    String(destination.weight).padEnd(WEIGHT_WIDTH),
    String(usage?.activeConnections ?? 0).padEnd(COUNT_WIDTH),
    String(usage?.inactiveConnections ?? 0).padEnd(COUNT_WIDTH),
  ];
  return `  -> ${columns.join(' ')}`;
}

function forwardingName(forwarding: DestinationConfig['forwarding']): string {
  switch (forwarding.kind) {
    case 'nat':
      return 'Masq';
    case 'dr':
      return 'Route';
    case 'tun':
      return 'Tunnel';
    case 'local':
      return 'Local';
    case 'bypass':
      return 'Bypass';
    default:
      return exhaustive(forwarding);
  }
}
