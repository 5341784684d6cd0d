import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IpAddress, isIpv4 } from '../../../src/base/ip.ts';
import { instant, seconds } from '../../../src/base/units.ts';
import type { HmacSettings, VrrpAuthentication, VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { ETH0, virtualAddress, vrrpInstance } from '../../../src/sim/topology.ts';
import { byRouterKey } from '../../../src/vrrp/core/state.ts';
import { type AdvertOrder, newSealer, type Sealer } from '../../../src/vrrp/shell/sealer.ts';
import { decodeAdvert } from '../../../src/vrrp/wire/advert.ts';
import { receiveAdvert, type Seal } from '../../../src/vrrp/wire/receive.ts';
import { ip, octets } from '../wire/advert.fixtures.ts';
import { AH_PACKETS, HMAC_FIXTURES, type HmacFixture } from '../wire/sealed.fixtures.ts';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

const pathOf = ({ family }: VrrpInstance): { source: IpAddress; destination: IpAddress } =>
  family === 'inet'
    ? { source: ip('192.168.100.101'), destination: ip('224.0.0.18') }
    : { source: ip('fe80::ff:fe00:1'), destination: ip('ff02::12') };

/** The order to send the advert that a captured message holds. */
function orderOf(instance: VrrpInstance, message: Uint8Array): AdvertOrder {
  const decoded = decodeAdvert(message, instance.family);
  if (!decoded.ok) throw new Error(decoded.error.kind);
  const { source, destination } = pathOf(instance);
  return {
    kind: 'send_advert',
    router: [...byRouterKey([instance]).keys()][0] ?? '',
    interface: ETH0,
    family: instance.family,
    source,
    destination,
    checksumDestination: destination,
    advert: decoded.value,
    authentication: instance.authentication,
    ttl: 255,
  };
}

interface Capture {
  readonly protocol?: 'vrrp' | 'ah';
  readonly payload: Uint8Array;
  readonly id?: number;
  readonly wall?: number;
  readonly source?: IpAddress;
}

function opened(sealer: Sealer, instance: VrrpInstance, capture: Capture) {
  const { source, destination } = {
    ...pathOf(instance),
    ...(capture.source ? { source: capture.source } : {}),
  };
  const { payload, id = 1, wall = 0, protocol = 'vrrp' } = capture;
  const packet = {
    source,
    destination,
    id: isIpv4(source) ? id : null,
    ttl: 255,
    announcedLength: payload.length,
    payload,
    receivedAt: instant(0),
  };
  return sealer.open({ interface: ETH0, protocol, packet }, wall);
}

const verdictOf = ({ seal }: { readonly seal: Seal }): string =>
  seal.kind === 'none' ? 'none' : seal.verdict;

const sealerFor = (instance: VrrpInstance): Sealer => {
  const sealer = newSealer();
  sealer.configure([instance]);
  return sealer;
};

describe('auth_type AH (behaviour.md section 11)', () => {
  const configured = (password = 'secret12'): VrrpInstance =>
    vrrpInstance({ authentication: { kind: 'ah', password } });
  const payloadOf = (packet: string): Uint8Array => octets(packet).subarray(20);
  const captureOf = (packet: string): Capture => ({
    protocol: 'ah',
    payload: payloadOf(packet),
    id: Buffer.from(packet, 'hex').readUInt16BE(4),
  });
  const accepts = (...packets: readonly string[]): readonly string[] => {
    const sealer = sealerFor(configured());
    return packets.map((packet) => verdictOf(opened(sealer, configured(), captureOf(packet))));
  };

  test('seals adverts to the octet as keepalived does, one number after the other', () => {
    const sealer = sealerFor(configured());
    for (const packet of AH_PACKETS) {
      const order = orderOf(configured(), payloadOf(packet).subarray(24));
      expect(hex(sealer.seal(order, 0)?.payload)).toBe(hex(payloadOf(packet)));
    }
  });

  test('takes what keepalived sent for genuine, and hands on the advert alone', () => {
    expect(accepts(...AH_PACKETS)).toEqual(['genuine', 'genuine', 'genuine', 'genuine']);
    const packet = opened(sealerFor(configured()), configured(), captureOf(AH_PACKETS[0]));
    expect(
      receiveAdvert(packet, { instance: configured(), groupForChecksum: null, listed: null }),
    ).toMatchObject({
      ok: true,
      value: { advert: { priority: 100, addresses: ['192.168.100.240'] } },
    });
  });

  test('a number that is not above the last of its sender is a replay; other senders count for themselves', () => {
    const [first, second, third] = AH_PACKETS;
    expect(accepts(first, third, second, third)).toEqual(['genuine', 'genuine', 'replayed', 'replayed']);
  });

  test('numbers continue above what was heard, so that peers believe a new master', () => {
    const sealer = sealerFor(configured());
    opened(sealer, configured(), captureOf(AH_PACKETS[2]));
    const order = orderOf(configured(), payloadOf(AH_PACKETS[0]).subarray(24));
    expect(sealer.seal(order, 0)?.payload.subarray(8, 12)).toEqual(Buffer.from([0, 0, 0, 4]));
  });

  test('any altered bit that the header covers is a forgery, and another password too', () => {
    const packet = AH_PACKETS[0];
    for (let bit = 8 * 4; bit < payloadOf(packet).length * 8; bit++) {
      const payload = new Uint8Array(payloadOf(packet));
      payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const verdict = verdictOf(
        opened(sealerFor(configured()), configured(), { ...captureOf(packet), payload }),
      );
      // another VRID is nobody's
      expect(verdict, `bit ${bit}`).toBe(bit >> 3 === 25 ? 'none' : 'forged');
    }
    const stranger = configured('secret13');
    expect(verdictOf(opened(sealerFor(stranger), stranger, captureOf(packet)))).toBe('forged');
    const elsewhere = { ...captureOf(packet), source: ip('192.168.100.102') };
    expect(verdictOf(opened(sealerFor(configured()), configured(), elsewhere))).toBe('forged');
  });

  test('no octets make it throw', () => {
    const sealer = sealerFor(configured());
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (payload) => {
        opened(sealer, configured(), { protocol: 'ah', payload });
      }),
    );
  });
});

