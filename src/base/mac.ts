/** Ethernet addresses: lower-case colon text in vipd, six bytes on the wire. */
import { type Brand, brand } from './brand.ts';

export type MacAddress = Brand<string, 'MacAddress'>;

export const BROADCAST_MAC = brand<MacAddress>('ff:ff:ff:ff:ff:ff');
const MAC_TEXT = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

export function parseMac(text: string): MacAddress | null {
  const lower = text.toLowerCase();
  return MAC_TEXT.test(lower) ? brand<MacAddress>(lower) : null;
}

/** Six bytes to text. Anything but six bytes is null: infiniband and tunnels have other lengths. */
export function macFromBytes(bytes: Uint8Array): MacAddress | null {
  if (bytes.length !== 6) return null;
  return brand<MacAddress>(Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(':'));
}

export const macBytes = (mac: MacAddress): Uint8Array =>
  Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
