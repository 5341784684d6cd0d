/** Names and identities of services, servers and checkers. The forms with brackets are keepalived's, for the log. */

import { exhaustive } from '../../base/never.ts';
import type { Checker, HttpChecker, PoolMatch, RealServer, VirtualServer } from '../../config/model/lvs.ts';

/** `[192.168.100.240]:tcp:80`, `FWM 7`, `[WEB]:0` for the first service of the group WEB */
export function serviceName(match: PoolMatch): string {
  switch (match.kind) {
    case 'address':
      return `[${match.address}]:${match.protocol}:${match.port}`;
    case 'fwmark':
      return `FWM ${match.mark}`;
    case 'group':
      return `[${match.name}]:${match.index}`;
    default:
      return exhaustive(match);
  }
}

/** `[192.168.100.8]:tcp:80`; marks have no protocol: `[192.168.100.8]:none:80` */
export const serverName = (service: VirtualServer, server: Pick<RealServer, 'address' | 'port'>): string => {
  const protocol = service.match.kind === 'fwmark' ? null : service.match.protocol;
  return `[${server.address}]:${protocol ?? 'none'}:${server.port}`;
};

/** The word that starts keepalived's lines about a checker; SSL_GET has no own, PING_CHECK another. */
export const checkerWord = (checker: Checker): string => {
  switch (checker.kind) {
    case 'tcp':
      return 'TCP_CHECK';
    case 'http':
      return 'HTTP_CHECK';
    case 'smtp':
      return 'SMTP_CHECK';
    case 'udp':
      return 'UDP_CHECK';
    case 'dns':
      return 'DNS_CHECK';
    case 'ping':
      return 'ICMP CHECK';
    case 'file':
      return 'FILE_CHECK';
    case 'bfd':
      return 'BFD_CHECK';
    case 'misc':
      return 'MISC_CHECK';
    case 'mysql':
    case 'pgsql':
    case 'redis':
    case 'grpc':
    case 'agent':
      return SERVICE_WORDS[checker.kind];
    default:
      return exhaustive(checker);
  }
};

const SERVICE_WORDS = {
  mysql: 'MYSQL_CHECK',
  pgsql: 'PGSQL_CHECK',
  redis: 'REDIS_CHECK',
  grpc: 'GRPC_CHECK',
  agent: 'AGENT_CHECK',
} as const;

/** As the file calls it, with its target: `TCP_CHECK [192.168.100.8]:80`, `SSL_GET [192.168.100.8]:443/` */
export function checkerName(checker: Checker): string {
  switch (checker.kind) {
    case 'tcp':
      return `TCP_CHECK ${targetText(checker.target)}`;
    case 'http':
      return httpName(checker);
    case 'smtp':
      return `SMTP_CHECK ${targetText(checker.target)}`;
    case 'udp':
      return `UDP_CHECK ${targetText(checker.target)}`;
    case 'dns':
      return `DNS_CHECK ${targetText(checker.target)} ${checker.type} ${checker.name}.`;
    case 'ping':
      return `PING_CHECK [${checker.target.address}]`;
    case 'file':
      return `FILE_CHECK ${checker.file.name}`;
    case 'bfd':
      return `BFD_CHECK ${checker.session}`;
    case 'misc':
      return `MISC_CHECK ${checker.command.argv[0]}`;
    case 'mysql':
    case 'pgsql':
    case 'redis':
    case 'agent':
      return `${SERVICE_WORDS[checker.kind]} ${targetText(checker.target)}`;
    case 'grpc':
      return `GRPC_CHECK ${targetText(checker.target)} ${checker.service}`.trimEnd();
    default:
      return exhaustive(checker);
  }
}

function httpName(checker: HttpChecker): string {
  const keyword = checker.urls[0].tls === null ? 'HTTP_GET' : 'SSL_GET';
  const more = checker.urls.length > 1 ? ` and ${checker.urls.length - 1} more` : '';
  return `${keyword} ${targetText(checker.target)}${checker.urls[0].path}${more}`;
}

/** `[192.168.100.8]:80`, `[192.168.100.240]:80 through [192.168.100.8]` */
export const targetText = ({ address, port, forwardedTo }: TargetName): string =>
  `[${address}]:${port}${forwardedTo === null || forwardedTo === undefined ? '' : ` through [${forwardedTo.address}]`}`;

interface TargetName {
  readonly address: string;
  readonly port: number;
  readonly forwardedTo?: { readonly address: string } | null;
}
