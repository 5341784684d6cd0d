/** The checks on reception, in keepalived's order (behaviour.md section 5, RFC 9568 §7.1): the first that fails drops
 *  the packet under its own reason. Nothing here throws, and a dropped packet has no effect beyond its counter. */
import { type IpAddress, isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { VirtualAddress, VrrpAuthentication, VrrpInstance } from '../../config/model/vrrp.ts';
import {
  ADVERTISEMENT,
  type Advert,
  type AdvertPath,
  advertChecksum,
  advertLength,
  advertVersion,
  decodeAdvert,
  HEADER_OCTETS,
  passwordOctets,
} from './advert.ts';
import { TRAILER_OCTETS } from './hmac-trailer.ts';

/** Whether the digest of an authentication header is right, and its number new. */
export type AhVerdict = 'genuine' | 'forged' | 'replayed';
/** What auth_hmac's trailer is worth, in keepalived's words. */
export type HmacVerdict =
  | 'genuine'
  | 'missing'
  | 'malformed'
  | 'stale'
  | 'replayed'
  | 'unknown_key'
  | 'forged';

/** What a packet was sealed with, judged with the keys of the instance that it is for (shell/sealer.ts). */
export type Seal =
  | { readonly kind: 'none' }
  | { readonly kind: 'ah'; readonly verdict: AhVerdict }
  | { readonly kind: 'hmac'; readonly verdict: HmacVerdict };

/** What the socket knows of a packet. */
export interface ReceivedPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** null when the kernel did not tell */
  readonly ttl: number | null;
  /** the IP header's idea of the payload's length */
  readonly announcedLength: number;
  /** the VRRP message; behind it there may be a trailer and Ethernet padding */
  readonly payload: Uint8Array;
  readonly seal: Seal;
}

export type DropReason =
  | 'packet_length'
  | 'ttl'
  | 'version'
  | 'invalid_auth_type'
  | 'auth_type_mismatch'
  | 'auth_failure'
  | `ah_${Exclude<AhVerdict, 'genuine'>}`
  | `hmac_${Exclude<HmacVerdict, 'genuine'>}`
  | 'advert_interval'
  | 'invalid_type'
  | 'checksum'
  | 'destination'
  | 'unknown_peer';

export interface AcceptedAdvert {
  readonly advert: Advert;
  readonly source: IpAddress;
  /** `group`: the sender put the multicast group into the pseudo header of a unicast advert, as keepalived once did */
  readonly checksum: ChecksumStyle;
  /** own addresses that the advert does not carry, or `count`: logged and counted, yet accepted (keepalived, Q8) */
  readonly addressMismatch: 'count' | readonly IpAddress[] | null;
}

export type ChecksumStyle = 'standard' | 'group';

export interface ReceiveContext {
  readonly instance: VrrpInstance;
  /** the group for the old unicast checksum; null when the sender must use the standard one */
  readonly groupForChecksum: IpAddress | null;
  /** what the advert should list; null: skip_check_adv_addr and the sender has not changed */
  readonly listed: readonly VirtualAddress[] | null;
}

/** RFC 9568 §5.1.1.3 */
const TTL_REQUIRED = 255;
/** A payload that an Ethernet driver may have padded: 46 octets, 42 behind a VLAN tag. */
const ETHERNET_PAYLOAD_MIN = 46;
const IPV4_HEADER_OCTETS = 20;
/** The octet that counts the addresses. */
const COUNT_AT = 3;
/** RFC 2338 §5.3.6: none, simple text password, IP authentication header. */
export const AUTH_TYPE: Readonly<Record<VrrpAuthentication['kind'], number>> = {
  none: 0,
  pass: 1,
  ah: 2,
  hmac: 0,
};

interface Candidate {
  readonly packet: ReceivedPacket;
  readonly instance: VrrpInstance;
  readonly advert: Advert;
}

/** The checks that need the decoded advert, in order; the ones before it are in `receiveAdvert`. */
const CHECKS: readonly { readonly reason: DropReason; readonly fails: (candidate: Candidate) => boolean }[] =
  [
    { reason: 'invalid_auth_type', fails: ({ advert }) => (advert.authentication?.type ?? 0) > 2 },
    { reason: 'auth_type_mismatch', fails: hasOtherAuthType },
    { reason: 'auth_failure', fails: hasOtherPassword },
    { reason: 'ah_forged', fails: ({ packet }) => isAh(packet.seal, 'forged') },
    { reason: 'ah_replayed', fails: ({ packet }) => isAh(packet.seal, 'replayed') },
    // counted, unlike in keepalived (Q7)
    { reason: 'advert_interval', fails: hasUnusableInterval },
    { reason: 'invalid_type', fails: ({ advert }) => advert.type !== ADVERTISEMENT },
  ];

