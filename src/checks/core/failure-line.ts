/** A failed probe as keepalived words it; what it does not say (a reason, a url) stands behind its own words. */
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
    case 'bad_body':
      return `Regex match failed to server ${server} url(${failure.url})${failure.why === 'too_slow' ? `: ${why}` : ''}.`;
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
      return `${checker === 'ping' ? 'ICMP' : 'UDP'} connection to ${server} failed (${failure.code}).`;
    case 'no_reply':
      return checker === 'ping'
        ? `ICMP connection to address ${server} timeout.`
        : `UDP connection to ${server} failed: no reply.`;
    case 'dns_error':
      return dnsFailureLine({ server, failure });
    case 'reply_mismatch':
      return `UDP check to ${server} reply data mismatch: ${why}.`;
    case 'smtp_reply':
      return failure.stage === 'greeting'
        ? `SMTP_CHECK Bad greeting banner from server ${server}: ${failure.reply}`
        : `SMTP_CHECK Bad HELO response from server ${server}: ${failure.reply}`;
    case 'smtp_silent':
      return `SMTP_CHECK Read timeout from server ${server}: ${why}.`;
    case 'smtp_broken':
      return `SMTP_CHECK Read failure from server ${server}: ${why}.`;
    case 'smtp_too_long':
      return `SMTP_CHECK Buffer overflow reading from server ${server}: ${why}.`;
    default:
      return `Check of ${server} failed: ${why}.`;
  }
}

function refusedLine(server: string, checker: Checker['kind'], code: string): string {
  if (checker === 'tcp') return `TCP connection to ${server} failed (${code}).`;
  if (checker === 'smtp') return `SMTP_CHECK Could not connect to server ${server} (${code}).`;
  return `Connection failed server ${server} (${code}).`;
}

function unansweredLine(server: string, checker: Checker['kind']): string {
  if (checker === 'tcp') return `TCP connection to ${server} timeout.`;
  if (checker === 'smtp') return `SMTP_CHECK Connection timeout to server ${server}.`;
  return `Timeout connecting server ${server}.`;
}

/** DNS_CHECK has one line for the probe and the verdict; the retries stand behind it. */
export function dnsFailureLine({ server, failure }: Pick<ServerFailure, 'server' | 'failure'>): string {
  const head = `DNS_CHECK (${server})`;
  switch (failure.kind) {
    case 'unreachable':
      return `${head} failed to read socket; ${failure.code}`;
    case 'no_reply':
      return `${head} read timeout from socket`;
    case 'dns_error':
      return `${head} read error occurred. (rcode = ${failure.rcode})`;
    default:
      return `${head} ${resultText({ kind: 'failed', failure })}`;
  }
}
