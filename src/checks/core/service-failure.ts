/** Failures of MYSQL_CHECK, PGSQL_CHECK, REDIS_CHECK, GRPC_CHECK and AGENT_CHECK, and of the own words of HTTP_GET. */
import { exhaustive } from '../../base/never.ts';

/** How far a conversation had come. */
export type SessionStage = 'greeting' | 'login' | 'query' | 'reply';

export type ServiceFailure =
  | { readonly kind: 'session_silent'; readonly stage: SessionStage }
  /** `code`: an errno's name, a TLS error's, or `closed` */
  | { readonly kind: 'session_broken'; readonly stage: SessionStage; readonly code: string }
  | { readonly kind: 'session_too_long'; readonly limit: number }
  /** bytes that are not of the protocol */
  | { readonly kind: 'malformed'; readonly stage: SessionStage; readonly detail: string }
  /** the server said no; `detail` is its printable message without the password */
  | { readonly kind: 'refused'; readonly stage: SessionStage; readonly code: string; readonly detail: string }
  | { readonly kind: 'no_row' }
  | {
      readonly kind: 'unwanted_value';
      /** `the query's value`, `read_only`, `role`, `JSON status.db` */
      readonly what: string;
      /** null = there is none */
      readonly value: string | null;
      readonly wanted: string;
    }
  /** whole seconds */
  | { readonly kind: 'replication_late'; readonly lag: number; readonly limit: number }
  | { readonly kind: 'replication_broken'; readonly detail: string }
  | { readonly kind: 'not_json'; readonly url: string }
  | { readonly kind: 'not_serving'; readonly status: string }
  | { readonly kind: 'agent_down'; readonly word: string; readonly why: string | null };

export function serviceFailureText(failure: ServiceFailure): string {
  switch (failure.kind) {
    case 'session_silent':
      return `no end of ${STAGES[failure.stage]} within the timeout`;
    case 'session_broken':
      return `the connection broke before the end of ${STAGES[failure.stage]}: ${failure.code}`;
    case 'session_too_long':
      return `more than ${failure.limit} bytes came`;
    case 'malformed':
      return `${STAGES[failure.stage]} is not of the protocol: ${failure.detail}`;
    case 'refused':
      return `${STAGES[failure.stage]} was refused: ${failure.code}: ${failure.detail}`;
    case 'no_row':
      return 'the query gave no row';
    case 'unwanted_value':
      return failure.value === null
        ? `${failure.what} is missing, wanted '${failure.wanted}'`
        : `${failure.what} is '${failure.value}', wanted '${failure.wanted}'`;
    case 'replication_late':
      return `replication is ${failure.lag} s behind, ${failure.limit} s are allowed`;
    case 'replication_broken':
      return `replication does not run: ${failure.detail}`;
    case 'not_json':
      return `${failure.url}: the body is no JSON of at most 256 kB`;
    case 'not_serving':
      return `the service is ${failure.status}`;
    case 'agent_down':
      return `the agent says ${failure.word}${failure.why === null ? '' : `: ${failure.why}`}`;
    default:
      return exhaustive(failure);
  }
}

const STAGES: Readonly<Record<SessionStage, string>> = {
  greeting: 'the greeting',
  login: 'the login',
  query: 'the query',
  reply: 'the reply',
};

/** What is shown of a text that a server sent. */
const SHOWN_MAX = 120;

/** Printable ASCII, its beginning; whatever was secret in it is gone. */
export function shownText(text: string, secret: string | null): string {
  const clean = secret === null || secret === '' ? text : text.replaceAll(secret, '***');
  return clean.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '?');
}
