/** Routes and policy rules as values, in iproute2's words. The configuration names interfaces, the kernel numbers them:
 *  `Device` is an interface name in the model and an interface index at the port. Plain JSON, so 64-bit numbers are decimal
 *  text. Numbers of types, scopes and actions are those of linux/rtnetlink.h and linux/fib_rules.h. */
import type { Family, IpAddress } from './ip.ts';
import type { InterfaceName } from './units.ts';

export interface Prefix {
  readonly address: IpAddress;
  readonly length: number;
}

export interface Route<Device> {
  readonly family: Family;
  /** RTN_: 1 unicast, 2 local, 3 broadcast, 4 anycast, 5 multicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw,
   *  10 nat */
  readonly type: number;
  /** the default route is 0.0.0.0/0 or ::/0 */
  readonly destination: Prefix;
  /** IPv6: for packets from there only */
  readonly from: Prefix | null;
  /** 32 bits; 254 is main */
  readonly table: number;
  /** RTPROT_; 18 is keepalived's and vipd's */
  readonly protocol: number;
  /** RT_SCOPE_; IPv6 knows only 0 */
  readonly scope: number;
  readonly tos: number;
  /** null = the kernel's: 0 for IPv4, 1024 for IPv6 */
  readonly metric: number | null;
  /** preferred source */
  readonly source: IpAddress | null;
  readonly via: IpAddress | null;
  /** null = found by the kernel through `via`, or none */
  readonly device: Device | null;
  readonly onlink: boolean;
  readonly encapsulation: Encapsulation | null;
  /** IPv6: seconds to live when it was made */
  readonly expires: number | null;
  readonly metrics: RouteMetrics;
  /** source realm in the high half, destination realm in the low */
  readonly realms: number | null;
  /** IPv6 router preference, ICMPV6_ROUTER_PREF_: 0 medium, 1 high, 3 low; null = medium */
  readonly preference: number | null;
  /** MPLS; the kernel takes it and does not tell it for other routes */
  readonly ttlPropagate: boolean | null;
  /** several legs instead of `via` and `device`; empty for a plain route */
  readonly nextHops: readonly NextHop<Device>[];
}

export interface NextHop<Device> {
  readonly via: IpAddress | null;
  readonly device: Device | null;
  /** 1..256 */
  readonly weight: number;
  readonly onlink: boolean;
  readonly encapsulation: Encapsulation | null;
  readonly realms: number | null;
}

/** RTAX_ numbers of linux/rtnetlink.h, by iproute2's words. */
export const METRIC_NUMBERS = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rto_min: 13,
  initrwnd: 14,
  quickack: 15,
  congctl: 16,
  fastopen_no_cookie: 17,
} as const;
export type MetricName = keyof typeof METRIC_NUMBERS;
export type NumericMetric = Exclude<MetricName, 'congctl'>;

export interface RouteMetrics {
  /** in the kernel's units: rtt in 1/8 ms, rttvar in 1/4 ms, rto_min in ms */
  readonly values: Readonly<Partial<Record<NumericMetric, number>>>;
  readonly congestionControl: string | null;
  /** bit n: the metric with number n is not to be adjusted (RTAX_LOCK) */
  readonly locked: number;
}

export const NO_METRICS: RouteMetrics = { values: {}, congestionControl: null, locked: 0 };

/** Light-weight tunnels (linux/lwtunnel.h). */
export type Encapsulation =
  | {
      readonly kind: 'ip' | 'ip6';
      /** 64 bits, decimal text */
      readonly id: string | null;
      readonly destination: IpAddress | null;
      readonly source: IpAddress | null;
      /** TTL or hop limit */
      readonly ttl: number;
      /** TOS or traffic class */
      readonly tos: number;
      readonly flags: number;
    }
  /** 20-bit labels, outermost first */
  | { readonly kind: 'mpls'; readonly labels: readonly number[] }
  /** 64 bits, decimal text */
  | { readonly kind: 'ila'; readonly locator: string };

export interface Range {
  readonly low: number;
  readonly high: number;
}

export type RuleAction =
  | { readonly kind: 'lookup'; readonly table: number }
  /** the table of the VRF that the packet belongs to */
  | { readonly kind: 'l3mdev' }
  | { readonly kind: 'goto'; readonly target: number }
  | { readonly kind: 'nop' | 'blackhole' | 'unreachable' | 'prohibit' };

export interface Rule {
  readonly family: Family;
  readonly priority: number;
  readonly action: RuleAction;
  /** `not`: for packets that do not match */
  readonly invert: boolean;
  readonly from: Prefix | null;
  readonly to: Prefix | null;
  readonly tos: number;
  readonly mark: { readonly value: number; readonly mask: number } | null;
  readonly realms: number | null;
  readonly suppressPrefixLength: number | null;
  readonly suppressGroup: number | null;
  readonly iif: InterfaceName | null;
  readonly oif: InterfaceName | null;
  /** 64 bits, decimal text */
  readonly tunnelId: string | null;
  readonly users: Range | null;
  readonly ipProtocol: number | null;
  readonly sourcePorts: Range | null;
  readonly destinationPorts: Range | null;
  /** RTPROT_; 18 is keepalived's and vipd's */
  readonly protocol: number;
}

/** RTPROT_KEEPALIVED of linux/rtnetlink.h, so that both recognise what the other left behind. */
export const PROTOCOL_KEEPALIVED = 18;
export const TABLE_MAIN = 254;
export const RTN = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
} as const;
