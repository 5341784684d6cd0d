/** ARP for IPv4 over Ethernet (RFC 826), and the gratuitous request by which a master takes an address over.
 *      0: u16 hardware type 1 | 2: u16 protocol 0x0800 | 4: u8 6 | 5: u8 4 | 6: u16 operation
 *      8: sender MAC | 14: sender IP | 18: target MAC | 24: target IP */

import { brand } from '../../base/brand.ts';
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { type Ipv4, ipBytes, ipFromBytes, isIpv4 } from '../../base/ip.ts';
import { BROADCAST_MAC, type MacAddress, macBytes, macFromBytes } from '../../base/mac.ts';
import { ETHERTYPE, encodeEthernet } from './ethernet.ts';

const ETHERNET = 1;
const UNSPECIFIED = brand<Ipv4>('0.0.0.0');
const NO_MAC = brand<MacAddress>('00:00:00:00:00:00');

export interface ArpPacket {
  readonly operation: 'request' | 'reply';
  readonly senderMac: MacAddress;
  readonly senderIp: Ipv4;
  readonly targetMac: MacAddress;
  readonly targetIp: Ipv4;
}

export const encodeArp = (packet: ArpPacket): Uint8Array =>
  new ByteWriter(28)
    .u16be(ETHERNET)
    .u16be(ETHERTYPE.IPV4)
    .u8(6)
    .u8(4)
    .u16be(packet.operation === 'request' ? 1 : 2)
    .bytes(macBytes(packet.senderMac))
    .bytes(ipBytes(packet.senderIp))
    .bytes(macBytes(packet.targetMac))
    .bytes(ipBytes(packet.targetIp))
    .finish();

/** Null for anything but a whole request or reply for IPv4 over Ethernet. */
export function decodeArp(bytes: Uint8Array): ArpPacket | null {
  const reader = new ByteReader(bytes);
  const [hardware, protocol] = [reader.u16be(), reader.u16be()];
  const [hardwareLength, protocolLength, operation] = [reader.u8(), reader.u8(), reader.u16be()];
  const senderMac = macFromBytes(reader.bytes(6));
  const senderIp = ipFromBytes(reader.bytes(4));
  const targetMac = macFromBytes(reader.bytes(6));
  const targetIp = ipFromBytes(reader.bytes(4));
  if (reader.error !== null || hardware !== ETHERNET || protocol !== ETHERTYPE.IPV4) return null;
  if (hardwareLength !== 6 || protocolLength !== 4 || (operation !== 1 && operation !== 2)) return null;
  if (senderMac === null || targetMac === null || senderIp === null || targetIp === null) return null;
  if (!isIpv4(senderIp) || !isIpv4(targetIp)) return null;
  return { operation: operation === 1 ? 'request' : 'reply', senderMac, senderIp, targetMac, targetIp };
}

/** The whole frame: a broadcast request whose sender and target are the address (behaviour.md section 8). */
export const gratuitousArpFrame = (mac: MacAddress, address: Ipv4): Uint8Array =>
  encodeEthernet({
    destination: BROADCAST_MAC,
    source: mac,
    ethertype: ETHERTYPE.ARP,
    payload: encodeArp({
      operation: 'request',
      senderMac: mac,
      senderIp: address,
      targetMac: BROADCAST_MAC,
      targetIp: address,
    }),
  });

/** The whole frame of an ARP Probe: who has the address? Its sender address is zero, so that nobody learns anything from it
 *  (RFC 5227 §1.1). */
export const arpProbeFrame = (mac: MacAddress, address: Ipv4): Uint8Array =>
  encodeEthernet({
    destination: BROADCAST_MAC,
    source: mac,
    ethertype: ETHERTYPE.ARP,
    payload: encodeArp({
      operation: 'request',
      senderMac: mac,
      senderIp: UNSPECIFIED,
      targetMac: NO_MAC,
      targetIp: address,
    }),
  });
