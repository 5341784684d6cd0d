/** rtnetlink messages about policy rules (linux/fib_rules.h): the dump request, and RTM_NEWRULE and RTM_DELRULE in both
 *  directions, both families.
 *
 *  struct fib_rule_hdr: 0: u8 family | 1: u8 destination length | 2: u8 source length | 3: u8 tos | 4: u8 table, 0 when it
 *  is over 255 | 5, 6: reserved | 7: u8 action | 8: u32 flags */
import { addressBits, type Family, type IpAddress } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Prefix, Range, Rule, RuleAction } from '../../base/routing.ts';
import { type InterfaceName, interfaceName } from '../../base/units.ts';
import {
  type AttributeError,
  attributeTable,
  decodeAttributes,
  encodeAttributes,
  optional,
} from '../netlink/attributes.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { address, bytesOf, mapped, text, u8, u32 } from '../netlink/payloads.ts';
import { FAMILY, familyFrom, UNSPECIFIED } from './family.ts';

export const RTM_RULE = { NEW: 32, DEL: 33, GET: 34 } as const;
/** linux/rtnetlink.h RTNLGRP_IPV4_RULE (8) and RTNLGRP_IPV6_RULE (19) as bits */
export const RULE_GROUPS = 0x80 | 0x4_0000;

const HEADER_SIZE = 12;
const FIB_RULE_INVERT = 0x2;
const NO_SUPPRESSION = 0xffff_ffff;
const EVERY_BIT = 0xffff_ffff;
/** FR_ACT_ of linux/fib_rules.h */
const ACTION = { lookup: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

const range = (size: 4 | 8) =>
  mapped<Uint8Array, Range>(bytesOf(size), {
    encode: ({ low, high }) => {
      const out = new NetlinkWriter(size);
      return (size === 4 ? out.u16(low).u16(high) : out.u32(low).u32(high)).finish();
    },
    decode: (value) => {
      const view = new NetlinkView(value);
      return size === 4 ? { low: view.u16(0), high: view.u16(2) } : { low: view.u32(0), high: view.u32(4) };
    },
  });
/** network order, 64 bits */
const tunnelId = mapped<Uint8Array, string>(bytesOf(8), {
  encode: (value) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    return bytes;
  },
  decode: (value) => new NetlinkView(value).u64be(0).toString(),
});

const RULE = attributeTable({
  to: optional(1, address), // FRA_DST
  from: optional(2, address), // FRA_SRC
  iif: optional(3, text), // FRA_IIFNAME
  target: optional(4, u32), // FRA_GOTO
  priority: optional(6, u32), // FRA_PRIORITY
  mark: optional(10, u32), // FRA_FWMARK
  realms: optional(11, u32), // FRA_FLOW
  tunnelId: optional(12, tunnelId), // FRA_TUN_ID
  suppressGroup: optional(13, u32), // FRA_SUPPRESS_IFGROUP
  suppressPrefixLength: optional(14, u32), // FRA_SUPPRESS_PREFIXLEN
  table: optional(15, u32), // FRA_TABLE
  mask: optional(16, u32), // FRA_FWMASK
  oif: optional(17, text), // FRA_OIFNAME
  l3mdev: optional(19, u8), // FRA_L3MDEV
  users: optional(20, range(8)), // FRA_UID_RANGE
  protocol: optional(21, u8), // FRA_PROTOCOL
  ipProtocol: optional(22, u8), // FRA_IP_PROTO
  sourcePorts: optional(23, range(4)), // FRA_SPORT_RANGE
  destinationPorts: optional(24, range(4)), // FRA_DPORT_RANGE
});

export function encodeRuleDump(family: Family): Uint8Array {
  const out = new NetlinkWriter(HEADER_SIZE);
  out.u8(FAMILY[family]);
  out.reserve(HEADER_SIZE - 1);
  return out.finish();
}

