/** The VRRP advertisement, versions 2 and 3, over IPv4 and IPv6: the only message of the protocol.
 *  Encode and decode read the same table of header fields; what a value means for an instance is decided in receive.ts. */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { internetChecksum } from '../../base/checksum.ts';
import { type Family, familyOf, type IpAddress, ipBytes, ipFromBytes } from '../../base/ip.ts';
import { invariant } from '../../base/never.ts';
import { err, ok, type Result } from '../../base/result.ts';
import {
  MICROS_PER_CENTI,
  MICROS_PER_SECOND,
  type Micros,
  micros,
  type Priority,
  priority,
  type Vrid,
  vrid,
} from '../../base/units.ts';

export type AdvertVersion = 2 | 3;

export interface Advert {
  readonly version: AdvertVersion;
  /** 1 = advertisement. Other types do not exist; they are decoded so that they can be refused by name. */
  readonly type: number;
  readonly vrid: Vrid;
  /** 0 = the master resigns, 255 = the address owner */
  readonly priority: Priority;
  /** whole seconds up to 255 s in v2, steps of 10 ms up to 40.95 s in v3 */
  readonly interval: Micros;
  /** v2 only: the type field and, over IPv4, the eight octets of authentication data in hex */
  readonly authentication: { readonly type: number; readonly octets: string } | null;
  /** in configuration order, at most 255 */
  readonly addresses: readonly IpAddress[];
}

/** Where the message travels: both ends are part of the v3 checksum. */
export interface AdvertPath {
  readonly source: IpAddress;
  /** null: over IPv4 there is no pseudo header in version 3 either (v3_checksum_as_v2) */
  readonly destination: IpAddress | null;
}

export type AdvertError =
  | { readonly kind: 'too_short'; readonly length: number }
  | { readonly kind: 'unknown_version'; readonly version: number }
  | { readonly kind: 'wrong_length'; readonly length: number; readonly expected: number };

/** Octets before the addresses, in both versions. */
export const HEADER_OCTETS = 8;
export const ADVERTISEMENT = 1;
export const PROTOCOL_VRRP = 112;
const CHECKSUM_AT = 6;
const AUTH_OCTETS = 8;
const COUNT_MAX = 255;
const IP_HEADER_OCTETS: Readonly<Record<Family, number>> = { inet: 20, inet6: 40 };

type FieldName = 'versionAndType' | 'vrid' | 'priority' | 'count' | 'authType' | 'interval' | 'checksum';
interface Field {
  readonly name: FieldName;
  readonly octets: 1 | 2;
  /** reserved bits are written as zero and not read */
  readonly mask: number;
}
type Header = Record<FieldName, number>;

const u8 = (name: FieldName): Field => ({ name, octets: 1, mask: 0xff });
const u16 = (name: FieldName, mask = 0xffff): Field => ({ name, octets: 2, mask });

/** All fields in network order.
 *
 *  v2, RFC 3768 §5.1; the authentication data is that of RFC 2338 §5.1, and absent over IPv6
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+---------------+---------------+---------------+
 *  |   2   | Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *  +-------+-------+---------------+---------------+---------------+
 *  |   Auth Type   | Adver Int (s) |           Checksum            |
 *  +---------------+---------------+-------------------------------+
 *  |                IP addresses, Count x 4 octets                 |
 *  +---------------------------------------------------------------+
 *  |                authentication data, 8 octets                  |
 *  +---------------------------------------------------------------+
 *
 *  v3, RFC 9568 §5.1
 *
 *  +-------+-------+---------------+---------------+---------------+
 *  |   3   | Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 *  +-------+-------+---------------+---------------+---------------+
 *  | rsvd  |  Max Adver Int (cs)   |           Checksum            |
 *  +-------+-----------------------+-------------------------------+
 *  |             IP addresses, Count x 4 or 16 octets              |
 *  +---------------------------------------------------------------+
 */
const FIELDS: Readonly<Record<AdvertVersion, readonly Field[]>> = {
  2: [
    u8('versionAndType'),
    u8('vrid'),
    u8('priority'),
    u8('count'),
    u8('authType'),
    u8('interval'),
    u16('checksum'),
  ],
  3: [
    u8('versionAndType'),
    u8('vrid'),
    u8('priority'),
    u8('count'),
    u16('interval', 0x0fff),
    u16('checksum'),
  ],
};

const INTERVAL_UNIT: Readonly<Record<AdvertVersion, number>> = {
  2: MICROS_PER_SECOND,
  3: MICROS_PER_CENTI,
};

/** The version nibble of a message; null when it is none that vipd speaks or there is no octet at all. */
export function advertVersion(bytes: Uint8Array): AdvertVersion | null {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 2 || version === 3 ? version : null;
}

/** Needs exactly the octets that the header announces: padding is cut off before (receive.ts).
 *  The checksum is not looked at, see `advertChecksum`. */
export function decodeAdvert(bytes: Uint8Array, family: Family): Result<Advert, AdvertError> {
  if (bytes.length < HEADER_OCTETS) return err({ kind: 'too_short', length: bytes.length });
  const version = advertVersion(bytes);
  if (version === null) return err({ kind: 'unknown_version', version: (bytes[0] ?? 0) >> 4 });
  const reader = new ByteReader(bytes);
  const header = readHeader(reader, FIELDS[version]);
  const expected = advertLength(version, family, header.count);
  if (bytes.length !== expected) return err({ kind: 'wrong_length', length: bytes.length, expected });
  const addresses: IpAddress[] = [];
  for (let i = 0; i < header.count; i++) {
    const address = ipFromBytes(reader.bytes(addressOctets(family)));
    if (address !== null) addresses.push(address);
  }
  return ok({
    version,
    type: header.versionAndType & 0x0f,
    vrid: vrid(header.vrid),
    priority: priority(header.priority),
    interval: micros(header.interval * INTERVAL_UNIT[version]),
    authentication: version === 2 ? { type: header.authType, octets: hex(reader.rest()) } : null,
    addresses,
  });
}

