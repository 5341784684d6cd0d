/** auth_type AH (behaviour.md section 11): puts the authentication header before an advert, and judges one that arrived.
 *  Sequence numbers are keepalived's: an advert is numbered above everything sent or heard before, so that peers which keep
 *  one number for all senders accept the first advert of a new master. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type IpAddress, ipBytes } from '../../base/ip.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import { passwordOctets } from '../wire/advert.ts';
import { type AuthenticationHeader, ahInput, encodeAh, ICV_OCTETS, type Ipv4Path } from '../wire/ah.ts';
import type { AhVerdict } from '../wire/receive.ts';
import { remember } from './senders.ts';

export interface AhMemory {
  /** the highest number sent or heard */
  highest: number;
  readonly heard: Map<IpAddress, number>;
}

export const newAhMemory = (): AhMemory => ({ highest: 0, heard: new Map() });

/** The field has 32 bits; at one advert in 10 ms it lasts for more than a year. Then it begins again. */
const SEQUENCE_MAX = 0xffff_ffff;

export function addAuthenticationHeader(
  memory: AhMemory,
  password: string,
  path: Ipv4Path,
  message: Uint8Array,
): Uint8Array {
  memory.highest = memory.highest >= SEQUENCE_MAX ? 1 : memory.highest + 1;
  const spi = Buffer.from(ipBytes(path.source)).readUInt32BE();
  const unsigned = encodeAh({ spi, sequence: memory.highest, icv: new Uint8Array(ICV_OCTETS) });
  const icv = integrityValue(password, path, Buffer.concat([unsigned, message]));
  return Buffer.concat([encodeAh({ spi, sequence: memory.highest, icv }), message]);
}

/** `packet` is the whole payload of the IP packet. Only a genuine one is remembered. */
export function judgeAuthenticationHeader(
  memory: AhMemory,
  { header, path, packet }: { header: AuthenticationHeader; path: Ipv4Path; packet: Uint8Array },
  instance: VrrpInstance,
): AhVerdict {
  if (instance.authentication.kind !== 'ah') return 'forged';
  const expected = integrityValue(instance.authentication.password, path, packet);
  if (!timingSafeEqual(expected, header.icv)) return 'forged';
  // the same number twice is a copy: keepalived lets the last advert of a dead master pass for ever
  if (header.sequence <= (memory.heard.get(path.source) ?? 0)) return 'replayed';
  remember(memory.heard, path.source, header.sequence, instance);
  memory.highest = Math.max(memory.highest, header.sequence);
  return 'genuine';
}

const integrityValue = (password: string, path: Ipv4Path, packet: Uint8Array): Uint8Array =>
  createHmac('md5', Buffer.from(passwordOctets(password), 'hex'))
    .update(ahInput(path, packet))
    .digest()
    .subarray(0, ICV_OCTETS);
