/** The command line of ipvsadm 1.31 as data: its commands, its options, and which command takes which option. The
 *  parser, the checks and the help text read these rows. */

/** What an option speaks about, by the name that messages use. In ipvsadm's order: of several objections to a
 *  command line it tells the one that comes first here. */
export const SUBJECTS = [
  'numeric', 'connection', 'service-address', 'scheduler', 'persistent', 'netmask', 'real-server',
  'forwarding-method', 'weight', 'u-threshold', 'l-threshold', 'mcast-interface', 'timeout', 'daemon', 'stats',
  'rate', 'thresholds', 'persistent-conn', 'nosort', 'syncid', 'exact', 'ops', 'pe', 'sched-flags', 'mcast-group',
  'mcast-port', 'mcast-ttl', 'sync-maxlen', 'tun-info', 'tun-type', 'tun-port', 'tun-nocsum', 'tun-csum',
  'tun-remcsum',
] as const; // biome-ignore format: a list
export type Subject = (typeof SUBJECTS)[number];

export interface WordRow {
  readonly long: string;
  /** one letter each */
  readonly short: readonly string[];
  /** `optional`: the next word, unless it begins with a dash */
  readonly argument: 'none' | 'required' | 'optional';
  /** how the argument is called, and what the row does: for the help text */
  readonly argumentName: string;
  readonly help: readonly string[];
}

export interface OptionRow extends WordRow {
  readonly kind: 'option';
  /** null: allowed with every command, any number of times */
  readonly subject: Subject | null;
}

export interface CommandRow extends WordRow {
  readonly kind: 'command';
  /** the command's name in messages */
  readonly name: string;
  readonly needs: readonly Subject[];
  readonly allows: readonly Subject[];
  /** of these at most one */
  readonly exclusive: readonly Subject[];
  /** how the command is written: for the help text */
  readonly usage: string;
}

type Rules = Partial<Pick<CommandRow, 'name' | 'needs' | 'allows' | 'exclusive' | 'argument'>>;

const command = (
  long: string,
  short: string,
  usage: string,
  help: string,
  rules: Rules = {},
): CommandRow => ({
  kind: 'command',
  long,
  short: [...short],
  argument: rules.argument ?? 'none',
  argumentName: '',
  help: [help],
  name: rules.name ?? long,
  needs: rules.needs ?? [],
  allows: rules.allows ?? [],
  exclusive: rules.exclusive ?? [],
  usage,
});

const SERVICE_SETTINGS = ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'] as const;
const SERVER_SETTINGS = [
  'forwarding-method', 'weight', 'u-threshold', 'l-threshold', 'tun-type', 'tun-port', 'tun-nocsum', 'tun-csum',
  'tun-remcsum',
] as const; // biome-ignore format: a list
const DAEMON_SETTINGS = [
  'mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen',
] as const; // biome-ignore format: a list
const LIST_SETTINGS = [
  'numeric', 'connection', 'service-address', 'timeout', 'daemon', 'stats', 'rate', 'thresholds',
  'persistent-conn', 'nosort', 'syncid', 'exact', 'tun-info',
] as const; // biome-ignore format: a list

const SERVICE_USAGE =
  'virtual-service [-s scheduler] [-p [timeout]] [-M netmask] [--pe persistence_engine] [-b sched-flags]';
const ONE_SERVICE = { needs: ['service-address'] } as const;
const ONE_SERVER = { needs: ['service-address', 'real-server'] } as const;

