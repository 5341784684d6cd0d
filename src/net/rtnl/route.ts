/** rtnetlink messages about routes (linux/rtnetlink.h): the dump request, and RTM_NEWROUTE and RTM_DELROUTE in both
 *  directions, both families.
 *
 *  struct rtmsg: 0: u8 family | 1: u8 destination length | 2: u8 source length | 3: u8 tos | 4: u8 table, 0 when it is
 *  over 255 | 5: u8 protocol | 6: u8 scope | 7: u8 type | 8: u32 flags */
import { addressBits, type Family, type IpAddress } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { NextHop, Prefix, Route } from '../../base/routing.ts';
import { type IfIndex, ifIndex } from '../../base/units.ts';
import {
  type AttributeError,
  attributeTable,
  decodeAttributes,
  encodeAttributes,
  optional,
} from '../netlink/attributes.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { address, bytes, u8, u16, u32 } from '../netlink/payloads.ts';
import { decodeEncapsulation, encapsulationType, encodeEncapsulation } from './encapsulation.ts';
import { FAMILY, familyFrom, UNSPECIFIED } from './family.ts';
import { decodeNextHops, encodeNextHops, type RawNextHop } from './next-hops.ts';
import { decodeMetrics, encodeMetrics } from './route-metrics.ts';

export const RTM_ROUTE = { NEW: 24, DEL: 25, GET: 26 } as const;
/** linux/rtnetlink.h RTMGRP_IPV4_ROUTE and RTMGRP_IPV6_ROUTE */
export const ROUTE_GROUPS = 0x40 | 0x400;

const HEADER_SIZE = 12;
const TABLE_OVER_255 = 0; // RT_TABLE_UNSPEC
const RTNH_F_ONLINK = 0x4;
const RTM_F_CLONED = 0x200; // an entry of the route cache
/** RT_SCOPE_NOWHERE on a removal: whatever the scope is */
const ANY_SCOPE = 255;

const ROUTE = attributeTable({
  destination: optional(1, address), // RTA_DST
  from: optional(2, address), // RTA_SRC
  device: optional(4, u32), // RTA_OIF
  via: optional(5, address), // RTA_GATEWAY
  metric: optional(6, u32), // RTA_PRIORITY
  source: optional(7, address), // RTA_PREFSRC
  metrics: optional(8, bytes), // RTA_METRICS
  nextHops: optional(9, bytes), // RTA_MULTIPATH
  realms: optional(11, u32), // RTA_FLOW
  cacheInfo: optional(12, bytes), // RTA_CACHEINFO: u32 clntref, lastuse, s32 expires (1/100 s), …
  table: optional(15, u32), // RTA_TABLE
  preference: optional(20, u8), // RTA_PREF
  encapsulation: optional(22, bytes), // RTA_ENCAP
  encapsulationType: optional(21, u16), // RTA_ENCAP_TYPE
  expires: optional(23, u32), // RTA_EXPIRES
  ttlPropagate: optional(26, u8), // RTA_TTL_PROPAGATE
});
const FILTER = attributeTable({ table: optional(15, u32) });
const EXPIRES_AT = 8;
const EXPIRES_PER_SECOND = 100; // USER_HZ

/** Routes of one table made by one protocol; kernels that cannot filter (before 4.20) tell all. */
export function encodeRouteDump(of: {
  readonly family: Family;
  readonly table: number;
  readonly protocol: number;
}): Uint8Array {
  const out = new NetlinkWriter(HEADER_SIZE + 8);
  out.u8(FAMILY[of.family]).u8(0).u8(0).u8(0);
  out.u8(TABLE_OVER_255).u8(of.protocol).u8(0).u8(0).u32(0);
  encodeAttributes(FILTER, { table: of.table }, out);
  return out.finish();
}

export const encodeRouteToAdd = (route: Route<IfIndex>): Uint8Array => encodeRoute(route, route.scope);

/** Everything that is known of the route, since several may lead to one destination. */
export const encodeRouteToRemove = (route: Route<IfIndex>): Uint8Array =>
  encodeRoute(route, route.scope === 0 ? ANY_SCOPE : route.scope);

