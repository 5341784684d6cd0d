/** The expressions of nf_tables rules that vipd writes (linux/netfilter/nf_tables.h): what a packet has at some place is
 *  loaded into a register, compared or looked up, and the last expression of a rule is its verdict. */
import { exhaustive } from '../../base/never.ts';
import {
  attributeBytes,
  attributeTable,
  encodeAttributes,
  nested,
  type PayloadCodec,
  required,
} from '../netlink/attributes.ts';
import { NetlinkWriter } from '../netlink/bytes.ts';
import { bytes, text, u32be } from '../netlink/payloads.ts';

/** NFT_REG_1, 16 octets, and the 4 octets at which the next such register begins (NFT_REG32_04): what is loaded into both is
 *  looked up as one key. */
export const REGISTER = { first: 1, second: 12 } as const;

export type Expression =
  /** NFT_PAYLOAD_: octets of the packet, counted from one of its headers */
  | {
      readonly kind: 'load';
      readonly header: 'network' | 'transport';
      readonly offset: number;
      readonly length: number;
    }
  /** NFT_META_: the name of the interface, 16 octets, into the second register */
  | { readonly kind: 'load_interface'; readonly direction: 'in' | 'out' }
  | { readonly kind: 'equals'; readonly value: Uint8Array }
  | { readonly kind: 'is_in'; readonly set: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'drop' | 'accept' };

const VALUE = attributeTable({ value: required(1, bytes) }); // NFTA_DATA_VALUE
const VERDICT = attributeTable({ code: required(1, u32be) }); // NFTA_VERDICT_CODE
const VERDICT_DATA = attributeTable({ verdict: required(2, nested(VERDICT, { flag: true })) }); // NFTA_DATA_VERDICT
const PAYLOAD = attributeTable({
  register: required(1, u32be),
  base: required(2, u32be),
  offset: required(3, u32be),
  length: required(4, u32be),
});
const META = attributeTable({ register: required(1, u32be), key: required(2, u32be) });
const COMPARE = attributeTable({
  register: required(1, u32be),
  operator: required(2, u32be),
  data: required(3, nested(VALUE, { flag: true })),
});
const LOOKUP = attributeTable({ register: required(2, u32be), set: required(1, text) });
const IMMEDIATE = attributeTable({
  register: required(1, u32be),
  data: required(2, nested(VERDICT_DATA, { flag: true })),
});
const COUNTER = attributeTable({});
/** NFTA_EXPR_NAME and NFTA_EXPR_DATA */
const EXPRESSION = attributeTable({
  name: required(1, text),
  data: required(2, { ...bytes, nestedFlag: true }),
});

const HEADER_BASE = { network: 1, transport: 2 } as const; // NFT_PAYLOAD_NETWORK_HEADER, _TRANSPORT_HEADER
const META_KEY = { in: 6, out: 7 } as const; // NFT_META_IIFNAME, NFT_META_OIFNAME
const EQUAL = 0; // NFT_CMP_EQ
const VERDICT_REGISTER = 0; // NFT_REG_VERDICT
const VERDICT_CODE = { drop: 0, accept: 1 } as const; // NF_DROP, NF_ACCEPT

function partsOf(expression: Expression): { readonly name: string; readonly data: Uint8Array } {
  const register = REGISTER.first;
  switch (expression.kind) {
    case 'load': {
      const { header, offset, length } = expression;
      const base = HEADER_BASE[header];
      return { name: 'payload', data: attributeBytes(PAYLOAD, { register, base, offset, length }) };
    }
    case 'load_interface': {
      const key = META_KEY[expression.direction];
      return { name: 'meta', data: attributeBytes(META, { register: REGISTER.second, key }) };
    }
    case 'equals': {
      const data = { value: expression.value };
      return { name: 'cmp', data: attributeBytes(COMPARE, { register, operator: EQUAL, data }) };
    }
    case 'is_in':
      return { name: 'lookup', data: attributeBytes(LOOKUP, { register, set: expression.set }) };
    case 'count':
      return { name: 'counter', data: attributeBytes(COUNTER, {}) };
    case 'drop':
    case 'accept': {
      const data = { verdict: { code: VERDICT_CODE[expression.kind] } };
      return { name: 'immediate', data: attributeBytes(IMMEDIATE, { register: VERDICT_REGISTER, data }) };
    }
    default:
      return exhaustive(expression);
  }
}

/** NFTA_LIST_ELEM: the attribute type of every element of a list. */
const LIST_ELEMENT = 1;
const NESTED_FLAG = 0x8000;

/** Elements behind each other, each an attribute of the same type. Lists are only written, never read. */
export const elements = <T>(encode: (out: NetlinkWriter, value: T) => void): PayloadCodec<readonly T[]> => ({
  nestedFlag: true,
  encode: (out, values) => {
    for (const value of values) {
      const inner = new NetlinkWriter(64);
      encode(inner, value);
      const content = inner.written();
      out.u16(content.length + 4).u16(LIST_ELEMENT | NESTED_FLAG);
      out.bytes(content).pad4();
    }
  },
  decode: () => null,
});

export const expressions = elements<Expression>((out, expression) =>
  encodeAttributes(EXPRESSION, partsOf(expression), out),
);
