/** Small configurations for tests: every default filled in, each test names only what it is about. */
import { parseIp, parseIpv4, parseIpv6 } from '../../src/base/ip.ts';
import { fwMark, micros, port, seconds } from '../../src/base/units.ts';
import type { BfdChecker } from '../../src/config/model/bfd.ts';
import type { Config } from '../../src/config/model/config.ts';
import type { FileChecker } from '../../src/config/model/file-checker.ts';
import type { LvsGlobals } from '../../src/config/model/global.ts';
import type {
  CheckTarget,
  GroupMatch,
  HttpChecker,
  HttpUrl,
  MiscChecker,
  RealServer,
  ServiceMatch,
  SorryServer,
  TcpChecker,
  VirtualServer,
} from '../../src/config/model/lvs.ts';
import type {
  DnsChecker,
  PingChecker,
  SmtpChecker,
  UdpChecker,
} from '../../src/config/model/network-checkers.ts';
import type {
  AgentChecker,
  GrpcChecker,
  MysqlChecker,
  PgsqlChecker,
  RedisChecker,
} from '../../src/config/model/service-checkers.ts';

function given<T>(value: T | null, text: string): T {
  if (value === null) throw new Error(`not an address: ${text}`);
  return value;
}
export const ip = (text: string) => given(parseIp(text), text);

export const target = (
  address: string,
  portNumber: number,
  more: Partial<CheckTarget> = {},
): CheckTarget => ({
  address: ip(address),
  port: port(portNumber),
  bindAddress: null,
  bindPort: null,
  bindInterface: null,
  forwardedTo: null,
  fwmark: null,
  timeout: seconds(1),
  ...more,
});

const common = {
  delayLoop: seconds(6),
  retry: 1,
  delayBeforeRetry: seconds(1),
  warmup: micros(0),
  alpha: false,
  logAllFailures: false,
} as const;

export const tcpChecker = (to: CheckTarget, more: Partial<TcpChecker> = {}): TcpChecker => ({
  kind: 'tcp',
  ...common,
  target: to,
  ...more,
});

export const url = (path: string, more: Partial<HttpUrl> = {}): HttpUrl => ({
  tls: null,
  path,
  digest: null,
  status: [{ low: 200, high: 299 }],
  virtualHost: null,
  regex: null,
  words: null,
  json: [],
  ...more,
});

export const httpChecker = (to: CheckTarget, more: Partial<HttpChecker> = {}): HttpChecker => ({
  kind: 'http',
  ...common,
  delayBeforeRetry: seconds(3),
  target: to,
  protocol: '1.0',
  urls: [url('/')],
  fastRecovery: false,
  login: null,
  expiryWarning: null,
  ...more,
});

export const smtpChecker = (to: CheckTarget, more: Partial<SmtpChecker> = {}): SmtpChecker => ({
  kind: 'smtp',
  ...common,
  target: to,
  heloName: 'director.example',
  ...more,
});

export const udpChecker = (to: CheckTarget, more: Partial<UdpChecker> = {}): UdpChecker => ({
  kind: 'udp',
  ...common,
  target: to,
  payload: null,
  reply: null,
  ...more,
});

export const dnsChecker = (to: CheckTarget, more: Partial<DnsChecker> = {}): DnsChecker => ({
  kind: 'dns',
  ...common,
  target: to,
  type: 'SOA',
  name: '',
  ...more,
});

export const pingChecker = (to: CheckTarget, more: Partial<PingChecker> = {}): PingChecker => ({
  kind: 'ping',
  ...common,
  target: to,
  ...more,
});

export const bfdChecker = (more: Partial<BfdChecker> = {}): BfdChecker => ({
  kind: 'bfd',
  ...common,
  retry: 0,
  session: 'b1',
  ...more,
});

export const fileChecker = (more: Partial<FileChecker> = {}): FileChecker => ({
  kind: 'file',
  ...common,
  ...{ retry: 0, delayBeforeRetry: micros(0) },
  file: { name: 'load', path: '/run/load', initial: null },
  weight: 1,
  reverse: false,
  ...more,
});

export const miscChecker = (more: Partial<MiscChecker> = {}): MiscChecker => ({
  kind: 'misc',
  ...common,
  command: { argv: ['/bin/false'], user: null },
  timeout: seconds(5),
  dynamic: false,
  ...more,
});

export const realServer = (
  address: string,
  portNumber: number,
  more: Partial<RealServer> = {},
): RealServer => ({
  address: ip(address),
  port: port(portNumber),
  weight: 1,
  forwarding: { kind: 'dr' },
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  checkers: [],
  notifyUp: null,
  notifyDown: null,
  smtpAlert: false,
  snmpName: null,
  drainTimeout: micros(0),
  slowStart: micros(0),
  ...more,
});

export const sorryServer = (
  address: string,
  portNumber: number,
  more: Partial<SorryServer> = {},
): SorryServer => ({
  address: ip(address),
  port: port(portNumber),
  forwarding: { kind: 'dr' },
  inhibit: false,
  ...more,
});

