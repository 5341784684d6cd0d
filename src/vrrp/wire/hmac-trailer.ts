/** The trailer that keepalived 2.4 puts behind an advert with auth_hmac (behaviour.md section 12): codec and the octets that
 *  its code covers; who computes it is shell/sealer.ts.
 *
 *   0                   1                   2                   3
 *  +---------------+---------------+-------------------------------+
 *  |    type 1     |    key id     |            reserved           |
 *  +---------------+---------------+-------------------------------+
 *  |               seconds since 1970, of the sender               |
 *  +-------------------------------+-------------------------------+
 *  |     fraction, 1 / 65,536 s    |            counter            |
 *  +-------------------------------+-------------------------------+
 *  |            HMAC-SHA256 cut to its first 16 octets             |
 *  +---------------------------------------------------------------+
 */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { familyOf, type IpAddress, ipBytes } from '../../base/ip.ts';

export const TRAILER_OCTETS = 28;
export const CODE_OCTETS = 16;
const TYPE_HMAC_SHA256 = 1;
const CODE_AT = TRAILER_OCTETS - CODE_OCTETS;
const ADDRESS_OCTETS = 16;
const CHECKSUM_AT = 6;

/** When a trailer was made: of one sender each is later than the one before. */
export interface Stamp {
  /** since 1970 */
  readonly seconds: number;
  /** 0..65535, in 1/65,536 s */
  readonly fraction: number;
  /** 0..65535, tells apart what was made within one fraction */
  readonly counter: number;
}

export interface Trailer {
  /** 1..255 */
  readonly keyId: number;
  readonly stamp: Stamp;
  /** 16 octets */
  readonly code: Uint8Array;
}

export const encodeTrailer = ({ keyId, stamp, code }: Trailer): Uint8Array =>
  new ByteWriter(TRAILER_OCTETS)
    .u8(TYPE_HMAC_SHA256)
    .u8(keyId)
    .u16be(0)
    .u32be(stamp.seconds)
    .u16be(stamp.fraction)
    .u16be(stamp.counter)
    .bytes(code)
    .finish();

/** Null for another length, another type, key 0, or reserved bits that are set. */
export function decodeTrailer(bytes: Uint8Array): Trailer | null {
  const reader = new ByteReader(bytes);
  const [type, keyId, reserved] = [reader.u8(), reader.u8(), reader.u16be()];
  const stamp = { seconds: reader.u32be(), fraction: reader.u16be(), counter: reader.u16be() };
  const code = reader.bytes(CODE_OCTETS);
  if (reader.error !== null || reader.remaining > 0) return null;
  return type !== TYPE_HMAC_SHA256 || keyId === 0 || reserved !== 0 ? null : { keyId, stamp, code };
}

/** Before: negative. Same: 0. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.seconds - b.seconds || a.fraction - b.fraction || a.counter - b.counter;

/** A pseudo header of 20 octets (family, version, VRID, 0, source left-aligned), the advert with its checksum zero, the
 *  trailer with its code zero. */
export function trailerInput(source: IpAddress, advert: Uint8Array, trailer: Uint8Array): Uint8Array {
  const address = ipBytes(source);
  return new ByteWriter(20 + advert.length + trailer.length)
    .u8(familyOf(source) === 'inet' ? 4 : 6)
    .u8((advert[0] ?? 0) >> 4)
    .u8(advert[1] ?? 0)
    .u8(0)
    .bytes(address)
    .zeros(ADDRESS_OCTETS - address.length)
    .bytes(advert.subarray(0, CHECKSUM_AT))
    .zeros(2)
    .bytes(advert.subarray(CHECKSUM_AT + 2))
    .bytes(trailer.subarray(0, CODE_AT))
    .zeros(CODE_OCTETS)
    .finish();
}
