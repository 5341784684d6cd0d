/** The LVS and health-checker sections of keepalived_check.data; pure. */
import { exhaustive } from '../base/never.ts';
import { micros } from '../base/units.ts';
import { serviceName } from '../checks/core/names.ts';
import type {
  CheckerStatus,
  ChecksStatus,
  RealServerStatus,
  VirtualServerStatus,
} from '../checks/core/status.ts';
import type { Config } from '../config/model/config.ts';
import type {
  BodyRegex,
  Checker,
  CheckTarget,
  HttpChecker,
  PoolMatch,
  RealServer,
  VirtualServer,
} from '../config/model/lvs.ts';
import type { UdpChecker } from '../config/model/network-checkers.ts';
import { type DestinationKey, poolKeyText } from '../ipvs/core/table.ts';
import { httpWordLines, serviceCheckLines } from './dump-service-checks.ts';
import {
  enabled,
  forwardingText,
  onOff,
  optional,
  scriptText,
  secondsText,
  shortSeconds,
  yesNo,
} from './dump-text.ts';

/** What is configured beside what is so now; `now` is null while the checkers process has not told. */
export interface ServicePair {
  readonly service: VirtualServer;
  readonly now: VirtualServerStatus | null;
  readonly servers: readonly { readonly server: RealServer; readonly now: RealServerStatus | null }[];
}

export function pairServices(config: Config, status: ChecksStatus | null): readonly ServicePair[] {
  const known = new Map(status?.virtualServers.map((now) => [poolKeyText(now.service), now]));
  return config.virtualServers.map((service) => {
    const now = known.get(poolKeyText(service.match)) ?? null;
    const knownServers = new Map(now?.realServers.map((server) => [serverKey(server), server]));
    const servers = service.realServers.map((server) => ({
      server,
      now: knownServers.get(serverKey(server)) ?? null,
    }));
    return { service, now, servers };
  });
}

const serverKey = ({ address, port }: { address: string; port: number }): string => `${address} ${port}`;

export const serviceLines = ({ service, now, servers }: ServicePair): readonly string[] => [
  ' ------< Virtual server >------',
  ...matchLines(service.match),
  ...schedulingLines(service),
  `   omega is ${onOff(service.omega)}`,
  `   quorum = ${service.quorum}, hysteresis = ${service.hysteresis}`,
  ...scriptLine('Quorum up notify script', service.quorumUp),
  ...scriptLine('Quorum down notify script', service.quorumDown),
  ...optional(service.haSuspend, '   Using HA suspend'),
  `   Using smtp notification = ${yesNo(service.smtpAlert)}`,
  ...sorryLines(service.sorryServer, now),
  ...(now === null
    ? []
    : [`   VS alive = ${bit(now.quorumUp)}`, `   quorum_state_up = ${bit(now.quorumUp)}`]),
  ...servers.flatMap(({ server, now }) => realServerLines(server, now)),
];

function matchLines(match: PoolMatch): readonly string[] {
  switch (match.kind) {
    case 'group':
      return [` VS GROUP = ${serviceName(match)}`];
    case 'fwmark':
      return [` VS FWMARK = ${match.mark}`, `   Address family = ${match.family}`];
    case 'address':
      return [
        ` VS VIP = ${match.address}, VPORT = ${match.port}`,
        `   Address family = ${match.address.includes(':') ? 'inet6' : 'inet'}`,
      ];
    default:
      return exhaustive(match);
  }
}

function schedulingLines(service: VirtualServer): readonly string[] {
  const { persistence, schedulerFlags: flags, match } = service;
  return [
    ...optional(service.snmpName !== null, `   SNMP name = ${service.snmpName}`),
    ...optional(service.virtualHost !== null, `   VirtualHost = ${service.virtualHost}`),
    `   lvs_sched = ${service.scheduler}`,
    `   flag-1 = ${enabled((flags & 0x08) !== 0)}`,
    `   flag-2 = ${enabled((flags & 0x10) !== 0)}`,
    `   flag-3 = ${enabled((flags & 0x20) !== 0)}`,
    `   One packet scheduling = ${enabled(service.onePacket)}`,
    ...(persistence === null
      ? []
      : [
          `   persistence timeout = ${shortSeconds(persistence.timeout)}`,
          `   persistence granularity = ${persistence.prefixLength}`,
        ]),
    ...optional(persistence?.engine === 'sip', '   persistence engine = sip'),
    ...(match.kind === 'fwmark' || match.protocol === null
      ? []
      : [`   protocol = ${match.protocol.toUpperCase()}`]),
  ];
}

