/** rtnetlink messages about links (linux/rtnetlink.h, linux/if_link.h): the dump request, and RTM_NEWLINK and
 *  RTM_DELLINK as dump or notification. */
import { macFromBytes } from '../../base/mac.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type IfIndex, ifIndex, interfaceName } from '../../base/units.ts';
import type { LinkLayer, LinkState } from '../../ports/net-kernel.ts';
import {
  type AttributeError,
  type AttributesOf,
  attributeTable,
  decodeAttributes,
  encodeAttributes,
  nested,
  optional,
  required,
} from '../netlink/attributes.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { bytes, text, u16, u32 } from '../netlink/payloads.ts';

export const RTM_LINK = { NEW: 16, DEL: 17, GET: 18 } as const;
/** linux/rtnetlink.h RTMGRP_LINK */
export const LINK_GROUP = 0x1;

/** struct ifinfomsg: 0: u8 family | 2: u16 device type | 4: s32 index | 8: u32 flags | 12: u32 change mask */
const HEADER_SIZE = 16;
const SKIP_STATISTICS = 0x8; // RTEXT_FILTER_SKIP_STATS
const IFF = { UP: 0x1, LOOPBACK: 0x8, RUNNING: 0x40, NOARP: 0x80, MULTICAST: 0x1000 } as const;

const LAYER = attributeTable({
  kind: optional(1, text), // IFLA_INFO_KIND
  settings: optional(2, bytes), // IFLA_INFO_DATA
});
const VRF = attributeTable({ table: required(1, u32) }); // IFLA_VRF_TABLE
const MACVLAN = attributeTable({ mode: required(1, u32) }); // IFLA_MACVLAN_MODE
const IPVLAN = attributeTable({ mode: required(1, u16), flags: optional(2, u16) }); // IFLA_IPVLAN_MODE, _FLAGS
const LINK = attributeTable({
  mac: optional(1, bytes), // IFLA_ADDRESS
  name: required(3, text), // IFLA_IFNAME
  mtu: optional(4, u32), // IFLA_MTU
  parent: optional(5, u32), // IFLA_LINK
  layer: optional(18, nested(LAYER)), // IFLA_LINKINFO
});
const FILTER = attributeTable({ mask: required(29, u32) }); // IFLA_EXT_MASK

export function encodeLinkDump(): Uint8Array {
  const out = new NetlinkWriter();
  out.reserve(HEADER_SIZE);
  encodeAttributes(FILTER, { mask: SKIP_STATISTICS }, out);
  return out.finish();
}

/** Null for messages that are not about the link itself: bridges report their ports' state in the same
 *  form. */
export function decodeLink(body: Uint8Array): Result<LinkState | null, AttributeError> {
  if (body.length < HEADER_SIZE) return err({ kind: 'truncated', offset: body.length });
  const view = new NetlinkView(body);
  if (view.u8(0) !== 0) return ok(null);
  const attributes = decodeAttributes(LINK, body, HEADER_SIZE);
  if (!attributes.ok) return attributes;
  const { mac, name, mtu, parent, layer } = attributes.value;
  const flags = view.u32(8);
  return ok({
    index: ifIndex(view.s32(4)),
    name: interfaceName(name),
    up: (flags & IFF.UP) !== 0,
    running: (flags & IFF.RUNNING) !== 0,
    multicast: (flags & IFF.MULTICAST) !== 0,
    noArp: (flags & IFF.NOARP) !== 0,
    loopback: (flags & IFF.LOOPBACK) !== 0,
    mac: mac === null ? null : macFromBytes(mac),
    mtu: mtu ?? 0,
    layer: layer === null ? null : layerOf(layer, parent === null ? null : ifIndex(parent)),
  });
}

/** Null for kinds that vipd has nothing to do with, and for settings that make no sense. */
function layerOf(layer: AttributesOf<typeof LAYER>, parent: IfIndex | null): LinkLayer | null {
  const settings = layer.settings ?? new Uint8Array();
  switch (layer.kind) {
    case 'vrf': {
      const vrf = decodeAttributes(VRF, settings);
      return vrf.ok ? { kind: 'vrf', table: vrf.value.table } : null;
    }
    case 'macvlan': {
      const macvlan = decodeAttributes(MACVLAN, settings);
      return macvlan.ok ? { kind: 'macvlan', parent, mode: macvlan.value.mode, flags: 0 } : null;
    }
    case 'ipvlan': {
      const ipvlan = decodeAttributes(IPVLAN, settings);
      return ipvlan.ok
        ? { kind: 'ipvlan', parent, mode: ipvlan.value.mode, flags: ipvlan.value.flags ?? 0 }
        : null;
    }
    default:
      return null;
  }
}
