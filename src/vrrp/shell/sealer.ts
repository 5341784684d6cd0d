/** Between the core and its sockets: makes an advert into the payload of an IP packet, sealed as its router is configured, and
 *  takes what arrives out of its seal again, with a verdict on it. It keeps what a seal needs beyond one packet, by router:
 *  numbers that only grow, and the last number of each sender. What a broken seal means is for the core to say. */
import { isIpv4 } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { VrrpPacket, VrrpProtocol } from '../../ports/packets.ts';
import type { VrrpAction } from '../core/actions.ts';
import { recipientOf } from '../core/recipient.ts';
import { byRouterKey } from '../core/state.ts';
import { encodeAdvert } from '../wire/advert.ts';
import { AH_OCTETS, decodeAh } from '../wire/ah.ts';
import type { ReceivedPacket, Seal } from '../wire/receive.ts';
import { type AhMemory, addAuthenticationHeader, judgeAuthenticationHeader, newAhMemory } from './seal-ah.ts';
import { appendTrailer, type HmacMemory, judgeTrailer, newHmacMemory, type WallMillis } from './seal-hmac.ts';

export type AdvertOrder = Extract<VrrpAction, { kind: 'send_advert' }>;

export interface Sealed {
  readonly payload: Uint8Array;
  /** identification of the IPv4 header, which AH covers: 1..65535, one more with each advert (behaviour.md section 2) */
  readonly id: number;
}

export interface Arrived {
  readonly interface: InterfaceName;
  readonly protocol: VrrpProtocol;
  readonly packet: VrrpPacket;
}

export interface Sealer {
  /** Null: the key to seal with is not there, and an advert without a seal would be refused. */
  seal(order: AdvertOrder, wall: WallMillis): Sealed | null;
  /** `wall` is the time of arrival. */
  open(arrived: Arrived, wall: WallMillis): ReceivedPacket;
  /** The instances from now on; routers that are gone are forgotten. */
  configure(instances: readonly VrrpInstance[]): void;
}

interface Memory {
  id: number;
  readonly ah: AhMemory;
  readonly hmac: HmacMemory;
}

const ID_MAX = 0xffff;
/** Of an IPv4 advert whose instance names none. */
const TTL_USUAL = 255;

export function newSealer(): Sealer {
  const memories = new Map<string, Memory>();
  let routers: readonly (readonly [key: string, config: VrrpInstance])[] = [];
  const memoryOf = (router: string): Memory => {
    const known = memories.get(router) ?? { id: 0, ah: newAhMemory(), hmac: newHmacMemory() };
    memories.set(router, known);
    return known;
  };

  return {
    seal(order, wall) {
      const memory = memoryOf(order.router);
      memory.id = (memory.id % ID_MAX) + 1;
      const payload = sealed(order, memory, wall);
      return payload === null ? null : { payload, id: memory.id };
    },

    open(arrived, wall) {
      const { packet } = arrived;
      const inner = arrived.protocol === 'ah' ? decodeAh(packet.payload) : null;
      const payload = inner?.message ?? packet.payload;
      const recipient = recipientOf(routers, ([, config]) => config, {
        interface: arrived.interface,
        family: isIpv4(packet.source) ? 'inet' : 'inet6',
        vrid: payload[1],
        source: packet.source,
        destination: packet.destination,
      });
      const announcedLength = packet.announcedLength - (inner === null ? 0 : AH_OCTETS);
      const { source, destination, ttl } = packet;
      const seal = recipient === null ? NO_SEAL : judge(arrived, recipient[1], memoryOf(recipient[0]), wall);
      return { source, destination, ttl, announcedLength, payload, seal };
    },

    configure(instances) {
      const kept = byRouterKey(instances);
      routers = [...kept];
      for (const router of memories.keys()) if (!kept.has(router)) memories.delete(router);
    },
  };
}

const NO_SEAL: Seal = { kind: 'none' };

function sealed(order: AdvertOrder, { id, ah, hmac }: Memory, wall: WallMillis): Uint8Array | null {
  const { source, destination, checksumDestination, authentication, advert, ttl } = order;
  const message = encodeAdvert(advert, { source, destination: checksumDestination });
  if (authentication.kind === 'ah' && isIpv4(source) && isIpv4(destination)) {
    const path = { source, destination, id, ttl: ttl ?? TTL_USUAL };
    return addAuthenticationHeader(ah, authentication.password, path, message);
  }
  if (authentication.kind !== 'hmac' || authentication.mode === 'receive-only') return message;
  return appendTrailer(hmac, authentication, { path: { source, destination }, message, wall });
}

function judge(
  { protocol, packet }: Arrived,
  instance: VrrpInstance,
  memory: Memory,
  wall: WallMillis,
): Seal {
  const { source, destination, id, ttl, payload, announcedLength } = packet;
  const { authentication } = instance;
  if (protocol === 'ah') {
    const opened = decodeAh(payload);
    if (opened === null || id === null || ttl === null) return NO_SEAL;
    if (!isIpv4(source) || !isIpv4(destination)) return NO_SEAL;
    const sealing = { header: opened.header, path: { source, destination, id, ttl }, packet: payload };
    return { kind: 'ah', verdict: judgeAuthenticationHeader(memory.ah, sealing, instance) };
  }
  if (authentication.kind !== 'hmac') return NO_SEAL;
  const message = payload.subarray(0, Math.max(0, announcedLength));
  return {
    kind: 'hmac',
    verdict: judgeTrailer(memory.hmac, { source, message, wall }, { ...instance, authentication }),
  };
}