describe.each(HMAC_FIXTURES)('auth_hmac $name (behaviour.md section 12)', (fixture) => {
  const configured = (changes: Partial<HmacSettings> = {}): VrrpInstance => instanceOf(fixture, changes);
  const [first, second] = fixture.packets;
  const at = (packet: string): number => sentAt(packet);
  const heard = (
    packets: readonly string[],
    changes: Partial<HmacSettings> = {},
    late = 0,
  ): readonly string[] => {
    const sealer = sealerFor(configured(changes));
    return packets.map((packet) => {
      const capture = { payload: octets(packet), wall: at(packet) + late };
      return verdictOf(opened(sealer, configured(changes), capture));
    });
  };
  const altered = (packet: string, at: number, by: number): string => {
    const bytes = octets(packet);
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] ?? 0) ^ by;
    return hex(bytes);
  };

  test('seals adverts to the octet as keepalived does', () => {
    const sealer = sealerFor(configured());
    for (const packet of fixture.packets) {
      const order = orderOf(configured(), octets(packet).subarray(0, -28));
      expect(hex(sealer.seal(order, at(packet))?.payload)).toBe(packet);
    }
  });

  test('takes what keepalived sent for genuine, and the receive checks accept it, checksum included', () => {
    expect(heard(fixture.packets)).toEqual(fixture.packets.map(() => 'genuine'));
    const packet = opened(sealerFor(configured()), configured(), { payload: octets(first), wall: at(first) });
    const context = { instance: configured(), groupForChecksum: null, listed: null };
    expect(receiveAdvert(packet, context)).toMatchObject({ ok: true, value: { advert: { priority: 100 } } });
  });

  test('an older or an equal stamp of one sender is a replay', () => {
    expect(heard([second, first, second])).toEqual(['genuine', 'replayed', 'replayed']);
    // what is refused is not remembered: a forged stamp of the future does not lock its sender out
    const future = altered(first, -24, 0x40);
    expect(heard([future, first], { antiReplay: 'monotonic' })).toEqual(['forged', 'genuine']);
  });

  test('outside time_window it is stale, unless only its order counts', () => {
    expect(heard([first], { timeWindow: seconds(5) }, 4_900)).toEqual(['genuine']);
    expect(heard([first], { timeWindow: seconds(5) }, 5_100)).toEqual(['stale']);
    expect(heard([first], { timeWindow: seconds(5) }, -5_100)).toEqual(['stale']);
    expect(heard([first], { timeWindow: seconds(5), antiReplay: 'monotonic' }, 9e9)).toEqual(['genuine']);
  });

  test('freshness is looked at before the key (stale before unknown_key), and the key before the code', () => {
    const unknown = altered(first, -27, 0x80);
    expect(heard([unknown], {}, 999_999)).toEqual(['stale']);
    expect(heard([unknown])).toEqual(['unknown_key']);
    expect(heard([altered(first, -1, 1)])).toEqual(['forged']);
    expect(heard([altered(first, 2, 1)])).toEqual(['forged']);
  });

  test('of another type, with reserved bits or of another length it is malformed; none at all is missing', () => {
    expect(heard([altered(first, -28, 2)])).toEqual(['malformed']);
    expect(heard([altered(first, -26, 1)])).toEqual(['malformed']);
    const sealer = sealerFor(configured());
    const verdictAt = (length: number): string =>
      verdictOf(opened(sealer, configured(), { payload: octets(first).subarray(0, length) }));
    const advert = octets(first).length - 28;
    expect([advert, advert + 1, advert + 27].map(verdictAt)).toEqual(['missing', 'malformed', 'malformed']);
  });

  test('each stamp is later than the one before, with a clock that stands still or was set back', () => {
    const sealer = sealerFor(configured());
    const receiver = sealerFor(configured());
    const order = orderOf(configured(), octets(first).subarray(0, -28));
    const walls = [at(first), at(first), at(first), at(first) - 2_000, at(first) + 1];
    const verdicts = walls.map((wall) => {
      const payload = sealer.seal(order, wall)?.payload ?? new Uint8Array(0);
      return verdictOf(opened(receiver, configured(), { payload, wall: at(first) }));
    });
    expect(verdicts).toEqual(walls.map(() => 'genuine'));
  });

  test('receive-only sends no trailer; a key that is not there seals nothing', () => {
    const order = (changes: Partial<HmacSettings>): AdvertOrder =>
      orderOf(configured(changes), octets(first).subarray(0, -28));
    expect(newSealer().seal(order({ mode: 'receive-only' }), 0)?.payload).toHaveLength(
      octets(first).length - 28,
    );
    expect(newSealer().seal(order({ activeKey: 99 }), 0)).toBeNull();
  });
});

