/** A failed probe as keepalived words it; what it does not say (a reason, a url) stands behind its own words. */
import { exhaustive } from '../../base/never.ts';
import type { Checker } from '../../config/model/lvs.ts';
import { type ProbeFailure, resultText } from './probe-result.ts';

export interface ServerFailure {
  readonly [field: string]: unknown;
  readonly server: string;
  readonly checker: Checker['kind'];
  readonly failure: ProbeFailure;
}

export function failureLine({ server, checker, failure }: ServerFailure): string {
  const why = resultText({ kind: 'failed', failure });
  switch (failure.kind) {
    case 'connect_failed':
      return refusedLine(server, checker, failure.code);
    case 'connect_timeout':
      return unansweredLine(server, checker);
    case 'tls_failed':
      return `SSL handshake/communication error connecting to server ${server} (${failure.code}).`;
    case 'read_timeout':
      return `Timeout WEB read server ${server}: ${why}.`;
    case 'no_header':
      return `Read, no data received from  server ${server}: ${why}.`; // the two blanks are keepalived's
    case 'bad_status':
      return `HTTP status code error to server ${server} url(${failure.url}): ${failure.status}.`;
    case 'bad_digest':
      return (
        `MD5 digest error to server ${server} url(${failure.url}): ` +
        `${failure.digest}, expected ${failure.expected}.`
      );
    case 'read_failed':
    case 'exchange_timeout':
    case 'body_too_long':
      return `Read error with server ${server}: ${why}.`;
    case 'unreachable':
      return checker === 'dns'
        ? `DNS_CHECK (${server}) connection error (${failure.code}).`
        : `${datagramWord(checker)} connection to ${server} failed (${failure.code}).`;
    case 'no_reply':
      return silenceLine(server, checker);
    case 'dns_error':
      return `DNS_CHECK (${server}) read error occurred. (rcode = ${failure.rcode})`;
    case 'reply_mismatch':
      return `UDP check to ${server} reply data mismatch: ${why}.`;
    case 'smtp_reply':
      return failure.stage === 'greeting'
        ? `Bad greeting banner from server ${server}: ${failure.reply}`
        : `Bad HELO response from server ${server}: ${failure.reply}`;
    case 'smtp_silent':
      return `Read timeout from server ${server}: ${why}.`;
    case 'smtp_broken':
      return `Read failure from server ${server}: ${why}.`;
    case 'smtp_too_long':
      return `SMTP_CHECK Buffer overflow reading from server ${server}: ${why}.`;
    case 'flooded':
    case 'exit_status':
    case 'program_killed':
    case 'program_timeout':
      return `Check of ${server} failed: ${why}.`;
    default:
      return exhaustive(failure);
  }
}

function refusedLine(server: string, checker: Checker['kind'], code: string): string {
  if (checker === 'tcp') return `TCP connection to ${server} failed (${code}).`;
  if (checker === 'smtp') return `Error connecting to server ${server} (${code}).`;
  return `Connection failed server ${server} (${code}).`;
}

function unansweredLine(server: string, checker: Checker['kind']): string {
  if (checker === 'tcp') return `TCP connection to ${server} timeout.`;
  if (checker === 'smtp') return `Connection timeout to server ${server}.`;
  return `Timeout connecting server ${server}.`;
}

const datagramWord = (checker: Checker['kind']): string => (checker === 'ping' ? 'ICMP' : 'UDP');

function silenceLine(server: string, checker: Checker['kind']): string {
  if (checker === 'dns') return `DNS_CHECK (${server}) read timeout from socket.`;
  if (checker === 'ping') return `ICMP connection to address ${server} timeout.`;
  return `UDP connection to ${server} failed: no reply.`;
}
