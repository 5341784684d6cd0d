/** RTA_MULTIPATH: the legs of a route, one struct rtnexthop after another, each with attributes of its own.
 *
 *  struct rtnexthop: 0: u16 length, attributes included | 2: u8 flags | 3: u8 weight - 1 | 4: s32 interface index */
import type { IpAddress } from '../../base/ip.ts';
import type { Encapsulation } from '../../base/routing.ts';
import { attributeTable, decodeAttributes, encodeAttributes, optional } from '../netlink/attributes.ts';
import { align4, NetlinkView, NetlinkWriter } from '../netlink/bytes.ts';
import { address, bytes, u16, u32 } from '../netlink/payloads.ts';
import { decodeEncapsulation, encapsulationType, encodeEncapsulation } from './encapsulation.ts';

export interface RawNextHop {
  /** 0 = none */
  readonly device: number;
  readonly flags: number;
  /** 1..256 */
  readonly weight: number;
  readonly via: IpAddress | null;
  readonly realms: number | null;
  readonly encapsulation: Encapsulation | null;
}

const HEADER_SIZE = 8;
const LEG = attributeTable({
  via: optional(5, address), // RTA_GATEWAY
  realms: optional(11, u32), // RTA_FLOW
  encapsulation: optional(22, bytes), // RTA_ENCAP
  encapsulationType: optional(21, u16), // RTA_ENCAP_TYPE
});

export function encodeNextHops(legs: readonly RawNextHop[]): Uint8Array {
  const out = new NetlinkWriter(32 * legs.length);
  for (const { device, flags, weight, via, realms, encapsulation } of legs) {
    const start = out.reserve(2);
    out
      .u8(flags)
      .u8(weight - 1)
      .u32(device);
    const tunnel =
      encapsulation === null
        ? {}
        : {
            encapsulation: encodeEncapsulation(encapsulation),
            encapsulationType: encapsulationType(encapsulation),
          };
    encodeAttributes(LEG, { via, realms, ...tunnel }, out);
    out.patchU16(start, out.length - start);
  }
  return out.finish();
}

/** Null when the legs do not fit together. */
export function decodeNextHops(body: Uint8Array): readonly RawNextHop[] | null {
  const view = new NetlinkView(body);
  const legs: RawNextHop[] = [];
  for (let at = 0; at < body.length; ) {
    const length = body.length - at >= HEADER_SIZE ? view.u16(at) : 0;
    if (length < HEADER_SIZE || length > body.length - at) return null;
    const decoded = decodeAttributes(LEG, body.subarray(at, at + length), HEADER_SIZE);
    if (!decoded.ok) return null;
    const { via, realms, encapsulation, encapsulationType: kind } = decoded.value;
    legs.push({
      device: view.u32(at + 4),
      flags: view.u8(at + 2),
      weight: view.u8(at + 3) + 1,
      via,
      realms,
      encapsulation: encapsulation === null ? null : decodeEncapsulation(kind, encapsulation),
    });
    at += align4(length);
  }
  return legs;
}
