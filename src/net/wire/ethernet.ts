/** Ethernet II frames: 0: destination | 6: source | 12: u16 ethertype | 14: payload. The kernel pads to 60
 *  bytes. */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { type MacAddress, macBytes, macFromBytes } from '../../base/mac.ts';

export const ETHERTYPE = { IPV4: 0x0800, ARP: 0x0806, IPV6: 0x86dd } as const;

export interface EthernetFrame {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly ethertype: number;
  readonly payload: Uint8Array;
}

export const encodeEthernet = (frame: EthernetFrame): Uint8Array =>
  new ByteWriter(14 + frame.payload.length)
    .bytes(macBytes(frame.destination))
    .bytes(macBytes(frame.source))
    .u16be(frame.ethertype)
    .bytes(frame.payload)
    .finish();

/** Null when shorter than a header. The payload is a view. */
export function decodeEthernet(bytes: Uint8Array): EthernetFrame | null {
  const reader = new ByteReader(bytes);
  const destination = macFromBytes(reader.bytes(6));
  const source = macFromBytes(reader.bytes(6));
  const ethertype = reader.u16be();
  if (reader.error !== null || destination === null || source === null) return null;
  return { destination, source, ethertype, payload: reader.rest() };
}
