/** rtnetlink messages about addresses (linux/if_addr.h): dump request, RTM_NEWADDR and RTM_DELADDR in both
 *  directions. */
import { familyOf, isIpv4 } from '../../base/ip.ts';
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
const IFA_F = {
  SECONDARY: 0x1,
  NODAD: 0x2,
  DADFAILED: 0x8,
  HOMEADDRESS: 0x10,
  DEPRECATED: 0x20,
  TENTATIVE: 0x40,
  MANAGETEMPADDR: 0x100,
  NOPREFIXROUTE: 0x200,
  MCAUTOJOIN: 0x400,
} as const;
/** The flags that an order may set, one for one. */
const TRAIT_FLAGS = [
  ['home', IFA_F.HOMEADDRESS],
  ['manageTemporary', IFA_F.MANAGETEMPADDR],
  ['noPrefixRoute', IFA_F.NOPREFIXROUTE],
  ['autojoin', IFA_F.MCAUTOJOIN],
] as const;
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

/** An order to add. The short flags of the header cannot hold all of them, so they travel as an attribute. */
export function encodeAddressToAdd(state: AddressState): Uint8Array {
  const { address: local, traits, label, broadcast, protocol } = state;
  const out = header(state);
  const prefixAddress = traits.peer ?? local;
  const flags = orderedFlags(state);
  const lifetimes = traits.preferredSeconds === null ? null : lifetimesOf(traits.preferredSeconds);
  const common = { prefixAddress, local, lifetimes, flags: flags === 0 ? null : flags, protocol };
  encodeAttributes(ADDRESS, isIpv4(local) ? { ...common, label, broadcast } : common, out);
  return out.finish();
}

/** Preferred for so long, valid forever; the kernel ignores the two times behind. */
const lifetimesOf = (preferred: number): Uint8Array =>
  new NetlinkWriter(16).u32(preferred).u32(FOREVER).u32(0).u32(0).finish();

function orderedFlags({ address: own, traits }: AddressState): number {
  const skipDetection = isIpv4(own) || traits.detectDuplicates ? 0 : IFA_F.NODAD;
  return TRAIT_FLAGS.reduce((flags, [trait, flag]) => flags | (traits[trait] ? flag : 0), skipDetection);
}

/** An order to remove: by interface, address and prefix length, whatever the label. */
export function encodeAddressToRemove(state: AddressState): Uint8Array {
  const out = header(state);
  encodeAttributes(ADDRESS, { prefixAddress: state.traits.peer ?? state.address, local: state.address }, out);
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
  const { prefixAddress, local, label, broadcast, lifetimes, flags: wide, protocol } = attributes.value;
  const own = local ?? prefixAddress;
  if (own === null) return err({ kind: 'missing_attribute', name: 'local' });
  const flags = wide ?? view.u8(2);
  return ok({
    ifIndex: ifIndex(view.u32(4)),
    address: own,
    prefixLength: view.u8(1),
    label,
    scope: view.u8(3),
    broadcast: broadcast !== null && isIpv4(broadcast) ? broadcast : null,
    protocol,
    secondary: family === FAMILY.inet && (flags & IFA_F.SECONDARY) !== 0,
    traits: {
      ...traitsOf(flags),
      peer: prefixAddress === null || prefixAddress === own ? null : prefixAddress,
      detectDuplicates: family === FAMILY.inet6 && (flags & IFA_F.NODAD) === 0,
      preferredSeconds: preferredSeconds(flags, lifetimes),
    },
    detection: detectionOf(flags),
  });
}

const traitsOf = (flags: number) => ({
  home: (flags & IFA_F.HOMEADDRESS) !== 0,
  manageTemporary: (flags & IFA_F.MANAGETEMPADDR) !== 0,
  noPrefixRoute: (flags & IFA_F.NOPREFIXROUTE) !== 0,
  autojoin: (flags & IFA_F.MCAUTOJOIN) !== 0,
});

/** Of an IPv4 address that is valid forever the kernel tells by the flag alone that it is deprecated. */
function preferredSeconds(flags: number, lifetimes: Uint8Array | null): number | null {
  if ((flags & IFA_F.DEPRECATED) !== 0) return 0;
  if (lifetimes === null) return null;
  const preferred = new NetlinkView(lifetimes).u32(0);
  return preferred === FOREVER ? null : preferred;
}

/** A failed detection leaves the address tentative, unusable and in place. */
function detectionOf(flags: number): AddressState['detection'] {
  if ((flags & IFA_F.DADFAILED) !== 0) return 'failed';
  return (flags & IFA_F.TENTATIVE) === 0 ? 'over' : 'running';
}

function header(state: AddressState): NetlinkWriter {
  const family = FAMILY[familyOf(state.address)];
  return new NetlinkWriter(96).u8(family).u8(state.prefixLength).u8(0).u8(state.scope).u32(state.ifIndex);
}