test.each([
  ['enforce', 'hmac_missing'],
  ['permissive', 'accepted'],
  ['receive-only', 'accepted'],
] as const)('an advert without trailer in mode %s: %s', (mode, expected) => {
  const [fixture] = HMAC_FIXTURES;
  if (fixture === undefined) throw new Error('the fixture is gone');
  const instance = instanceOf(fixture, { mode });
  const payload = octets(fixture.packets[0]).subarray(0, -28);
  const packet = opened(sealerFor(instance), instance, { payload });
  const verdict = receiveAdvert(packet, { instance, groupForChecksum: null, listed: null });
  expect(verdict.ok ? 'accepted' : verdict.error).toBe(expected);
});

test('where a seal is wanted an advert without is refused, and the other way round', () => {
  const reason = (authentication: VrrpAuthentication, capture: Capture): string => {
    const instance = vrrpInstance({ authentication });
    const verdict = receiveAdvert(opened(sealerFor(instance), instance, capture), {
      instance,
      groupForChecksum: null,
      listed: null,
    });
    return verdict.ok ? 'accepted' : verdict.error;
  };
  const ah = octets(AH_PACKETS[0]).subarray(20);
  expect(reason({ kind: 'ah', password: 'secret12' }, { payload: ah.subarray(24) })).toBe(
    'auth_type_mismatch',
  );
  expect(reason({ kind: 'none' }, { protocol: 'ah', payload: ah })).toBe('auth_type_mismatch');
  const hmac = octets(HMAC_FIXTURES[1]?.packets[0] ?? '');
  expect(reason({ kind: 'none' }, { payload: hmac })).toBe('packet_length');
});

function instanceOf({ instance, keyId, key }: HmacFixture, changes: Partial<HmacSettings>): VrrpInstance {
  return vrrpInstance({
    ...instance,
    virtualAddresses: [virtualAddress(instance.family === 'inet6' ? 'fe80::240' : '192.168.100.240')],
    authentication: {
      kind: 'hmac',
      keys: [{ id: keyId, secret: { kind: 'octets', hex: key } }],
      activeKey: keyId,
      timeWindow: seconds(300),
      antiReplay: 'time',
      mode: 'enforce',
      ...changes,
    },
  });
}

/** Milliseconds since 1970 that the trailer tells, and a little. */
function sentAt(packet: string): number {
  const trailer = Buffer.from(packet, 'hex').subarray(-28);
  return trailer.readUInt32BE(4) * 1_000 + ((trailer.readUInt16BE(8) + 0.5) * 1_000) / 65_536;
}
