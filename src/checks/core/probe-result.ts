/** What one run of a checker found, as data. The core decides by it, the log and the status put it into words. */
import { exhaustive } from '../../base/never.ts';
import type { Micros } from '../../base/units.ts';
import { type ServiceFailure, serviceFailureText } from './service-failure.ts';
import type { WeightEffect } from './weight.ts';

export type ProbeResult = Passed | Setback | Unheard;

/** What a probe brings home: a result, or the words of an agent, which mean something only beside those before. */
export type ProbeAnswer = ProbeResult | { readonly kind: 'agent_said'; readonly line: string };

export interface Passed {
  readonly kind: 'passed';
  /** what the run says of the server's weight; absent = nothing, and what an earlier run said stays */
  readonly weight?: WeightEffect;
  /** until the certificate ends, where that is asked for; negative when it has */
  readonly certificateLeft?: Micros;
}

/** AGENT_CHECK: the agent was not reached, or said nothing that means anything. Whether the server works is for other checks
 *  to find out; what the agent said before stays. */
export interface Unheard {
  readonly kind: 'unheard';
  readonly why: string;
}

export type Setback<F extends ProbeFailure = ProbeFailure> =
  | { readonly kind: 'failed'; readonly failure: F }
  /** trouble of this host (no descriptor, address not bindable): says nothing about the server */
  | { readonly kind: 'no_result'; readonly code: string; readonly attempted: string };

export type ProbeFailure =
  | ExchangeFailure
  | PageFailure
  | ProgramFailure
  | DatagramFailure
  | SmtpFailure
  | FileFailure
  | ServiceFailure;

/** No complete answer. `code` is an errno's name (`ECONNREFUSED`) or Node's name of a TLS error. */
export type ExchangeFailure =
  | { readonly kind: 'connect_failed'; readonly code: string }
  | { readonly kind: 'connect_timeout' }
  | { readonly kind: 'tls_failed'; readonly code: string }
  | { readonly kind: 'read_failed'; readonly url: string; readonly code: string }
  /** no byte for the checker's timeout */
  | { readonly kind: 'read_timeout'; readonly url: string }
  /** bytes came, but no end within the time a whole exchange may take */
  | { readonly kind: 'exchange_timeout'; readonly url: string }
  | { readonly kind: 'body_too_long'; readonly url: string; readonly limit: number }
  /** closed without a byte, or without an empty line in the first 4095 bytes */
  | { readonly kind: 'no_header'; readonly url: string; readonly received: number };

/** A complete answer that is not the wanted one. */
export type PageFailure =
  /** `status` 0: the first line holds none */
  | { readonly kind: 'bad_status'; readonly url: string; readonly status: number }
  /** the regular expression: too slow to tell is a failure too */
  | { readonly kind: 'bad_body'; readonly url: string; readonly why: 'does_not' | 'too_slow' }
  | { readonly kind: 'bad_digest'; readonly url: string; readonly digest: string; readonly expected: string };

/** UDP_CHECK, DNS_CHECK, PING_CHECK. */
export type DatagramFailure =
  /** an ICMP error came, or no route leads there; `code` is an errno's name */
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'no_reply' }
  /** datagrams came, none of them an answer */
  | { readonly kind: 'flooded'; readonly limit: number }
  /** the server answered with an error (RFC 1035 section 4.1.1) */
  | { readonly kind: 'dns_error'; readonly rcode: number }
  | { readonly kind: 'reply_mismatch'; readonly what: 'length' | 'bytes'; readonly length: number };

/** Which answer of SMTP_CHECK's dialogue was waited for. */
export type SmtpStage = 'greeting' | 'helo' | 'quit';

export type SmtpFailure =
  /** an answer, but not the wanted one; the beginning of its first line, printable */
  | { readonly kind: 'smtp_reply'; readonly stage: SmtpStage; readonly reply: string }
  | { readonly kind: 'smtp_silent'; readonly stage: SmtpStage }
  | { readonly kind: 'smtp_broken'; readonly stage: SmtpStage; readonly code: string }
  | { readonly kind: 'smtp_too_long'; readonly limit: number };

