/** The views of a listing: what stands in the titles and behind each name. One row per option of `ipvsadm -L`. */
import { exhaustive } from '../../base/never.ts';
import type { DestinationUsage, IpvsCounters, IpvsTraffic } from '../../ports/ipvs-kernel.ts';
import { exactCounter, roundedCounter } from './counter-text.ts';
import { isOnePacket, isPersistent, maskText, schedulerFlagText } from './service-words.ts';
import type { DestinationConfig, ServiceConfig } from './table.ts';

export type ListingView = 'plain' | 'stats' | 'rate' | 'thresholds' | 'persistent_conn' | 'tun_info';

interface ServiceRow {
  readonly config: ServiceConfig;
  readonly counters: IpvsCounters;
  readonly exact: boolean;
}

interface DestinationRow {
  readonly config: DestinationConfig;
  readonly usage: DestinationUsage;
  readonly exact: boolean;
}

/** Words follow the service's name at once; columns stand under their titles. */
type ServiceTail = { readonly kind: 'words' | 'columns'; readonly text: string };

interface View {
  readonly titles: readonly [string, string];
  readonly service: (row: ServiceRow) => ServiceTail;
  /** begins with the blank behind the name */
  readonly destination: (row: DestinationRow) => string;
}

const SOCKET_TITLES = ['Prot LocalAddress:Port', '  -> RemoteAddress:Port'] as const;
const TRAFFIC_WIDTHS = [-33, 8, 8, 8, 8, 8];

export const LISTING_VIEWS: Readonly<Record<ListingView, View>> = {
  plain: {
    titles: [
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
    ],
    service: decisions,
    destination: ({ config, usage }) =>
      ` ${columns([-7, -6, -10, -10], [forwardingName(config), config.weight, ...connections(usage)])}`,
  },
  tun_info: {
    titles: [
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn',
    ],
    service: decisions,
    destination: ({ config, usage }) => {
      const cells = [forwardingName(config), tunnelText(config), config.weight, ...connections(usage)];
      return ` ${columns([-7, -13, -6, -10, -10], cells)}`;
    },
  },
  thresholds: {
    titles: [
      columns(
        [-33, -10, -10, -10, -10],
        [SOCKET_TITLES[0], 'Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'],
      ),
      SOCKET_TITLES[1],
    ],
    service: decisions,
    destination: ({ config: { upperThreshold, lowerThreshold }, usage }) =>
      ` ${columns([-10, -10, -10, -10], [upperThreshold, lowerThreshold, ...connections(usage)])}`,
  },
  persistent_conn: {
    titles: [
      columns(
        [-33, -9, -11, -10, -10],
        [SOCKET_TITLES[0], 'Weight', 'PersistConn', 'ActiveConn', 'InActConn'],
      ),
      SOCKET_TITLES[1],
    ],
    service: decisions,
    destination: ({ config, usage }) =>
      ` ${columns([-9, -11, -10, -10], [config.weight, usage.persistentConnections, ...connections(usage)])}`,
  },
  stats: {
    titles: [
      columns(TRAFFIC_WIDTHS, [SOCKET_TITLES[0], 'Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']),
      SOCKET_TITLES[1],
    ],
    service: ({ counters, exact }) => figures(counters, exact ? exactCounter : roundedCounter),
    destination: ({ usage, exact }) => figures(usage, exact ? exactCounter : roundedCounter).text,
  },
  rate: {
    titles: [
      columns(TRAFFIC_WIDTHS, [SOCKET_TITLES[0], 'CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS']),
      SOCKET_TITLES[1],
    ],
    service: ({ counters, exact }) => figures(counters.perSecond, exact ? exactCounter : roundedCounter),
    // of a destination ipvsadm rounds only the bytes
    destination: ({ usage, exact }) =>
      figures(usage.perSecond, exactCounter, exact ? exactCounter : roundedCounter).text,
  },
};

/** Cells under each other: a negative width aligns left, as in printf. */
function columns(widths: readonly number[], cells: readonly (string | number)[]): string {
  return widths
    .map((width, i) => {
      const cell = String(cells[i] ?? '');
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join(' ');
}

const connections = (usage: DestinationUsage): readonly [number, number] => [
  usage.activeConnections,
  usage.inactiveConnections,
];

/** `rr (flag-1) persistent 300 mask 255.255.255.0 pe sip ops` */
function decisions({ config }: ServiceRow): ServiceTail {
  const flags = schedulerFlagText(config);
  const mask = maskText(config);
  const words = [config.scheduler];
  if (flags !== '') words.push(`(${flags})`);
  if (isPersistent(config)) {
    words.push(`persistent ${config.persistenceTimeout}`);
    if (mask !== null) words.push(`mask ${mask}`);
    if (config.persistenceEngine !== null) words.push(`pe ${config.persistenceEngine}`);
  }
  if (isOnePacket(config)) words.push('ops');
  return { kind: 'words', text: words.join(' ') };
}

function figures(
  { connections: conns, inPackets, outPackets, inBytes, outBytes }: IpvsTraffic,
  text: (count: bigint) => string,
  bytesText = text,
): ServiceTail {
  const packets = [conns, inPackets, outPackets].map(text);
  return { kind: 'columns', text: [...packets, ...[inBytes, outBytes].map(bytesText)].join('') };
}

function forwardingName({ forwarding }: DestinationConfig): string {
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

const CHECKSUM_SIGNS = { none: '-c', csum: '+c', remcsum: 'r+c' } as const;

/** `gue:6080:r+c`, `gre:-c`, `ipip`; `n/a` without a tunnel. */
function tunnelText({ forwarding }: DestinationConfig): string {
  if (forwarding.kind !== 'tun') return 'n/a';
  const { encapsulation, port, checksum } = forwarding;
  if (encapsulation === 'ipip') return 'ipip';
  const sign = CHECKSUM_SIGNS[checksum];
  return encapsulation === 'gue' ? `gue:${port}:${sign}` : `gre:${sign}`;
}
