/** virtual_server, real_server and their checkers. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { FwMark, Micros, Port } from '../../base/units.ts';
import type { BfdChecker } from './bfd.ts';
import type { FileChecker } from './file-checker.ts';
import type { HttpWords, JsonWish } from './http-words.ts';
import type { DnsChecker, PingChecker, SmtpChecker, UdpChecker } from './network-checkers.ts';
import type { Login, ServiceChecker } from './service-checkers.ts';
import type { ScriptCommand } from './vrrp.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';

/** What the kernel matches traffic by: one service of its table. */
export type ServiceMatch =
  | {
      readonly kind: 'address';
      readonly protocol: Protocol;
      readonly address: IpAddress;
      readonly port: Port;
    }
  | { readonly kind: 'fwmark'; readonly mark: FwMark; readonly family: Family };

/** The entries of a virtual_server_group: each is a service of the kernel, all have one pool, one set of checks and one
 *  quorum (behaviour.md section 15.1). */
export interface GroupMatch {
  readonly kind: 'group';
  readonly name: string;
  /** 0 for the first virtual_server of this group, 1 for the second */
  readonly index: number;
  /** null: all entries are marks */
  readonly protocol: Protocol | null;
  readonly entries: readonly ServiceMatch[];
}

/** What one pool of real servers serves. */
export type PoolMatch = ServiceMatch | GroupMatch;

/** Its services in the kernel. */
export const entriesOf = (match: PoolMatch): readonly ServiceMatch[] =>
  match.kind === 'group' ? match.entries : [match];

export const SCHEDULERS = [
  'rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos',
] as const; // biome-ignore format: one line reads better
export type Scheduler = (typeof SCHEDULERS)[number];

/** How a packet reaches the real server. */
export type Forwarding =
  | { readonly kind: 'nat' }
  /** NAT, and the director's own address instead of the client's */
  | { readonly kind: 'fullnat' }
  | { readonly kind: 'dr' }
  | {
      readonly kind: 'tun';
      readonly encapsulation: 'ipip' | 'gue' | 'gre';
      /** gue only, else 0 */
      readonly port: Port;
      readonly checksum: 'none' | 'csum' | 'remcsum';
    };

/** What the kernel's IPVS knows of it. */
export type KernelForwarding = Exclude<Forwarding, { readonly kind: 'fullnat' }>;

/** Whether the real server may have a port of its own. */
export const translatesPorts = ({ kind }: Pick<Forwarding, 'kind'>): boolean =>
  kind === 'nat' || kind === 'fullnat';

export interface VirtualServer {
  readonly match: PoolMatch;
  readonly scheduler: Scheduler;
  /** sh-port, sh-fallback, mh-port, mh-fallback as the kernel's flag-1 (0x8), flag-2 (0x10), flag-3 (0x20) */
  readonly schedulerFlags: number;
  /** ops: one-packet scheduling, UDP and fwmark only */
  readonly onePacket: boolean;
  readonly persistence: Persistence | null;
  readonly realServers: readonly RealServer[];
  readonly sorryServer: SorryServer | null;
  /** sum of alive weights needed; at least 1 */
  readonly quorum: number;
  readonly hysteresis: number;
  readonly omega: boolean;
  /** checks run only while an address of the service is on this host */
  readonly haSuspend: boolean;
  /** label for SNMP */
  readonly snmpName: string | null;
  readonly virtualHost: string | null;
  readonly quorumUp: ScriptCommand | null;
  readonly quorumDown: ScriptCommand | null;
  readonly smtpAlert: boolean;
  /** for servers that leave the file, unless they had a longer one of their own */
  readonly drainTimeout: Micros;
  /** null: checks may empty the pool */
  readonly depoolThreshold: DepoolThreshold | null;
}

/** What checks alone leave in a pool: servers, or a share of those configured (0..100, rounded up). */
export type DepoolThreshold =
  | { readonly kind: 'count'; readonly servers: number }
  | { readonly kind: 'percent'; readonly percent: number };

export interface Persistence {
  readonly timeout: Micros;
  /** persistence_granularity as a prefix length: 32 (IPv4) or 128 (IPv6) = each client by itself */
  readonly prefixLength: number;
  readonly engine: 'sip' | null;
}

export interface SorryServer {
  readonly address: IpAddress;
  readonly port: Port;
  readonly forwarding: Forwarding;
  /** keep it in the table with weight 0 while the quorum is up */
  readonly inhibit: boolean;
}

