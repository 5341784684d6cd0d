/** Light-weight tunnels of a route: RTA_ENCAP_TYPE and what RTA_ENCAP holds for each type (linux/lwtunnel.h,
 *  linux/mpls_iptunnel.h, linux/ila.h). Its integers are in network order. */
import type { Encapsulation } from '../../base/routing.ts';
import { attributeTable, decodeAttributes, encodeAttributes, optional } from '../netlink/attributes.ts';
import { NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { address, bytes, bytesOf, u8, u16be } from '../netlink/payloads.ts';

/** LWTUNNEL_ENCAP_ */
const TYPE = { mpls: 1, ip: 2, ila: 3, ip6: 4 } as const;

/** LWTUNNEL_IP_ and LWTUNNEL_IP6_: the same numbers for the same things */
const TUNNEL = attributeTable({
  id: optional(1, bytesOf(8)),
  destination: optional(2, address),
  source: optional(3, address),
  ttl: optional(4, u8),
  tos: optional(5, u8),
  flags: optional(6, u16be),
});
/** MPLS_IPTUNNEL_DST: a label stack, each entry 20 bits label, 3 traffic class, 1 bottom of stack, 8 TTL (RFC 3032 §2.1) */
const MPLS = attributeTable({ labels: optional(1, bytes) });
/** ILA_ATTR_LOCATOR */
const ILA = attributeTable({ locator: optional(1, bytesOf(8)) });
const LABEL_SHIFT = 12;
const BOTTOM_OF_STACK = 0x100;

export const encapsulationType = ({ kind }: Encapsulation): number => TYPE[kind];

export function encodeEncapsulation(encapsulation: Encapsulation): Uint8Array {
  const out = new NetlinkWriter(64);
  switch (encapsulation.kind) {
    case 'mpls':
      encodeAttributes(MPLS, { labels: labelStack(encapsulation.labels) }, out);
      break;
    case 'ila':
      encodeAttributes(ILA, { locator: u64Bytes(encapsulation.locator) }, out);
      break;
    default: {
      const { id, destination, source, ttl, tos, flags } = encapsulation;
      const rest = { ttl: ttl || null, tos: tos || null, flags: flags || null };
      encodeAttributes(TUNNEL, { id: id === null ? null : u64Bytes(id), destination, source, ...rest }, out);
    }
  }
  return out.finish();
}

/** Null for types that vipd does not make, and for what makes no sense. */
export function decodeEncapsulation(type: number | null, body: Uint8Array): Encapsulation | null {
  switch (type) {
    case TYPE.ip:
    case TYPE.ip6: {
      const tunnel = decodeAttributes(TUNNEL, body);
      if (!tunnel.ok) return null;
      const { id, destination, source, ttl, tos, flags } = tunnel.value;
      return {
        kind: type === TYPE.ip ? 'ip' : 'ip6',
        id: id === null ? null : u64Text(id),
        destination: unlessAny(destination),
        source: unlessAny(source),
        ttl: ttl ?? 0,
        tos: tos ?? 0,
        flags: flags ?? 0,
      };
    }
    case TYPE.mpls: {
      const mpls = decodeAttributes(MPLS, body);
      return mpls.ok && mpls.value.labels !== null
        ? { kind: 'mpls', labels: labelsOf(mpls.value.labels) }
        : null;
    }
    case TYPE.ila: {
      const ila = decodeAttributes(ILA, body);
      return ila.ok && ila.value.locator !== null
        ? { kind: 'ila', locator: u64Text(ila.value.locator) }
        : null;
    }
    default:
      return null;
  }
}

/** The kernel tells an address that was not given as zeros. */
const unlessAny = <T extends string>(told: T | null): T | null =>
  told === '0.0.0.0' || told === '::' ? null : told;

function labelStack(labels: readonly number[]): Uint8Array {
  const out = new NetlinkWriter(4 * labels.length);
  for (const [i, label] of labels.entries()) {
    out.u32be(((label << LABEL_SHIFT) | (i === labels.length - 1 ? BOTTOM_OF_STACK : 0)) >>> 0);
  }
  return out.finish();
}

function labelsOf(stack: Uint8Array): readonly number[] {
  const view = new DataView(stack.buffer, stack.byteOffset, stack.byteLength);
  return Array.from(
    { length: Math.floor(stack.length / 4) },
    (_, i) => view.getUint32(4 * i) >>> LABEL_SHIFT,
  );
}

function u64Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text));
  return bytes;
}
const u64Text = (value: Uint8Array): string => new NetlinkView(value).u64be(0).toString();