export const virtualServer = (
  address: string,
  portNumber: number,
  realServers: readonly RealServer[],
  more: Partial<VirtualServer> = {},
): VirtualServer => ({
  match: { kind: 'address', protocol: 'tcp', address: ip(address), port: port(portNumber) },
  scheduler: 'rr',
  schedulerFlags: 0,
  onePacket: false,
  persistence: null,
  realServers,
  sorryServer: null,
  quorum: 1,
  hysteresis: 0,
  omega: false,
  haSuspend: false,
  snmpName: null,
  virtualHost: null,
  quorumUp: null,
  quorumDown: null,
  smtpAlert: false,
  drainTimeout: micros(0),
  depoolThreshold: null,
  ...more,
});

const scheduling = {
  niceness: null,
  realtimePriority: null,
  noSwap: false,
  processors: null,
  realtimeLimit: null,
} as const;

/** `ADDRESS:PORT` and `fwmark:MARK`; TCP and IPv4. */
export const groupMatch = (name: string, entries: readonly string[]): GroupMatch => ({
  kind: 'group',
  name,
  index: 0,
  protocol: 'tcp',
  entries: entries.map((entry): ServiceMatch => {
    const cut = entry.lastIndexOf(':');
    const [place, number] = [entry.slice(0, cut), Number(entry.slice(cut + 1))];
    if (place === 'fwmark') return { kind: 'fwmark', mark: fwMark(number), family: 'inet' };
    return { kind: 'address', protocol: 'tcp', address: ip(place), port: port(number) };
  }),
});

export const config = (virtualServers: readonly VirtualServer[], lvs: Partial<LvsGlobals> = {}): Config => ({
  global: {
    routerId: 'test',
    mail: {
      server: null,
      heloName: null,
      connectTimeout: seconds(30),
      from: null,
      recipients: [],
      alert: null,
      alertVrrp: null,
      alertChecker: null,
      faults: true,
      everyChecker: true,
    },
    scripts: { user: null, security: false, supplementaryGroups: false },
    notify: {
      fifo: null,
      vrrpFifo: null,
      lvsFifo: null,
      statesOnReload: false,
      initialServers: false,
      timeout: seconds(300),
      startup: null,
      shutdown: null,
    },
    process: {
      childWaitTime: seconds(5),
      usePidDir: false,
      instance: null,
      netNamespace: null,
      ipvsNamespace: null,
      names: { parent: null, vrrp: null, checkers: null, bfd: null },
      configSaveDir: null,
      umask: null,
      dumps: { data: null, statistics: null, useInstance: false },
      reloadFile: null,
      vrrp: scheduling,
      checkers: scheduling,
      bfd: scheduling,
    },
    vrrp: {
      mcastGroup4: given(parseIpv4('224.0.0.18'), '224.0.0.18'),
      mcastGroup6: given(parseIpv6('ff02::12'), 'ff02::12'),
      startupDelay: micros(0),
      delayAfterBoot: micros(0),
      interfaceDelays: [],
      logUnknownVrids: false,
      garpInterval: micros(0),
      gnaInterval: micros(0),
      localIgmp: true,
      garpGroups: [],
      polledLinks: [],
      firewall: { table: 'vipd', priority: -1, counters: false },
      dynamicInterfaces: false,
    },
    lvs: {
      flush: false,
      flushOnStop: 'none',
      timeouts: { tcp: null, tcpFin: null, udp: null },
      logAllCheckFailures: false,
      ssl: null,
      drift: 'repair',
      syncDaemon: null,
      shareChecks: false,
      ...lvs,
    },
    control: { prometheus: null },
  },
  vrrpInstances: [],
  vrrpSyncGroups: [],
  vrrpScripts: [],
  statics: { addresses: [], routes: [], rules: [] },
  trackFiles: [],
  trackProcesses: [],
  bfdInstances: [],
  virtualServers,
});

const database = {
  login: { user: 'vipd', password: { kind: 'given', secret: 'open sesame' } },
  database: null,
  tls: null,
  query: null,
  maxLag: null,
} as const;

export const mysqlChecker = (to: CheckTarget, more: Partial<MysqlChecker> = {}): MysqlChecker => ({
  kind: 'mysql',
  ...common,
  ...database,
  target: to,
  readOnly: null,
  ...more,
});

export const pgsqlChecker = (to: CheckTarget, more: Partial<PgsqlChecker> = {}): PgsqlChecker => ({
  kind: 'pgsql',
  ...common,
  ...database,
  target: to,
  inRecovery: null,
  ...more,
});

export const redisChecker = (to: CheckTarget, more: Partial<RedisChecker> = {}): RedisChecker => ({
  kind: 'redis',
  ...common,
  target: to,
  login: null,
  tls: null,
  role: 'any',
  ...more,
});

export const grpcChecker = (to: CheckTarget, more: Partial<GrpcChecker> = {}): GrpcChecker => ({
  kind: 'grpc',
  ...common,
  target: to,
  tls: null,
  service: '',
  ...more,
});

export const agentChecker = (to: CheckTarget, more: Partial<AgentChecker> = {}): AgentChecker => ({
  kind: 'agent',
  ...common,
  ...{ retry: 0 },
  target: to,
  send: null,
  ...more,
});
