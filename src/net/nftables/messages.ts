/** Orders about vipd's tables as nf_tables messages (linux/netfilter/nf_tables.h). Names of chains and sets are keepalived's,
 *  so that what an operator knows to look for is there:
 *
 *      table ip NAME {
 *        set vips { type ipv4_addr; elements = { … } }
 *        chain in  { type filter hook input  priority -1; ip daddr @vips drop }
 *        chain out { type filter hook output priority -1; ip saddr @vips drop }
 *      }
 *
 *  The table of IPv6 lets neighbour discovery through, and has a second set for link-local addresses, each with its
 *  interface. */
import { type Family, ipBytes, isLinkLocal } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import type { FirewallOrder, RefusalTable, RefusedAddress } from '../../ports/firewall.ts';
import {
  type AttributeTable,
  attributeTable,
  encodeAttributes,
  nested,
  optional,
  required,
  type SomeAttributes,
} from '../netlink/attributes.ts';
import { NetlinkWriter } from '../netlink/bytes.ts';
import { NLM_F } from '../netlink/message.ts';
import { bytes, mapped, text, u32be } from '../netlink/payloads.ts';
import type { NetlinkRequest } from '../netlink/session.ts';
import { type Expression, elements, expressions } from './expressions.ts';

/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_ */
const SUBSYSTEM = 10;
const message = (number: number): number => (SUBSYSTEM << 8) | number;
export const NFT = {
  NEW_TABLE: message(0),
  GET_TABLE: message(1),
  DEL_TABLE: message(2),
  NEW_CHAIN: message(3),
  DEL_CHAIN: message(5),
  NEW_RULE: message(6),
  DEL_RULE: message(8),
  NEW_SET: message(9),
  DEL_SET: message(11),
  NEW_ELEMENTS: message(12),
  DEL_ELEMENTS: message(14),
} as const;
/** NFNL_MSG_BATCH_BEGIN and _END */
const BATCH = { begin: 0x10, end: 0x11 } as const;

const NFPROTO: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };
/** NF_INET_LOCAL_IN and NF_INET_LOCAL_OUT */
const HOOK = { in: 1, out: 3 } as const;
const POLICY_ACCEPT = 1;
/** Data types as nft numbers them, for whoever lists the sets. */
const KEY_TYPE = { ipv4: 7, ipv6: 8, linkLocal: (8 << 6) | 41 } as const;
const INTERFACE_OCTETS = 16;
/** Nft's note beside a set: its keys are in network order. */
const KEYS_IN_NETWORK_ORDER = Uint8Array.of(0, 4, 2, 0, 0, 0);
const ICMPV6 = 58;
/** RFC 4861 §4.3, §4.4: neighbour solicitation and advertisement. */
const NEIGHBOUR_DISCOVERY = [135, 136];
/** An attribute's length has 16 bits; an element of a set is at most 48 octets. */
const ELEMENTS_PER_MESSAGE_MAX = 1_000;

const VIPS = 'vips';
const LINK_LOCAL = 'vips-link-local';

/** Network order, signed. */
const s32be = mapped(u32be, { encode: (n: number) => n >>> 0, decode: (n) => n | 0 });

/** The name of the table is attribute 1 in every message. */
export const TABLE = attributeTable({ table: required(1, text) });
const CHAIN = attributeTable({
  table: required(1, text),
  name: required(3, text),
  hook: required(
    4,
    nested(attributeTable({ number: required(1, u32be), priority: required(2, s32be) }), { flag: true }),
  ),
  policy: required(5, u32be),
  type: required(7, text),
});
const RULE = attributeTable({
  table: required(1, text),
  chain: required(2, text),
  expressions: required(4, expressions),
});
const SET = attributeTable({
  table: required(1, text),
  name: required(2, text),
  keyType: required(4, u32be),
  keyLength: required(5, u32be),
  id: required(10, u32be),
  note: optional(13, bytes),
});
const KEY = attributeTable({ value: required(1, bytes) });
const ELEMENT = attributeTable({ key: required(1, nested(KEY, { flag: true })) });
const ELEMENTS = attributeTable({
  table: required(1, text),
  set: required(2, text),
  elements: required(
    3,
    elements<Uint8Array>((out, value) => encodeAttributes(ELEMENT, { key: { value } }, out)),
  ),
});

/** The brackets around a transaction. */
export const brackets = (attempted: () => string) => ({
  begin: { type: BATCH.begin, body: header(0, SUBSYSTEM), attempted },
  end: { type: BATCH.end, body: header(0, SUBSYSTEM), attempted },
});

/** struct nfgenmsg: 0: u8 family | 1: u8 version | 2: u16be resource */
const header = (protocol: number, resource = 0): Uint8Array =>
  Uint8Array.of(protocol, 0, resource >>> 8, resource & 0xff);
export const NFGEN_SIZE = 4;

function request<Fields>(
  type: number,
  flags: number,
  family: Family,
  [table, fields]: readonly [AttributeTable<Fields>, SomeAttributes<Fields>],
  attempted: () => string,
): NetlinkRequest {
  const out = new NetlinkWriter().bytes(header(NFPROTO[family]));
  encodeAttributes(table, fields, out);
  return { type, flags, body: out.finish(), attempted };
}

export function encodeOrder(order: FirewallOrder): readonly NetlinkRequest[] {
  const { name, family } = order.table;
  const text = `nf_tables table ${family === 'inet' ? 'ip' : 'ip6'} ${name}`;
  const remove = request(NFT.DEL_TABLE, 0, family, [TABLE, { table: name }], () => `remove ${text}`);
  switch (order.kind) {
    case 'remove_table':
      return [remove];
    case 'replace_table': {
      const make = request(
        NFT.NEW_TABLE,
        NLM_F.CREATE,
        family,
        [TABLE, { table: name }],
        () => `make ${text}`,
      );
      // what is made first is there to be removed, whatever was there before
      return [make, remove, make, ...contents(order.table), ...keysOf(NFT.NEW_ELEMENTS, order)];
    }
    case 'refuse':
      return keysOf(NFT.NEW_ELEMENTS, order);
    case 'admit':
      return keysOf(NFT.DEL_ELEMENTS, order);
    default:
      return exhaustive(order);
  }
}

