/** rtnetlink orders about links (linux/if_link.h): make a macvlan or ipvlan, switch a link on or off, remove it. */
import { macBytes } from '../../base/mac.ts';
import type { IfIndex } from '../../base/units.ts';
import type { LinkSpec } from '../../ports/link-kernel.ts';
import { attributeTable, encodeAttributes, nested, optional } from '../netlink/attributes.ts';
import { NetlinkWriter } from '../netlink/bytes.ts';
import { bytes, text, u16, u32 } from '../netlink/payloads.ts';

const IFF_UP = 0x1;

/** IFLA_MACVLAN_MODE is 32 bits wide, IFLA_IPVLAN_MODE and _FLAGS are 16 */
const MACVLAN = attributeTable({ mode: optional(1, u32) });
const IPVLAN = attributeTable({ mode: optional(1, u16), flags: optional(2, u16) });
const macvlanInfo = attributeTable({ kind: optional(1, text), settings: optional(2, nested(MACVLAN)) });
const ipvlanInfo = attributeTable({ kind: optional(1, text), settings: optional(2, nested(IPVLAN)) });
const common = {
  mac: optional(1, bytes), // IFLA_ADDRESS
  name: optional(3, text), // IFLA_IFNAME
  parent: optional(5, u32), // IFLA_LINK
  group: optional(27, u32), // IFLA_GROUP
};
const MACVLAN_LINK = attributeTable({ ...common, info: optional(18, nested(macvlanInfo)) }); // IFLA_LINKINFO
const IPVLAN_LINK = attributeTable({ ...common, info: optional(18, nested(ipvlanInfo)) });

export function encodeLinkToCreate({ kind, name, parent, mac, group, mode, flags }: LinkSpec): Uint8Array {
  const out = header(0, { flags: 0, change: 0 });
  const shared = { mac: mac === null ? null : macBytes(mac), name, parent, group };
  if (kind === 'macvlan') {
    encodeAttributes(MACVLAN_LINK, { ...shared, info: { kind, settings: { mode } } }, out);
  } else {
    encodeAttributes(IPVLAN_LINK, { ...shared, info: { kind, settings: { mode, flags } } }, out);
  }
  return out.finish();
}

export const encodeLinkToSet = (index: IfIndex, up: boolean): Uint8Array =>
  header(index, { flags: up ? IFF_UP : 0, change: IFF_UP }).finish();

export const encodeLinkToRemove = (index: IfIndex): Uint8Array =>
  header(index, { flags: 0, change: 0 }).finish();

/** struct ifinfomsg, as link.ts reads it */
const header = (index: number, bits: { readonly flags: number; readonly change: number }): NetlinkWriter =>
  new NetlinkWriter(128).u8(0).u8(0).u16(0).u32(index).u32(bits.flags).u32(bits.change);
