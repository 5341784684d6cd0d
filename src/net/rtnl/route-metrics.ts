/** RTA_METRICS: attributes within an attribute, numbered RTAX_ (linux/rtnetlink.h). All are u32 but for the name of the
 *  congestion control. */
import { METRIC_NUMBERS, NO_METRICS, type NumericMetric, type RouteMetrics } from '../../base/routing.ts';
import { attributeTable, decodeAttributes, encodeAttributes, optional } from '../netlink/attributes.ts';
import { NetlinkWriter } from '../netlink/bytes.ts';
import { text, u32 } from '../netlink/payloads.ts';

const N = METRIC_NUMBERS;
const METRICS = attributeTable({
  locked: optional(1, u32), // RTAX_LOCK: bit n locks metric n
  mtu: optional(N.mtu, u32),
  window: optional(N.window, u32),
  rtt: optional(N.rtt, u32),
  rttvar: optional(N.rttvar, u32),
  ssthresh: optional(N.ssthresh, u32),
  cwnd: optional(N.cwnd, u32),
  advmss: optional(N.advmss, u32),
  reordering: optional(N.reordering, u32),
  hoplimit: optional(N.hoplimit, u32),
  initcwnd: optional(N.initcwnd, u32),
  features: optional(N.features, u32),
  rto_min: optional(N.rto_min, u32),
  initrwnd: optional(N.initrwnd, u32),
  quickack: optional(N.quickack, u32),
  congctl: optional(N.congctl, text),
  fastopen_no_cookie: optional(N.fastopen_no_cookie, u32),
});

/** Null when there is none: an empty attribute would be refused. */
export function encodeMetrics({ values, congestionControl, locked }: RouteMetrics): Uint8Array | null {
  const fields = { ...values, congctl: congestionControl, locked: locked === 0 ? null : locked };
  const out = new NetlinkWriter(64);
  encodeAttributes(METRICS, fields, out);
  return out.length === 0 ? null : out.finish();
}

/** What makes no sense counts as not told: such a route is not one of ours. */
export function decodeMetrics(bytes: Uint8Array | null): RouteMetrics {
  const decoded = bytes === null ? null : decodeAttributes(METRICS, bytes);
  if (decoded === null || !decoded.ok) return NO_METRICS;
  const { locked, congctl, ...numbers } = decoded.value;
  const values: Partial<Record<NumericMetric, number>> = {};
  for (const [name, value] of Object.entries(numbers))
    if (value !== null) values[name as NumericMetric] = value;
  return { values, congestionControl: congctl, locked: locked ?? 0 };
}