/** Asks whether there is such a table; ENOENT when not. */
export const askForTable = ({ name, family }: Pick<RefusalTable, 'name' | 'family'>): NetlinkRequest =>
  request(NFT.GET_TABLE, 0, family, [TABLE, { table: name }], () => `look for nf_tables table ${name}`);

/** Sets before the rules that look into them. */
function contents(table: RefusalTable): readonly NetlinkRequest[] {
  const { name, family, priority } = table;
  const add = <Fields>(
    type: number,
    what: readonly [AttributeTable<Fields>, SomeAttributes<Fields>],
  ): NetlinkRequest =>
    request(type, NLM_F.CREATE | NLM_F.APPEND, family, what, () => `fill nf_tables table ${name}`);
  const chain = (direction: 'in' | 'out'): NetlinkRequest =>
    add(NFT.NEW_CHAIN, [
      CHAIN,
      {
        table: name,
        name: direction,
        hook: { number: HOOK[direction], priority },
        policy: POLICY_ACCEPT,
        type: 'filter',
      },
    ]);
  const rules = (direction: 'in' | 'out'): readonly NetlinkRequest[] =>
    rulesOf(table, direction).map((rule) =>
      add(NFT.NEW_RULE, [RULE, { table: name, chain: direction, expressions: rule }]),
    );
  const sets = setsOf(family).map((set) => add(NFT.NEW_SET, [SET, { table: name, ...set }]));
  return [chain('in'), chain('out'), ...sets, ...rules('in'), ...rules('out')];
}

const setsOf = (family: Family) =>
  family === 'inet'
    ? [{ name: VIPS, keyType: KEY_TYPE.ipv4, keyLength: 4, id: 1, note: KEYS_IN_NETWORK_ORDER }]
    : [
        { name: VIPS, keyType: KEY_TYPE.ipv6, keyLength: 16, id: 1, note: KEYS_IN_NETWORK_ORDER },
        { name: LINK_LOCAL, keyType: KEY_TYPE.linkLocal, keyLength: 16 + INTERFACE_OCTETS, id: 2 },
      ];

function rulesOf(
  { family, counters }: RefusalTable,
  direction: 'in' | 'out',
): readonly (readonly Expression[])[] {
  const count: readonly Expression[] = counters ? [{ kind: 'count' }] : [];
  const end = (verdict: 'drop' | 'accept'): readonly Expression[] => [...count, { kind: verdict }];
  const address: Expression = { kind: 'load', header: 'network', ...addressPlace(family, direction) };
  const refused = [address, { kind: 'is_in', set: VIPS } as const, ...end('drop')];
  if (family === 'inet') return [refused];
  const discovery = NEIGHBOUR_DISCOVERY.map((type): readonly Expression[] => [
    { kind: 'load', header: 'network', offset: 6, length: 1 },
    { kind: 'equals', value: Uint8Array.of(ICMPV6) },
    { kind: 'load', header: 'transport', offset: 0, length: 1 },
    { kind: 'equals', value: Uint8Array.of(type) },
    ...end('accept'),
  ]);
  const linkLocal: readonly Expression[] = [
    address,
    { kind: 'load_interface', direction },
    { kind: 'is_in', set: LINK_LOCAL },
    ...end('drop'),
  ];
  return [...discovery, refused, linkLocal];
}

/** Where in the IP header the address is that the chain looks at: the destination of what comes in, the source of what goes
 *  out (RFC 791 §3.1, RFC 8200 §3). */
function addressPlace(family: Family, direction: 'in' | 'out') {
  if (family === 'inet') return { offset: direction === 'in' ? 16 : 12, length: 4 };
  return { offset: direction === 'in' ? 24 : 8, length: 16 };
}

function keysOf(
  type: number,
  {
    table: { name, family },
    addresses,
  }: {
    readonly table: Pick<RefusalTable, 'name' | 'family'>;
    readonly addresses: readonly RefusedAddress[];
  },
): readonly NetlinkRequest[] {
  const isBound = ({ address }: RefusedAddress): boolean => family === 'inet6' && isLinkLocal(address);
  const plain = addresses.filter((refused) => !isBound(refused)).map(({ address }) => ipBytes(address));
  const bound = addresses.filter(isBound).map(boundKey);
  const messages = (set: string, keys: readonly Uint8Array[]): readonly NetlinkRequest[] =>
    inPieces(keys).map((piece) =>
      request(
        type,
        type === NFT.NEW_ELEMENTS ? NLM_F.CREATE : 0,
        family,
        [ELEMENTS, { table: name, set, elements: piece }],
        () => `change the addresses in nf_tables table ${name}`,
      ),
    );
  return [...messages(VIPS, plain), ...messages(LINK_LOCAL, bound)];
}

function boundKey({ address, interface: name }: RefusedAddress): Uint8Array {
  const key = new Uint8Array(16 + INTERFACE_OCTETS);
  key.set(ipBytes(address));
  for (let i = 0; i < name.length; i++) key[16 + i] = name.charCodeAt(i);
  return key;
}

function inPieces<T>(all: readonly T[]): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let at = 0; at < all.length; at += ELEMENTS_PER_MESSAGE_MAX)
    pieces.push(all.slice(at, at + ELEMENTS_PER_MESSAGE_MAX));
  return pieces;
}