function sorryLines(sorry: VirtualServer['sorryServer'], now: VirtualServerStatus | null): readonly string[] {
  if (sorry === null) return [];
  const active = now?.sorryServer?.active;
  return [
    `   sorry server = [${sorry.address}]:${sorry.port}`,
    `     forwarding method = ${forwardingText(sorry.forwarding)}`,
    `     Inhibit on failure is ${onOff(sorry.inhibit)}`,
    ...(active === undefined ? [] : [`     set = ${bit(active)}`]),
  ];
}

const realServerLines = (server: RealServer, now: RealServerStatus | null): readonly string[] => [
  '   ------< Real server >------',
  `   RIP = ${server.address}, RPORT = ${server.port}, WEIGHT = ${server.weight}` +
    `${now === null ? '' : ` EFF WEIGHT = ${now.effectiveWeight}`}`,
  ...optional(server.snmpName !== null, `   SNMP name = ${server.snmpName}`),
  `   forwarding method = ${forwardingText(server.forwarding)}`,
  `   Alpha is ${onOff(server.checkers.some(({ alpha }) => alpha))}`,
  `   connection limit range = ${server.lowerThreshold} -> ${server.upperThreshold}`,
  `   Inhibit on failure is ${onOff(server.inhibitOnFailure)}`,
  ...scriptLine('RS up notify script', server.notifyUp),
  ...scriptLine('RS down notify script', server.notifyDown),
  `   Using smtp notification = ${yesNo(server.smtpAlert)}`,
  `   initial weight = ${server.weight}`,
  ...(now === null
    ? []
    : [
        `   effective weight = ${now.effectiveWeight}`,
        `   alive = ${bit(now.alive)}`,
        `   num failed checkers = ${now.checkers.filter(({ state }) => state !== 'up').length}`,
        `   RS set = ${bit(now.pooled)}`,
      ]),
];

const scriptLine = (label: string, command: VirtualServer['quorumUp']): readonly string[] =>
  command === null ? [] : [`   ${label} = ${scriptText(command)}`];

/** Every checker with the servers it stands between. */
export const checkersLines = ({ service, servers }: ServicePair): readonly string[] =>
  servers.flatMap(({ server, now }) =>
    server.checkers.flatMap((checker, position) => [
      ` ${serviceName(service.match)} -> ${endpointText(server, service.match)}`,
      ...checkerLines(checker, now?.checkers[position] ?? null, now),
    ]),
  );

const checkerLines = (
  checker: Checker,
  now: CheckerStatus | null,
  server: RealServerStatus | null,
): readonly string[] => [
  '   Enabled = yes',
  ...(now === null
    ? []
    : [
        `   Up = ${yesNo(now.state === 'up')}`,
        `   Has run = ${yesNo(now.runs > 0)}`,
        ...optional(now.overdue, '   Overdue = yes'),
        `   Current weight = ${server?.effectiveWeight ?? 0}`,
      ]),
  `   Alpha = ${yesNo(checker.alpha)}`,
  `   Delay loop = ${checker.delayLoop} us`,
  `   Warmup = ${checker.warmup} us`,
  `   Retries = ${checker.retry}`,
  `   Delay before retry = ${checker.delayBeforeRetry} us`,
  ...(now === null ? [] : [`   Retries iterations = ${now.failing}`]),
  `   Log all failures = ${yesNo(checker.logAllFailures)}`,
  ...('target' in checker ? targetLines(checker.target) : []),
  ...methodLines(checker),
];

const targetLines = (target: CheckTarget): readonly string[] => [
  '   Connection',
  `     Dest = [${target.address}]:${target.port}`,
  ...optional(target.bindAddress !== null, `     Bind to = [${target.bindAddress}]:${target.bindPort ?? 0}`),
  ...optional(target.bindInterface !== null, `     Bind i/f = ${target.bindInterface}`),
  ...optional(target.fwmark !== null, `     Mark = ${target.fwmark}`),
  ...optional(target.forwardedTo !== null, `     Through = [${target.forwardedTo?.address}]`),
  `     Timeout = ${secondsText(target.timeout)}`,
];

