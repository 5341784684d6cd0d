/** The kernel's table as the lines of `ipvsadm -S`: each is the command line that makes its object again. */
import { exhaustive } from '../../base/never.ts';
import { destinationsInListingOrder, inListingOrder } from './order.ts';
import { isOnePacket, isPersistent, maskText, schedulerFlagText } from './service-words.ts';
import { destinationName, type SocketNames, socketName } from './socket-names.ts';
import {
  type DestinationConfig,
  type IpvsTable,
  type ServiceConfig,
  type ServiceKey,
  serviceKeyText,
} from './table.ts';

const PROTOCOL_OPTIONS = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

/** One line per service and destination, in ipvsadm's order; empty for an empty table. */
export function printRules(table: IpvsTable, names: SocketNames): string {
  const services = inListingOrder([...table.values()].map(({ config }) => config));
  const lines = services.flatMap((config) => {
    const destinations = [...(table.get(serviceKeyText(config.key))?.destinations.values() ?? [])];
    return [
      serviceRule(config, names),
      ...destinationsInListingOrder(destinations).map((d) => destinationRule(d, config.key, names)),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** `-t 192.168.100.240:80`, `-f 7 -6`; ipvsadm prints the mark as a signed number. */
const serviceOption = (key: ServiceKey, names: SocketNames): string =>
  key.kind === 'fwmark'
    ? `-f ${key.mark | 0}${key.family === 'inet6' ? ' -6' : ''}`
    : `${PROTOCOL_OPTIONS[key.protocol]} ${socketName(key, key.protocol, names)}`;

function serviceRule(config: ServiceConfig, names: SocketNames): string {
  const words = ['-A', serviceOption(config.key, names), '-s', config.scheduler];
  const flags = schedulerFlagText(config);
  const mask = maskText(config);
  if (isPersistent(config)) {
    words.push('-p', String(config.persistenceTimeout));
    if (mask !== null) words.push('-M', mask);
  }
  if (config.persistenceEngine !== null) words.push('--pe', config.persistenceEngine);
  if (isOnePacket(config)) words.push('-o');
  if (flags !== '') words.push('-b', flags);
  return words.join(' ');
}

function destinationRule(config: DestinationConfig, service: ServiceKey, names: SocketNames): string {
  const { forwarding, weight, key } = config;
  const words = ['-a', serviceOption(service, names), '-r', destinationName(key, service, names)];
  words.push(forwardingOption(forwarding), '-w', String(weight));
  if (forwarding.kind === 'tun') words.push(...tunnelOptions(forwarding));
  return words.join(' ');
}

/** Of `local` and `bypass` destinations, which no command line makes, the rule makes the nearest. */
function forwardingOption(forwarding: DestinationConfig['forwarding']): string {
  switch (forwarding.kind) {
    case 'nat':
      return '-m';
    case 'tun':
      return '-i';
    case 'dr':
    case 'local':
    case 'bypass':
      return '-g';
    default:
      return exhaustive(forwarding);
  }
}

type Tunnel = Extract<DestinationConfig['forwarding'], { readonly kind: 'tun' }>;

const CHECKSUM_OPTIONS = { none: '--tun-nocsum', csum: '--tun-csum', remcsum: '--tun-remcsum' } as const;

function tunnelOptions({ encapsulation, port, checksum }: Tunnel): readonly string[] {
  const type = ['--tun-type', encapsulation];
  if (encapsulation === 'ipip') return type;
  if (encapsulation === 'gre') return [...type, CHECKSUM_OPTIONS[checksum]];
  return [...type, '--tun-port', String(port), CHECKSUM_OPTIONS[checksum]];
}