/** The same bytes add a rule and remove it. */
export function encodeRule(rule: Rule): Uint8Array {
  const { action, from, to, mark } = rule;
  const table = action.kind === 'lookup' ? action.table : 0;
  const out = new NetlinkWriter(96);
  out
    .u8(FAMILY[rule.family])
    .u8(to?.length ?? 0)
    .u8(from?.length ?? 0)
    .u8(rule.tos);
  out
    .u8(table > 255 ? 0 : table)
    .u8(0)
    .u8(0);
  out.u8(action.kind === 'l3mdev' ? ACTION.lookup : ACTION[action.kind]);
  out.u32(rule.invert ? FIB_RULE_INVERT : 0);
  const attributes = {
    from: from?.address ?? null,
    to: to?.address ?? null,
    iif: rule.iif,
    oif: rule.oif,
    target: action.kind === 'goto' ? action.target : null,
    priority: rule.priority,
    mark: mark?.value ?? null,
    mask: mark === null || mark.mask === EVERY_BIT ? null : mark.mask,
    realms: rule.realms,
    tunnelId: rule.tunnelId,
    suppressGroup: rule.suppressGroup,
    suppressPrefixLength: rule.suppressPrefixLength,
    table: table > 255 ? table : null,
    l3mdev: action.kind === 'l3mdev' ? 1 : null,
    users: rule.users,
    protocol: rule.protocol,
    ipProtocol: rule.ipProtocol,
    sourcePorts: rule.sourcePorts,
    destinationPorts: rule.destinationPorts,
  };
  encodeAttributes(RULE, attributes, out);
  return out.finish();
}

/** Null for families and actions that vipd does not know. */
export function decodeRule(body: Uint8Array): Result<Rule | null, AttributeError> {
  if (body.length < HEADER_SIZE) return err({ kind: 'truncated', offset: body.length });
  const view = new NetlinkView(body);
  const family = familyFrom(view.u8(0));
  if (family === null) return ok(null);
  const decoded = decodeAttributes(RULE, body, HEADER_SIZE);
  if (!decoded.ok) return decoded;
  const { mark, mask, suppressPrefixLength, suppressGroup, ...told } = decoded.value;
  const action = actionOf(view.u8(7), { ...told, table: told.table ?? view.u8(4) });
  if (action === null) return ok(null);
  return ok({
    family,
    priority: told.priority ?? 0,
    action,
    invert: (view.u32(8) & FIB_RULE_INVERT) !== 0,
    from: prefixOf(family, told.from, view.u8(2)),
    to: prefixOf(family, told.to, view.u8(1)),
    tos: view.u8(3),
    mark: mark === null && mask === null ? null : { value: mark ?? 0, mask: mask ?? EVERY_BIT },
    realms: told.realms,
    suppressPrefixLength: suppressPrefixLength === NO_SUPPRESSION ? null : suppressPrefixLength,
    suppressGroup: suppressGroup === NO_SUPPRESSION ? null : suppressGroup,
    iif: nameOf(told.iif),
    oif: nameOf(told.oif),
    tunnelId: told.tunnelId,
    users: told.users,
    ipProtocol: told.ipProtocol,
    sourcePorts: told.sourcePorts,
    destinationPorts: told.destinationPorts,
    protocol: told.protocol ?? 0,
  });
}

function actionOf(
  number: number,
  told: { readonly table: number; readonly target: number | null; readonly l3mdev: number | null },
): RuleAction | null {
  const found = Object.entries(ACTION).find(([, value]) => value === number)?.[0];
  switch (found) {
    case 'lookup':
      return told.l3mdev === 1 ? { kind: 'l3mdev' } : { kind: 'lookup', table: told.table };
    case 'goto':
      return { kind: 'goto', target: told.target ?? 0 };
    case 'nop':
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
      return { kind: found };
    default:
      return null;
  }
}

/** A selector of length 0 selects everything, as none does. */
const prefixOf = (family: Family, told: IpAddress | null, length: number): Prefix | null =>
  length === 0
    ? null
    : { address: told ?? UNSPECIFIED[family], length: Math.min(length, addressBits(family)) };

const nameOf = (told: string | null): InterfaceName | null => (told === null ? null : interfaceName(told));
