/** Keywords of the checkers: TCP_CHECK and MISC_CHECK here, the others in tables of their own. */
import { commonRows, targetRows } from './checker-common.ts';
import { httpGetRows, sslGetRows } from './http-checkers.ts';
import { dnsCheckRows, pingCheckRows, smtpCheckRows, udpCheckRows } from './network-checkers.ts';
import { block, line } from './row.ts';
import { bareCommand, scriptUser } from './script-values.ts';
import { flag, noHead, SECONDS_MAX, wholeSeconds } from './values.ts';

const miscRows = {
  ...commonRows,
  misc_path: line(bareCommand, 'command; exit status 0 is success', { tier: 1 }),
  misc_timeout: line(wholeSeconds(0, SECONDS_MAX), 'seconds before it is stopped', { tier: 1 }),
  misc_dynamic: line(flag, 'the exit status sets the weight', { tier: 1 }),
  user: line(scriptUser, 'identity it runs as', { tier: 1 }),
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
  MISC_CHECK: block(noHead, miscCheckRows, 'a command succeeds', { tier: 1 }),
};