/** The octets behind the IP header, checksum included. The path's family decides the size of the addresses. */
export function encodeAdvert(advert: Advert, path: AdvertPath): Uint8Array {
  const family = familyOf(path.source);
  const { version } = advert;
  const header: Header = {
    versionAndType: (version << 4) | advert.type,
    vrid: advert.vrid,
    priority: advert.priority,
    count: advert.addresses.length,
    authType: advert.authentication?.type ?? 0,
    interval: advert.interval / INTERVAL_UNIT[version],
    checksum: 0,
  };
  const length = advertLength(version, family, header.count);
  const writer = new ByteWriter(length);
  writeHeader(writer, FIELDS[version], header);
  for (const address of advert.addresses) writer.bytes(ipBytes(address));
  if (authOctets(version, family) > 0) writer.bytes(octetsOfHex(advert.authentication?.octets ?? ''));
  const bytes = writer.finish();
  invariant(bytes.length === length, () => `an advert of ${bytes.length} octets where ${length} belong`);
  return withChecksum(bytes, path);
}

/** The same message, whatever was in its checksum field. */
export function withChecksum(message: Uint8Array, path: AdvertPath): Uint8Array {
  const bytes = new Uint8Array(message);
  const view = new DataView(bytes.buffer);
  view.setUint16(CHECKSUM_AT, 0);
  view.setUint16(CHECKSUM_AT, advertChecksum(bytes, path));
  return bytes;
}

/** The internet checksum of a message: 0 when its own checksum field is right, the value to fill in when that is zero.
 *  v2 over IPv4 sums the message alone (RFC 3768 §5.3.8), everything else a pseudo header first (RFC 9568 §5.2.8). */
export function advertChecksum(bytes: Uint8Array, path: AdvertPath): number {
  const { source, destination } = path;
  const bare = (advertVersion(bytes) === 2 && familyOf(source) === 'inet') || destination === null;
  if (bare) return internetChecksum(bytes);
  return internetChecksum(pseudoHeader({ source, destination }, bytes.length), bytes);
}

/** RFC 2338 §5.3.6: the password in eight octets, cut or filled with zeros, in hex. */
export function passwordOctets(password: string): string {
  const octets = new Uint8Array(AUTH_OCTETS);
  octets.set(new TextEncoder().encode(password).subarray(0, AUTH_OCTETS));
  return hex(octets);
}

/** Octets of a whole message. */
export const advertLength = (version: AdvertVersion, family: Family, count: number): number =>
  HEADER_OCTETS + count * addressOctets(family) + authOctets(version, family);

/** How many addresses an advert can list: its count is one octet, and it is not to be fragmented (behaviour.md section
 *  3). `mtu` and `extra`, what else the packet carries, in octets. */
export function listedMax(version: AdvertVersion, family: Family, mtu: number, extra: number): number {
  const room = mtu - IP_HEADER_OCTETS[family] - advertLength(version, family, 0) - extra;
  return Math.min(COUNT_MAX, Math.max(0, Math.floor(room / addressOctets(family))));
}

const addressOctets = (family: Family): 4 | 16 => (family === 'inet' ? 4 : 16);
const authOctets = (version: AdvertVersion, family: Family): number =>
  version === 2 && family === 'inet' ? AUTH_OCTETS : 0;

function readHeader(reader: ByteReader, fields: readonly Field[]): Header {
  const header: Header = {
    versionAndType: 0,
    vrid: 0,
    priority: 0,
    count: 0,
    authType: 0,
    interval: 0,
    checksum: 0,
  };
  for (const { name, octets, mask } of fields) {
    header[name] = (octets === 1 ? reader.u8() : reader.u16be()) & mask;
  }
  return header;
}

function writeHeader(writer: ByteWriter, fields: readonly Field[], header: Header): void {
  for (const { name, octets, mask } of fields) {
    const value = header[name];
    invariant(Number.isInteger(value) && value >= 0 && value <= mask, () => `advert field ${name}: ${value}`);
    if (octets === 1) writer.u8(value);
    else writer.u16be(value);
  }
}

/** IPv4: source, destination, zero, protocol, length (RFC 9568 §5.2.8). IPv6: RFC 8200 §8.1. */
function pseudoHeader(
  path: { readonly source: IpAddress; readonly destination: IpAddress },
  length: number,
): Uint8Array {
  const writer = new ByteWriter(40).bytes(ipBytes(path.source)).bytes(ipBytes(path.destination));
  return familyOf(path.source) === 'inet'
    ? writer.u8(0).u8(PROTOCOL_VRRP).u16be(length).finish()
    : writer.u32be(length).u32be(PROTOCOL_VRRP).finish();
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');

function octetsOfHex(text: string): Uint8Array {
  const octets = new Uint8Array(AUTH_OCTETS);
  for (let i = 0; i < AUTH_OCTETS; i++) octets[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2) || '0', 16);
  return octets;
}
