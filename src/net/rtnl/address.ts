/** rtnetlink messages about addresses (linux/if_addr.h): dump request, RTM_NEWADDR and RTM_DELADDR in both
 *  directions. */
import { addressBits, familyOf, isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { ifIndex } from '../../base/units.ts';
import type { AddressState } from '../../ports/net-kernel.ts';
import {
  type AttributeError,
  attributeTable,
  decodeAttributes,
  encodeAttributes,
  optional,
} from '../netlink/attributes.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { address, bytesOf, text, u8, u32 } from '../netlink/payloads.ts';

export const RTM_ADDRESS = { NEW: 20, DEL: 21, GET: 22 } as const;
/** linux/rtnetlink.h RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR */
export const ADDRESS_GROUPS = 0x10 | 0x100;

/** struct ifaddrmsg: 0: u8 family | 1: u8 prefix length | 2: u8 flags | 3: u8 scope | 4: u32 interface
 *  index */
const HEADER_SIZE = 8;
const FAMILY = { inet: 2, inet6: 10 } as const;
const IFA_F = { SECONDARY: 0x1, NODAD: 0x2 } as const;
const FOREVER = 0xffff_ffff;

const ADDRESS = attributeTable({
  prefixAddress: optional(1, address), // IFA_ADDRESS: the peer's on a point-to-point link, else our own
  local: optional(2, address), // IFA_LOCAL: our own; absent for most IPv6 addresses
  label: optional(3, text), // IFA_LABEL
  broadcast: optional(4, address), // IFA_BROADCAST
  lifetimes: optional(6, bytesOf(16)), // IFA_CACHEINFO: u32 preferred, valid (seconds), created, updated
  flags: optional(8, u32), // IFA_FLAGS, wider than the header's
  protocol: optional(11, u8), // IFA_PROTO, since Linux 5.18; ignored before
});

export function encodeAddressDump(): Uint8Array {
  const out = new NetlinkWriter();
  out.reserve(HEADER_SIZE);
  return out.finish();
}

/** An order to add. IPv6 skips duplicate address detection, as two directors must be able to exchange an
 *  address at once; a /128 is deprecated, so that it is not chosen as a source (behaviour.md section 8). */
export function encodeAddressToAdd(state: AddressState): Uint8Array {
  const v6 = !isIpv4(state.address);
  const out = header(state);
  const shared = { prefixAddress: state.address, local: state.address, protocol: state.protocol };
  if (!v6) {
    encodeAttributes(ADDRESS, { ...shared, label: state.label, broadcast: state.broadcast }, out);
  } else {
    const preferred = state.prefixLength === addressBits('inet6') ? 0 : FOREVER;
    const lifetimes = new NetlinkWriter(16).u32(preferred).u32(FOREVER).u32(0).u32(0).finish();
    encodeAttributes(ADDRESS, { ...shared, lifetimes, flags: IFA_F.NODAD }, out);
  }
  return out.finish();
}

/** An order to remove: by interface, address and prefix length, whatever the label. */
export function encodeAddressToRemove(state: AddressState): Uint8Array {
  const out = header(state);
  encodeAttributes(ADDRESS, { prefixAddress: state.address, local: state.address }, out);
  return out.finish();
}

/** Null for address families that vipd does not know. */
export function decodeAddress(body: Uint8Array): Result<AddressState | null, AttributeError> {
  if (body.length < HEADER_SIZE) return err({ kind: 'truncated', offset: body.length });
  const view = new NetlinkView(body);
  const family = view.u8(0);
  if (family !== FAMILY.inet && family !== FAMILY.inet6) return ok(null);
  const attributes = decodeAttributes(ADDRESS, body, HEADER_SIZE);
  if (!attributes.ok) return attributes;
  const { prefixAddress, local, label, broadcast, flags, protocol } = attributes.value;
  const own = local ?? prefixAddress;
  if (own === null) return err({ kind: 'missing_attribute', name: 'local' });
  return ok({
    ifIndex: ifIndex(view.u32(4)),
    address: own,
    prefixLength: view.u8(1),
    label,
    scope: view.u8(3),
    broadcast: broadcast !== null && isIpv4(broadcast) ? broadcast : null,
    protocol,
    secondary: family === FAMILY.inet && ((flags ?? view.u8(2)) & IFA_F.SECONDARY) !== 0,
  });
}

function header(state: AddressState): NetlinkWriter {
  const family = FAMILY[familyOf(state.address)];
  return new NetlinkWriter(96).u8(family).u8(state.prefixLength).u8(0).u8(state.scope).u32(state.ifIndex);
}