export const COMMANDS = {
  addService: command('add-service', 'A', `-A|E ${SERVICE_USAGE}`, 'add virtual service with options', {
    ...ONE_SERVICE,
    allows: SERVICE_SETTINGS,
  }),
  editService: command('edit-service', 'E', '', 'edit virtual service with options', {
    ...ONE_SERVICE,
    allows: SERVICE_SETTINGS,
  }),
  deleteService: command('delete-service', 'D', '-D virtual-service', 'delete virtual service', ONE_SERVICE),
  clear: command('clear', 'C', '-C', 'clear the whole table', { name: 'flush' }),
  restore: command('restore', 'R', '-R', 'restore rules from stdin'),
  save: command('save', 'S', '-S [-n]', 'save rules to stdout', { allows: ['numeric'] }),
  addServer: command(
    'add-server',
    'a',
    '-a|e virtual-service -r server-address [options]',
    'add real server with options',
    { ...ONE_SERVER, allows: SERVER_SETTINGS },
  ),
  editServer: command('edit-server', 'e', '', 'edit real server with options', {
    ...ONE_SERVER,
    allows: SERVER_SETTINGS,
  }),
  deleteServer: command(
    'delete-server',
    'd',
    '-d virtual-service -r server-address',
    'delete real server',
    ONE_SERVER,
  ),
  list: command('list', 'Ll', '-L|l [virtual-service] [options]', 'list the table', {
    allows: LIST_SETTINGS,
    exclusive: ['connection', 'service-address', 'timeout', 'daemon'],
  }),
  zero: command('zero', 'Z', '-Z [virtual-service]', 'zero counters in a service or all services', {
    allows: ['service-address'],
  }),
  setTimeouts: command('set', '', '--set tcp tcpfin udp', 'set connection timeout values'),
  startDaemon: command(
    'start-daemon',
    '',
    '--start-daemon {master|backup} [daemon-options]',
    'start connection sync daemon',
    { argument: 'required', allows: DAEMON_SETTINGS },
  ),
  stopDaemon: command('stop-daemon', '', '--stop-daemon {master|backup}', 'stop connection sync daemon', {
    argument: 'required',
    allows: ['syncid'],
  }),
  help: command('help', 'h', '-h', 'display this help message'),
  version: command('version', 'v', '-v', 'display the version'),
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof COMMANDS;

const option = (
  subject: Subject | null,
  long: string,
  short: string,
  help: string | readonly string[],
  argument: OptionRow['argument'] = 'none',
  argumentName = '',
): OptionRow => ({
  kind: 'option',
  subject,
  long,
  short: [...short],
  argument,
  argumentName,
  help: typeof help === 'string' ? [help] : help,
});

/** Options that name a service; the help text shows them apart. */
export const SERVICE_OPTIONS = {
  tcpService: option('service-address', 'tcp-service', 't', 'service-address is host[:port]', 'required', 'service-address'),
  udpService: option('service-address', 'udp-service', 'u', 'service-address is host[:port]', 'required', 'service-address'),
  sctpService: option('service-address', 'sctp-service', '', 'service-address is host[:port]', 'required', 'service-address'),
  fwmarkService: option('service-address', 'fwmark-service', 'f', 'fwmark is an integer greater than zero', 'required', 'fwmark'),
} as const; // biome-ignore format: a table

export const PLAIN_OPTIONS = {
  ipv6: option(null, 'ipv6', '6', 'fwmark entry uses IPv6'),
  scheduler: option('scheduler', 'scheduler', 's', ['one of rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh,', 'the default scheduler is wlc.'], 'required', 'scheduler'),
  engine: option('pe', 'pe', '', ['alternate persistence engine may be sip,', 'not set by default.'], 'required', 'engine'),
  persistent: option('persistent', 'persistent', 'p', 'persistent service', 'optional', '[timeout]'),
  netmask: option('netmask', 'netmask', 'M', 'persistent granularity mask', 'required', 'netmask'),
  realServer: option('real-server', 'real-server', 'r', 'server-address is host (and port)', 'required', 'server-address'),
  gatewaying: option('forwarding-method', 'gatewaying', 'g', 'gatewaying (direct routing) (default)'),
  ipip: option('forwarding-method', 'ipip', 'i', 'ipip encapsulation (tunneling)'),
  masquerading: option('forwarding-method', 'masquerading', 'm', 'masquerading (NAT)'),
  tunType: option('tun-type', 'tun-type', '', ['one of ipip|gue|gre,', 'the default tunnel type is ipip.'], 'required', 'type'),
  tunPort: option('tun-port', 'tun-port', '', 'tunnel destination port', 'required', 'port'),
  tunNocsum: option('tun-nocsum', 'tun-nocsum', '', 'tunnel encapsulation without checksum'),
  tunCsum: option('tun-csum', 'tun-csum', '', 'tunnel encapsulation with checksum'),
  tunRemcsum: option('tun-remcsum', 'tun-remcsum', '', 'tunnel encapsulation with remote checksum'),
  weight: option('weight', 'weight', 'w', 'capacity of real server', 'required', 'weight'),
  upperThreshold: option('u-threshold', 'u-threshold', 'x', 'upper threshold of connections', 'required', 'uthreshold'),
  lowerThreshold: option('l-threshold', 'l-threshold', 'y', 'lower threshold of connections', 'required', 'lthreshold'),
  connection: option('connection', 'connection', 'c', 'output of current IPVS connections'),
  timeout: option('timeout', 'timeout', '', 'output of timeout (tcp tcpfin udp)'),
  daemon: option('daemon', 'daemon', '', 'output of daemon information'),
  stats: option('stats', 'stats', '', 'output of statistics information'),
  rate: option('rate', 'rate', '', 'output of rate information'),
  // the original takes -X too, and tells nobody
  exact: option('exact', 'exact', 'X', 'expand numbers (display exact values)'),
  thresholds: option('thresholds', 'thresholds', '', 'output of thresholds information'),
  persistentConn: option('persistent-conn', 'persistent-conn', '', 'output of persistent connection info'),
  tunInfo: option('tun-info', 'tun-info', '', 'output of tunnel information'),
  nosort: option('nosort', 'nosort', '', 'disable sorting output of service/server entries'),
  sort: option(null, 'sort', '', 'does nothing, for backwards compatibility'),
  ops: option('ops', 'ops', 'o', 'one-packet scheduling'),
  numeric: option('numeric', 'numeric', 'n', 'numeric output of addresses and ports'),
  schedulerFlags: option('sched-flags', 'sched-flags', 'b', 'scheduler flags (comma-separated)', 'required', 'flags'),
} as const; // biome-ignore format: a table

export const DAEMON_OPTIONS = {
  syncId: option('syncid', 'syncid', '', 'syncid for connection sync (default=0)', 'required', 'sid'),
  syncMaxLength: option('sync-maxlen', 'sync-maxlen', '', 'Max sync message length (default=1472)', 'required', 'length'),
  mcastInterface: option('mcast-interface', 'mcast-interface', '', 'multicast interface for connection sync', 'required', 'interface'),
  mcastGroup: option('mcast-group', 'mcast-group', '', 'IPv4/IPv6 group (default=224.0.0.81)', 'required', 'address'),
  mcastPort: option('mcast-port', 'mcast-port', '', 'UDP port (default=8848)', 'required', 'port'),
  mcastTtl: option('mcast-ttl', 'mcast-ttl', '', 'Multicast TTL (default=1)', 'required', 'ttl'),
} as const; // biome-ignore format: a table

export const OPTIONS = { ...SERVICE_OPTIONS, ...PLAIN_OPTIONS, ...DAEMON_OPTIONS } as const;
export type OptionName = keyof typeof OPTIONS;

/** What options a tunnel type needs, takes and takes at most one of. */
export const TUNNELS = {
  ipip: { needs: [], allows: [], exclusive: [] },
  gue: {
    needs: ['tun-port'],
    allows: ['tun-nocsum', 'tun-csum', 'tun-remcsum'],
    exclusive: ['tun-nocsum', 'tun-csum', 'tun-remcsum'],
  },
  gre: {
    needs: [],
    allows: ['tun-nocsum', 'tun-csum'],
    exclusive: ['tun-nocsum', 'tun-csum'],
  },
} as const satisfies Readonly<Record<string, Pick<CommandRow, 'needs' | 'allows' | 'exclusive'>>>;
export type TunnelType = keyof typeof TUNNELS;
export const TUNNEL_SUBJECTS = ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const;