function encodeRoute(route: Route<IfIndex>, scope: number): Uint8Array {
  const { family, destination, from, table, encapsulation, nextHops } = route;
  const out = new NetlinkWriter(128);
  out
    .u8(FAMILY[family])
    .u8(destination.length)
    .u8(from?.length ?? 0)
    .u8(route.tos);
  out
    .u8(table > 255 ? TABLE_OVER_255 : table)
    .u8(route.protocol)
    .u8(scope)
    .u8(route.type);
  out.u32(route.onlink ? RTNH_F_ONLINK : 0);
  const attributes = {
    destination: destination.address,
    from: from?.address ?? null,
    via: route.via,
    device: route.device,
    metric: route.metric,
    source: route.source,
    metrics: encodeMetrics(route.metrics),
    nextHops: nextHops.length > 0 ? encodeNextHops(nextHops.map(rawLeg)) : null,
    realms: route.realms,
    table: table > 255 ? table : null,
    preference: route.preference,
    encapsulation: encapsulation === null ? null : encodeEncapsulation(encapsulation),
    encapsulationType: encapsulation === null ? null : encapsulationType(encapsulation),
    expires: route.expires,
    ttlPropagate: route.ttlPropagate === null ? null : Number(route.ttlPropagate),
  };
  encodeAttributes(ROUTE, attributes, out);
  return out.finish();
}

/** Null for families that vipd does not know and for entries of the route cache. */
export function decodeRoute(body: Uint8Array): Result<Route<IfIndex> | null, AttributeError> {
  if (body.length < HEADER_SIZE) return err({ kind: 'truncated', offset: body.length });
  const view = new NetlinkView(body);
  const family = familyFrom(view.u8(0));
  const flags = view.u32(8);
  if (family === null || (flags & RTM_F_CLONED) !== 0) return ok(null);
  const decoded = decodeAttributes(ROUTE, body, HEADER_SIZE);
  if (!decoded.ok) return decoded;
  const { encapsulation, encapsulationType: kind, metrics, nextHops, device, ...told } = decoded.value;
  const legs = nextHops === null ? [] : decodeNextHops(nextHops);
  if (legs === null) return err({ kind: 'bad_attribute', name: 'nextHops', length: nextHops?.length ?? 0 });
  return ok({
    family,
    type: view.u8(7),
    destination: prefixOf(family, told.destination, view.u8(1)),
    from: told.from === null ? null : prefixOf(family, told.from, view.u8(2)),
    table: told.table ?? view.u8(4),
    protocol: view.u8(5),
    scope: view.u8(6),
    tos: view.u8(3),
    metric: told.metric,
    source: told.source,
    via: told.via,
    device: device === null ? null : ifIndex(device),
    onlink: (flags & RTNH_F_ONLINK) !== 0,
    encapsulation: encapsulation === null ? null : decodeEncapsulation(kind, encapsulation),
    expires: told.expires ?? expiresOf(told.cacheInfo),
    metrics: decodeMetrics(metrics),
    realms: told.realms,
    preference: told.preference,
    ttlPropagate: told.ttlPropagate === null ? null : told.ttlPropagate !== 0,
    nextHops: legs.map(legOf),
  });
}

/** What a quick look tells, before the attributes are read: a busy router tells of many routes that are not ours. */
export const routeProtocol = (body: Uint8Array): number | null => body[5] ?? null;

const prefixOf = (family: Family, told: IpAddress | null, length: number): Prefix => ({
  address: told ?? UNSPECIFIED[family],
  length: Math.min(length, addressBits(family)),
});

/** Only a route that will expire tells a number; it is the rest of its life. */
function expiresOf(cacheInfo: Uint8Array | null): number | null {
  if (cacheInfo === null || cacheInfo.length < EXPIRES_AT + 4) return null;
  const hundredths = new NetlinkView(cacheInfo).s32(EXPIRES_AT);
  return hundredths <= 0 ? null : Math.ceil(hundredths / EXPIRES_PER_SECOND);
}

const rawLeg = (leg: NextHop<IfIndex>): RawNextHop => ({
  device: leg.device ?? 0,
  flags: leg.onlink ? RTNH_F_ONLINK : 0,
  weight: leg.weight,
  via: leg.via,
  realms: leg.realms,
  encapsulation: leg.encapsulation,
});

const legOf = (raw: RawNextHop): NextHop<IfIndex> => ({
  via: raw.via,
  device: raw.device === 0 ? null : ifIndex(raw.device),
  weight: raw.weight,
  onlink: (raw.flags & RTNH_F_ONLINK) !== 0,
  encapsulation: raw.encapsulation,
  realms: raw.realms,
});