/** FILE_CHECK */
export type FileFailure = { readonly kind: 'file_value'; readonly value: number };

/** MISC_CHECK: how its program ended. */
export type ProgramFailure =
  | { readonly kind: 'exit_status'; readonly status: number }
  /** a signal that the checker did not send */
  | { readonly kind: 'program_killed'; readonly signal: string }
  | { readonly kind: 'program_timeout' };

export const PASSED: ProbeResult = { kind: 'passed' };
export const failed = <F extends ProbeFailure>(failure: F): Setback<F> => ({ kind: 'failed', failure });

/** One sentence for a person. */
export function resultText(result: ProbeResult): string {
  switch (result.kind) {
    case 'passed':
      return 'passed';
    case 'failed':
      return failureText(result.failure);
    case 'no_result':
      return `not checked: ${result.attempted} failed on this host with ${result.code}`;
    case 'unheard':
      return `the agent was not heard, what it said before stays: ${result.why}`;
    default:
      return exhaustive(result);
  }
}

function failureText(failure: ProbeFailure): string {
  switch (failure.kind) {
    case 'connect_failed':
      return `connection failed: ${failure.code}`;
    case 'connect_timeout':
      return 'no connection within the timeout';
    case 'tls_failed':
      return `TLS handshake failed: ${failure.code}`;
    case 'read_failed':
      return `${failure.url}: connection broke: ${failure.code}`;
    case 'read_timeout':
      return `${failure.url}: silence for longer than the timeout`;
    case 'exchange_timeout':
      return `${failure.url}: the answer did not end in time`;
    case 'body_too_long':
      return `${failure.url}: the body is longer than ${failure.limit} bytes`;
    case 'no_header':
      return failure.received === 0
        ? `${failure.url}: closed without an answer`
        : `${failure.url}: no end of the header in ${failure.received} bytes`;
    case 'bad_status':
      return failure.status === 0
        ? `${failure.url}: no status in the answer`
        : `${failure.url}: status ${failure.status} is not accepted`;
    case 'bad_body':
      return failure.why === 'too_slow'
        ? `${failure.url}: the regular expression takes too long on this body`
        : `${failure.url}: the body is not as the regular expression wants it`;
    case 'bad_digest':
      return `${failure.url}: digest ${failure.digest}, expected ${failure.expected}`;
    case 'unreachable':
      return `unreachable: ${failure.code}`;
    case 'no_reply':
      return 'no reply within the timeout';
    case 'flooded':
      return `${failure.limit} datagrams and no answer among them`;
    case 'dns_error':
      return `answered with ${rcodeText(failure.rcode)}`;
    case 'reply_mismatch':
      return failure.what === 'length'
        ? `a reply of ${failure.length} bytes is too short or too long`
        : 'the reply does not begin as wanted';
    case 'smtp_reply':
      return `${STAGES[failure.stage]}: '${failure.reply}'`;
    case 'smtp_silent':
      return `no end of ${STAGES[failure.stage]} within the timeout`;
    case 'smtp_broken':
      return `the connection broke before ${STAGES[failure.stage]}: ${failure.code}`;
    case 'smtp_too_long':
      return `a reply is longer than ${failure.limit} bytes`;
    case 'file_value':
      return `the file holds ${failure.value}`;
    case 'exit_status':
      return `exited with status ${failure.status}`;
    case 'program_killed':
      return `ended by ${failure.signal}`;
    case 'program_timeout':
      return 'still running at its timeout';
    default:
      return serviceFailureText(failure);
  }
}

const STAGES: Readonly<Record<SmtpStage, string>> = {
  greeting: 'the greeting',
  helo: 'the answer to HELO',
  quit: 'the answer to QUIT',
};

/** RFC 1035 section 4.1.1, RFC 2136 section 2.2. */
const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

const rcodeText = (rcode: number): string => RCODES[rcode] ?? `rcode ${rcode}`;