export interface RealServer {
  readonly address: IpAddress;
  /** filled in: the service's port when the file gives none; 0 in a group means the port of each entry */
  readonly port: Port;
  /** 0..2147483647 */
  readonly weight: number;
  readonly forwarding: Forwarding;
  /** connection limits; 0 = none */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** a failed server stays in the table with weight 0 */
  readonly inhibitOnFailure: boolean;
  readonly checkers: readonly Checker[];
  readonly notifyUp: ScriptCommand | null;
  readonly notifyDown: ScriptCommand | null;
  readonly smtpAlert: boolean;
  /** label for SNMP */
  readonly snmpName: string | null;
  /** how long its connections may take to end once it is to go; 0 = it goes at once */
  readonly drainTimeout: Micros;
  /** how long its weight takes to rise after a recovery; 0 = it has all of it at once */
  readonly slowStart: Micros;
}

/** What every checker has, with the checker → real server → virtual server look-up already done. */
export interface CheckerCommon {
  readonly delayLoop: Micros;
  /** extra attempts before a live server is declared failed */
  readonly retry: number;
  readonly delayBeforeRetry: Micros;
  /** the first run is spread over 0..warmup */
  readonly warmup: Micros;
  /** the server is out of the table until this checker has passed once */
  readonly alpha: boolean;
  readonly logAllFailures: boolean;
}

/** Where and how a network checker connects. */
export interface CheckTarget {
  readonly address: IpAddress;
  readonly port: Port;
  readonly bindAddress: IpAddress | null;
  readonly bindPort: Port | null;
  readonly bindInterface: string | null;
  readonly fwmark: FwMark | null;
  /** check_via forwarding: the probe is for `address`, the service's, and is forwarded to this server as a client's packet
   *  would be; null: it goes to `address` itself */
  readonly forwardedTo: { readonly address: IpAddress; readonly forwarding: KernelForwarding } | null;
  /** connect, and each read or write */
  readonly timeout: Micros;
}

/** A checker that asks its server now and then; the others are told. */
export type ProbedChecker = Exclude<Checker, FileChecker | BfdChecker>;

export const isProbed = (checker: Checker): checker is ProbedChecker =>
  checker.kind !== 'file' && checker.kind !== 'bfd';

export type Checker =
  | TcpChecker
  | HttpChecker
  | MiscChecker
  | SmtpChecker
  | UdpChecker
  | DnsChecker
  | PingChecker
  | FileChecker
  | ServiceChecker
  | BfdChecker;

export interface TcpChecker extends CheckerCommon {
  readonly kind: 'tcp';
  readonly target: CheckTarget;
}

export interface HttpChecker extends CheckerCommon {
  readonly kind: 'http';
  readonly target: CheckTarget;
  readonly protocol: HttpProtocol;
  readonly urls: readonly [HttpUrl, ...HttpUrl[]];
  readonly fastRecovery: boolean;
  /** of Basic authentication (RFC 7617) */
  readonly login: Login | null;
  /** SSL_GET: how long before its end a certificate is warned of; null = it is not looked at */
  readonly expiryWarning: Micros | null;
}

/** SSL_GET: the certificate is never verified. */
export interface HttpTls {
  /** null sends no server name */
  readonly sni: string | null;
  /** tls_compliant: the connection ends with both sides' close_notify (RFC 8446 section 6.1) */
  readonly fullClose: boolean;
}

/** 1.0c adds `Connection: close` to 1.0. */
export type HttpProtocol = '1.0' | '1.0c' | '1.0C' | '1.1';

export interface HttpUrl {
  /** null = plain HTTP; the same for all urls of a checker but for the name */
  readonly tls: HttpTls | null;
  readonly path: string;
  /** MD5 of the body, 32 lower-case hex digits */
  readonly digest: string | null;
  /** accepted codes, each range inclusive within 100..599; default 200-299 */
  readonly status: readonly StatusRange[];
  /** Host header; null = address:port of the target */
  readonly virtualHost: string | null;
  readonly regex: BodyRegex | null;
  /** null = a plain GET */
  readonly words: HttpWords | null;
  /** what the body's JSON must hold, all of it */
  readonly json: readonly JsonWish[];
}

export interface BodyRegex {
  /** as the file has it, in the syntax of PCRE2 */
  readonly pattern: string;
  readonly options: readonly string[];
  /** the same for `new RegExp` */
  readonly source: string;
  readonly flags: string;
  /** regex_no_match: the body must not match */
  readonly negated: boolean;
  /** bytes of the body where a match may start; null = up to its end */
  readonly minOffset: number;
  readonly maxOffset: number | null;
}

export interface StatusRange {
  readonly low: number;
  readonly high: number;
}

export interface MiscChecker extends CheckerCommon {
  readonly kind: 'misc';
  readonly command: ScriptCommand;
  readonly timeout: Micros;
  /** misc_dynamic: the exit status names the weight */
  readonly dynamic: boolean;
}
