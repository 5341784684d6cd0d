/** SMTP_CHECK, and the checkers that ask one datagram's question: UDP_CHECK, DNS_CHECK, PING_CHECK. */
import type { CheckerCommon, CheckTarget } from './lvs.ts';

export interface SmtpChecker extends CheckerCommon {
  readonly kind: 'smtp';
  readonly target: CheckTarget;
  /** what this host calls itself */
  readonly heloName: string;
}

export interface UdpChecker extends CheckerCommon {
  readonly kind: 'udp';
  readonly target: CheckTarget;
  /** hex digits, an even number of them; null = a text of vipd's own */
  readonly payload: string | null;
  /** null = silence is success, as long as nobody says that the port is closed */
  readonly reply: UdpReply | null;
}

export interface UdpReply {
  /** how it begins: hex digits, `x` for any; null = any datagram will do, of any length */
  readonly pattern: string | null;
  readonly lengthMin: number;
  readonly lengthMax: number;
}

export const DNS_TYPES = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY'] as const;
export type DnsType = (typeof DNS_TYPES)[number];

export interface DnsChecker extends CheckerCommon {
  readonly kind: 'dns';
  readonly target: CheckTarget;
  readonly type: DnsType;
  /** labels between dots; empty = the root */
  readonly name: string;
}

/** ICMP echo; the port of the target has no meaning. */
export interface PingChecker extends CheckerCommon {
  readonly kind: 'ping';
  readonly target: CheckTarget;
}
