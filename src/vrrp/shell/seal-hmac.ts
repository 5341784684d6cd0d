/** auth_hmac (behaviour.md section 12): appends keepalived's trailer to an advert, and judges one that arrived. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { familyOf, type IpAddress } from '../../base/ip.ts';
import type { HmacSettings, VrrpInstance } from '../../config/model/vrrp.ts';
import { advertLength, advertVersion, HEADER_OCTETS, withChecksum } from '../wire/advert.ts';
import {
  CODE_OCTETS,
  compareStamps,
  decodeTrailer,
  encodeTrailer,
  type Stamp,
  type Trailer,
  trailerInput,
} from '../wire/hmac-trailer.ts';
import type { HmacVerdict } from '../wire/receive.ts';
import { remember } from './senders.ts';

export interface HmacMemory {
  /** the stamp of the last advert sent */
  sent: Stamp | null;
  readonly heard: Map<IpAddress, Stamp>;
}

export const newHmacMemory = (): HmacMemory => ({ sent: null, heard: new Map() });

/** Milliseconds since 1970. */
export type WallMillis = number;

const FIELD_MAX = 0xffff;
const FRACTIONS = 0x1_0000;
const MILLIS = 1_000;
/** The octet that counts the addresses. */
const COUNT_AT = 3;

/** The advert with its trailer; null when the key to sign with is not there. Over IPv6 the checksum covers the trailer
 *  too, since keepalived leaves it to the kernel. */
export function appendTrailer(
  memory: HmacMemory,
  settings: HmacSettings,
  {
    path,
    message,
    wall,
  }: {
    readonly path: { readonly source: IpAddress; readonly destination: IpAddress };
    readonly message: Uint8Array;
    readonly wall: WallMillis;
  },
): Uint8Array | null {
  const key = keyOf(settings, settings.activeKey);
  if (key === null) return null;
  const stamp = nextStamp(memory.sent, wall);
  memory.sent = stamp;
  const unsigned = encodeTrailer({ keyId: settings.activeKey, stamp, code: new Uint8Array(CODE_OCTETS) });
  const code = codeOf(key, trailerInput(path.source, message, unsigned));
  const whole = Buffer.concat([message, encodeTrailer({ keyId: settings.activeKey, stamp, code })]);
  return familyOf(path.source) === 'inet' ? whole : withChecksum(whole, path);
}

/** The order is keepalived's: freshness before the key is looked for. `message` is without padding, `wall` the time of
 *  arrival. Only a genuine trailer is remembered. */
export function judgeTrailer(
  memory: HmacMemory,
  { source, message, wall }: { source: IpAddress; message: Uint8Array; wall: WallMillis },
  instance: VrrpInstance & { readonly authentication: HmacSettings },
): HmacVerdict {
  const version = advertVersion(message);
  if (version === null || message.length < HEADER_OCTETS) return 'malformed';
  const length = advertLength(version, familyOf(source), message[COUNT_AT] ?? 0);
  if (message.length <= length) return 'missing';
  const [advert, bytes] = [message.subarray(0, length), message.subarray(length)];
  const trailer = decodeTrailer(bytes);
  if (trailer === null) return 'malformed';
  const settings = instance.authentication;
  if (settings.antiReplay === 'time' && !isFresh(trailer, settings, wall)) return 'stale';
  const last = memory.heard.get(source);
  if (last !== undefined && compareStamps(trailer.stamp, last) <= 0) return 'replayed';
  const key = keyOf(settings, trailer.keyId);
  if (key === null) return 'unknown_key';
  if (!timingSafeEqual(codeOf(key, trailerInput(source, advert, bytes)), trailer.code)) return 'forged';
  remember(memory.heard, source, trailer.stamp, instance);
  return 'genuine';
}

const codeOf = (key: Uint8Array, input: Uint8Array): Uint8Array =>
  createHmac('sha256', key).update(input).digest().subarray(0, CODE_OCTETS);

function keyOf({ keys }: HmacSettings, id: number): Uint8Array | null {
  const found = keys.find((key) => key.id === id);
  return found?.secret.kind === 'octets' ? Buffer.from(found.secret.hex, 'hex') : null;
}

function isFresh({ stamp }: Trailer, { timeWindow }: HmacSettings, wall: WallMillis): boolean {
  const sentAt = (stamp.seconds + stamp.fraction / FRACTIONS) * MILLIS;
  return Math.abs(wall - sentAt) * MILLIS <= timeWindow;
}

/** The present time, or where the clock has not moved on since the last stamp, or was set back, the next one after that. */
function nextStamp(last: Stamp | null, wall: WallMillis): Stamp {
  const present: Stamp = {
    seconds: Math.floor(wall / MILLIS),
    fraction: Math.floor(((wall % MILLIS) * FRACTIONS) / MILLIS),
    counter: 0,
  };
  if (last === null || compareStamps(present, last) > 0) return present;
  if (last.counter < FIELD_MAX) return { ...last, counter: last.counter + 1 };
  if (last.fraction < FIELD_MAX) return { ...last, fraction: last.fraction + 1, counter: 0 };
  return { seconds: last.seconds + 1, fraction: 0, counter: 0 };
}