function methodLines(checker: Checker): readonly string[] {
  switch (checker.kind) {
    case 'tcp':
      return ['   Keepalive method = TCP_CHECK'];
    case 'smtp':
      return ['   Keepalive method = SMTP_CHECK', `   helo = ${checker.heloName}`];
    case 'udp':
      return udpLines(checker);
    case 'dns':
      return [
        '   Keepalive method = DNS_CHECK',
        `   Type = ${checker.type}`,
        `   Name = ${checker.name || '.'}`,
      ];
    case 'ping':
      return ['   Keepalive method = PING_CHECK'];
    case 'file':
      return [
        '   Keepalive method = FILE_CHECK',
        `     Tracked file = ${checker.file.name}`,
        `     Weight = ${checker.weight}${checker.reverse ? ' reverse' : ''}`,
      ];
    case 'bfd':
      return ['   Keepalive method = BFD_CHECK', `     Name = ${checker.session}`];
    case 'misc':
      return [
        '   Keepalive method = MISC_CHECK',
        `   script = ${scriptText(checker.command)}`,
        `   timeout = ${shortSeconds(checker.timeout)}`,
        `   dynamic = ${yesNo(checker.dynamic)}`,
      ];
    case 'http':
      return httpLines(checker);
    case 'mysql':
    case 'pgsql':
    case 'redis':
    case 'grpc':
    case 'agent':
      return serviceCheckLines(checker);
    default:
      return exhaustive(checker);
  }
}

const udpLines = ({ payload, reply }: UdpChecker): readonly string[] => [
  '   Keepalive method = UDP_CHECK',
  ...(payload === null
    ? ['   Payload specified = no']
    : [`   Payload len = ${payload.length / 2}`, `     ${payload}`]),
  `   Require reply = ${yesNo(reply !== null)}`,
  ...(reply === null || reply.pattern === null
    ? []
    : [
        `     Min reply length = ${reply.lengthMin}`,
        `     Max reply length = ${reply.lengthMax}`,
        `     Reply data len = ${reply.pattern.length / 2}`,
        `     ${reply.pattern}`,
      ]),
];

const httpLines = ({
  protocol,
  fastRecovery,
  urls,
  login,
  expiryWarning,
}: HttpChecker): readonly string[] => [
  `   Keepalive method = ${urls[0].tls === null ? 'HTTP' : 'SSL'}_GET`,
  `   HTTP protocol = ${protocol}`,
  `   Fast recovery = ${yesNo(fastRecovery)}`,
  ...optional(login !== null, `   User = ${login?.user}`),
  ...optional(expiryWarning !== null, `   TLS expiry warning = ${shortSeconds(expiryWarning ?? micros(0))}`),
  ...urls.flatMap(({ path, digest, status, virtualHost, regex, words, json }) => [
    `   Checked url = ${path}`,
    ...optional(virtualHost !== null, `     VirtualHost = ${virtualHost}`),
    ...optional(digest !== null, `     digest = ${digest}`),
    `     status code = ${status.map(({ low, high }) => (low === high ? low : `${low}-${high}`)).join(', ')}`,
    ...(regex === null ? [] : regexLines(regex)),
    ...httpWordLines(words, json),
  ]),
];

const regexLines = ({ pattern, options, negated, minOffset, maxOffset }: BodyRegex): readonly string[] => [
  `     Regex = "${pattern}"`,
  ...optional(negated, '     Regex no match'),
  ...optional(options.length > 0, `     Regex options: ${options.join(' ')}`),
  ...(maxOffset === null
    ? optional(minOffset > 0, `     Regex min offset = ${minOffset}`)
    : [`     Regex min offset = ${minOffset}, max_offset = ${maxOffset}`]),
];

const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);

const endpointText = ({ address, port }: DestinationKey, match: PoolMatch): string =>
  match.kind === 'fwmark' || match.protocol === null
    ? `[${address}]`
    : `[${address}]:${match.protocol}:${port}`;