export function receiveAdvert(
  packet: ReceivedPacket,
  context: ReceiveContext,
): Result<AcceptedAdvert, DropReason> {
  const { instance } = context;
  const wrapped = packet.seal.kind === 'ah';
  if (wrapped !== (instance.authentication.kind === 'ah')) return err('auth_type_mismatch');
  const message = messageOf(packet);
  if (message === null || message.length < HEADER_OCTETS) return err('packet_length');
  if (instance.destination.kind === 'multicast' && packet.ttl !== TTL_REQUIRED) return err('ttl');
  if (advertVersion(message) !== instance.version) return err('version');
  const bare = instance.authentication.kind === 'hmac' ? withoutTrailer(message, instance) : message;
  const decoded = decodeAdvert(bare, instance.family);
  if (!decoded.ok) return err('packet_length');
  const broken = brokenTrailer(packet.seal, instance.authentication);
  if (broken !== null) return err(broken);
  const candidate = { packet, instance, advert: decoded.value };
  for (const { reason, fails } of CHECKS) if (fails(candidate)) return err(reason);
  // the kernel of an IPv6 sender sums up the trailer, too
  const summed = instance.family === 'inet6' ? message : bare;
  const checksum = checksumStyle(summed, packet, context);
  if (checksum === null) return err('checksum');
  if (!isForUs(packet, instance)) return err('destination');
  if (!isFromPeer(packet, instance)) return err('unknown_peer');
  const addressMismatch = context.listed === null ? null : missingAddresses(decoded.value, context.listed);
  return ok({ advert: decoded.value, source: packet.source, checksum, addressMismatch });
}

/** The VRRP message without Ethernet padding; null when the lengths contradict each other. Padding fills a short IPv4
 *  packet to 46 octets, or to 42 where a VLAN tag was taken off: always 2 modulo 4, never more. */
function messageOf(packet: ReceivedPacket): Uint8Array | null {
  const { payload, announcedLength } = packet;
  if (announcedLength === payload.length) return payload;
  if (announcedLength > payload.length || announcedLength < 0 || !isIpv4(packet.source)) return null;
  const padded = IPV4_HEADER_OCTETS + payload.length;
  return padded <= ETHERNET_PAYLOAD_MIN && padded % 4 === ETHERNET_PAYLOAD_MIN % 4
    ? payload.subarray(0, announcedLength)
    : null;
}

/** The advert alone: as many octets as its header announces, if a trailer is behind them. */
function withoutTrailer(message: Uint8Array, { version, family }: VrrpInstance): Uint8Array {
  const length = advertLength(version, family, message[COUNT_AT] ?? 0);
  return message.length === length + TRAILER_OCTETS ? message.subarray(0, length) : message;
}

/** Adverts without a trailer pass where the mode says so. */
function brokenTrailer(seal: Seal, authentication: VrrpAuthentication): DropReason | null {
  if (authentication.kind !== 'hmac' || seal.kind !== 'hmac' || seal.verdict === 'genuine') return null;
  return seal.verdict === 'missing' && authentication.mode !== 'enforce' ? null : `hmac_${seal.verdict}`;
}

const isAh = (seal: Seal, verdict: AhVerdict): boolean => seal.kind === 'ah' && seal.verdict === verdict;

function hasOtherAuthType({ advert, instance }: Candidate): boolean {
  return (
    advert.authentication !== null && advert.authentication.type !== AUTH_TYPE[instance.authentication.kind]
  );
}

function hasOtherPassword({ advert, instance }: Candidate): boolean {
  if (instance.authentication.kind !== 'pass' || advert.authentication === null) return false;
  // over IPv6 there is no room for one (behaviour.md section 2)
  if (instance.family === 'inet6') return false;
  return advert.authentication.octets !== passwordOctets(instance.authentication.password);
}

/** v2 demands the own interval (RFC 3768 §7.1). v3 learns the sender's, but zero would make every deadline due at once. */
function hasUnusableInterval({ advert, instance }: Candidate): boolean {
  return advert.version === 2 ? advert.interval !== instance.advertInterval : advert.interval === 0;
}

function checksumStyle(
  message: Uint8Array,
  path: AdvertPath,
  { instance, groupForChecksum: group }: ReceiveContext,
): ChecksumStyle | null {
  // with v3_checksum_as_v2 none is demanded (behaviour.md section 2)
  if (instance.checksumAsV2) return 'standard';
  if (advertChecksum(message, path) === 0) return 'standard';
  if (group === null) return null;
  return advertChecksum(message, { source: path.source, destination: group }) === 0 ? 'group' : null;
}

function isForUs(packet: ReceivedPacket, { destination }: VrrpInstance): boolean {
  return destination.kind === 'multicast'
    ? packet.destination === destination.group
    : !isMulticast(packet.destination);
}

/** Where the source is checked, only peers are heard and only inside their range (min_ttl, max_ttl). */
function isFromPeer({ source, ttl }: ReceivedPacket, { destination }: VrrpInstance): boolean {
  if (destination.kind === 'multicast' || !destination.checkSource) return true;
  const peer = destination.peers.find(({ address }) => address === source);
  return peer !== undefined && ttl !== null && ttl >= (peer.minTtl ?? 0) && ttl <= (peer.maxTtl ?? 255);
}

const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? (Number.parseInt(address, 10) & 0xf0) === 0xe0 : address.startsWith('ff');

function missingAddresses(
  advert: Advert,
  listed: readonly VirtualAddress[],
): AcceptedAdvert['addressMismatch'] {
  if (advert.addresses.length !== listed.length) return 'count';
  const carried = new Set(advert.addresses);
  const missing = listed.map(({ address }) => address).filter((a) => !carried.has(a));
  return missing.length > 0 ? missing : null;
}
