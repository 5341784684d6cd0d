/** The unsolicited neighbour advertisement (RFC 4861 §4.4, §7.2.6) by which a new master takes an IPv6
 *  address over.
 *      ICMPv6: 0: u8 136 | 1: u8 0 | 2: u16 checksum | 4: u32 flags | 8: target | 24: u8 2, u8 1, MAC */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { internetChecksum } from '../../base/checksum.ts';
import { type Ipv6, ipBytes, ipFromBytes, isIpv4 } from '../../base/ip.ts';
import { type MacAddress, macBytes, macFromBytes } from '../../base/mac.ts';
import { ETHERTYPE, encodeEthernet } from './ethernet.ts';

const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const FLAG = { ROUTER: 0x8000_0000, SOLICITED: 0x4000_0000, OVERRIDE: 0x2000_0000 } as const;
/** RFC 4861 §7.1.2: a receiver refuses any other hop limit. */
const HOP_LIMIT = 255;

const ALL_NODES = Uint8Array.of(0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const ALL_NODES_MAC = '33:33:00:00:00:01' as MacAddress;

export interface Advertisement {
  readonly address: Ipv6;
  readonly mac: MacAddress;
  /** whether this host forwards IPv6 */
  readonly router: boolean;
}

/** The whole frame: from the address itself to all nodes, Override set, Solicited clear. */
export function neighbourAdvertisementFrame(advertisement: Advertisement): Uint8Array {
  const source = ipBytes(advertisement.address);
  const icmp = encodeIcmp(advertisement);
  const pseudoHeader = new ByteWriter(40).bytes(source).bytes(ALL_NODES).u32be(icmp.length).u32be(ICMPV6);
  new DataView(icmp.buffer, icmp.byteOffset).setUint16(2, internetChecksum(pseudoHeader.finish(), icmp));
  const packet = new ByteWriter(40 + icmp.length)
    .u32be(0x6000_0000)
    .u16be(icmp.length)
    .u8(ICMPV6)
    .u8(HOP_LIMIT)
    .bytes(source)
    .bytes(ALL_NODES)
    .bytes(icmp);
  return encodeEthernet({
    destination: ALL_NODES_MAC,
    source: advertisement.mac,
    ethertype: ETHERTYPE.IPV6,
    payload: packet.finish(),
  });
}

/** Checksum left zero. */
const encodeIcmp = ({ address, mac, router }: Advertisement): Uint8Array =>
  new ByteWriter(32)
    .u8(NEIGHBOUR_ADVERTISEMENT)
    .u8(0)
    .u16be(0)
    .u32be((FLAG.OVERRIDE | (router ? FLAG.ROUTER : 0)) >>> 0)
    .bytes(ipBytes(address))
    .u8(TARGET_LINK_LAYER_ADDRESS)
    .u8(1)
    .bytes(macBytes(mac))
    .finish();

/** Reads an IPv6 packet (Ethernet payload) that is such an advertisement; null for anything else. */
export function decodeNeighbourAdvertisement(packet: Uint8Array): Advertisement | null {
  const reader = new ByteReader(packet);
  const version = reader.u32be() >>> 28;
  reader.skip(2);
  const [nextHeader, hopLimit] = [reader.u8(), reader.u8()];
  reader.skip(32);
  const type = reader.u8();
  reader.skip(3);
  const flags = reader.u32be();
  const address = ipFromBytes(reader.bytes(16));
  const [option, optionLength] = [reader.u8(), reader.u8()];
  const mac = macFromBytes(reader.bytes(6));
  if (reader.error !== null || version !== 6 || nextHeader !== ICMPV6 || hopLimit !== HOP_LIMIT) return null;
  if (type !== NEIGHBOUR_ADVERTISEMENT || (flags & FLAG.OVERRIDE) === 0) return null;
  if (option !== TARGET_LINK_LAYER_ADDRESS || optionLength !== 1) return null;
  if (address === null || isIpv4(address) || mac === null) return null;
  return { address, mac, router: (flags & FLAG.ROUTER) !== 0 };
}
