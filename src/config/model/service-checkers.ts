/** Checkers of vipd's own, which keepalived does not have: they speak the protocol of what runs behind LVS. */
import type { Micros } from '../../base/units.ts';
import type { CheckerCommon, CheckTarget } from './lvs.ts';

/** `file` until the configuration is loaded: its content then stands here as if it had been given. */
export type Password =
  | { readonly kind: 'given'; readonly secret: string }
  | { readonly kind: 'file'; readonly path: string };

export interface Login {
  readonly user: string;
  /** null = the account has none */
  readonly password: Password | null;
}

/** With key, certificate and authorities of the top level's SSL block. */
export interface CheckTls {
  /** the certificate must be valid and bear the server's name */
  readonly verify: boolean;
  /** null: no name is sent, and a verified certificate must bear the address */
  readonly serverName: string | null;
}

export interface DatabaseQuery {
  readonly sql: string;
  /** the first column of the first row as text; null = any row will do */
  readonly expected: string | null;
}

interface DatabaseChecker extends CheckerCommon {
  readonly target: CheckTarget;
  readonly login: Login;
  readonly database: string | null;
  readonly tls: CheckTls | null;
  readonly query: DatabaseQuery | null;
  /** of a server that replicates another; null = its lag is not asked for */
  readonly maxLag: Micros | null;
}

export interface MysqlChecker extends DatabaseChecker {
  readonly kind: 'mysql';
  /** null = either */
  readonly readOnly: boolean | null;
}

export interface PgsqlChecker extends DatabaseChecker {
  readonly kind: 'pgsql';
  /** true = a standby; null = either */
  readonly inRecovery: boolean | null;
}

export interface RedisChecker extends CheckerCommon {
  readonly kind: 'redis';
  readonly target: CheckTarget;
  /** null = no AUTH; an empty user is the default one (AUTH with the password alone) */
  readonly login: Login | null;
  readonly tls: CheckTls | null;
  readonly role: 'master' | 'replica' | 'any';
}

export interface GrpcChecker extends CheckerCommon {
  readonly kind: 'grpc';
  readonly target: CheckTarget;
  readonly tls: CheckTls | null;
  /** empty = the server as a whole (grpc.health.v1) */
  readonly service: string;
}

/** The server itself says how much it can take (HAProxy's agent protocol). */
export interface AgentChecker extends CheckerCommon {
  readonly kind: 'agent';
  readonly target: CheckTarget;
  /** said to the agent when the connection is open, with a newline behind it */
  readonly send: string | null;
}

export type ServiceChecker = MysqlChecker | PgsqlChecker | RedisChecker | GrpcChecker | AgentChecker;
