/** Keywords of the checkers: TCP_CHECK and MISC_CHECK here, the others in tables of their own. */
import { catalog } from '../diagnostics/catalog.ts';
import { commonRows, targetRows } from './checker-common.ts';
import { httpGetRows, sslGetRows } from './http-checkers.ts';
import { dnsCheckRows, pingCheckRows, smtpCheckRows, udpCheckRows } from './network-checkers.ts';
import { block, line, type ValueReader } from './row.ts';
import { bareCommand, scriptUser } from './script-values.ts';
import {
  agentCheckRows,
  grpcCheckRows,
  mysqlCheckRows,
  pgsqlCheckRows,
  redisCheckRows,
} from './service-checkers.ts';
import { flag, I32_MAX, integer, noHead, parseInteger, SECONDS_MAX, text, wholeSeconds } from './values.ts';

/** `int [reverse|noreverse]` */
const fileWeight: ValueReader<{ readonly weight: number; readonly reverse: boolean | null }> = (
  words,
  report,
) => {
  const [first, second] = words.args;
  if (first === undefined || second === undefined) {
    const weight = integer(-I32_MAX, I32_MAX)(words, report);
    return weight === undefined ? undefined : { weight, reverse: null };
  }
  const weight = parseInteger(first, -I32_MAX, I32_MAX, 'weight', report);
  if (second.text !== 'reverse' && second.text !== 'noreverse') {
    report(catalog.unknown_option(second, { option: second.text, of: 'weight' }));
  }
  return weight === undefined ? undefined : { weight, reverse: second.text === 'reverse' };
};

const miscRows = {
  ...commonRows,
  misc_path: line(bareCommand, 'command; exit status 0 is success', { tier: 1 }),
  misc_timeout: line(wholeSeconds(0, SECONDS_MAX), 'seconds before it is stopped', { tier: 1 }),
  misc_dynamic: line(flag, 'the exit status sets the weight', { tier: 1 }),
  user: line(scriptUser, 'identity it runs as', { tier: 1 }),
};

export const fileCheckRows = {
  track_file: line(text('the name of a track_file'), 'file to follow'),
  weight: line(fileWeight, 'multiplies its number; 0 = any number but 0 means down'),
};

export const tcpCheckRows = { ...commonRows, ...targetRows };
export const miscCheckRows = miscRows;

export const checkerRows = {
  TCP_CHECK: block(noHead, tcpCheckRows, 'a TCP connection succeeds', { tier: 1 }),
  HTTP_GET: block(noHead, httpGetRows, 'pages answer as expected', { tier: 1 }),
  SSL_GET: block(noHead, sslGetRows, 'pages answer as expected over TLS', { tier: 1 }),
  SMTP_CHECK: block(noHead, smtpCheckRows, 'a mail server greets and answers HELO'),
  UDP_CHECK: block(noHead, udpCheckRows, 'no ICMP error answers a datagram, or a datagram does'),
  DNS_CHECK: block(noHead, dnsCheckRows, 'a DNS server answers without an error'),
  PING_CHECK: block(noHead, pingCheckRows, 'the host answers an ICMP echo request'),
  FILE_CHECK: block(noHead, fileCheckRows, 'the number in a file moves the weight'),
  MISC_CHECK: block(noHead, miscCheckRows, 'a command succeeds', { tier: 1 }),
  MYSQL_CHECK: block(noHead, mysqlCheckRows, 'a MySQL or MariaDB server takes a login and answers as wanted'),
  PGSQL_CHECK: block(noHead, pgsqlCheckRows, 'a PostgreSQL server takes a login and answers as wanted'),
  REDIS_CHECK: block(noHead, redisCheckRows, 'a Redis server answers PING and has the wanted role'),
  GRPC_CHECK: block(noHead, grpcCheckRows, 'a gRPC server says that it is serving (grpc.health.v1)'),
  AGENT_CHECK: block(noHead, agentCheckRows, "the server itself tells its weight (HAProxy's agent protocol)"),
};
