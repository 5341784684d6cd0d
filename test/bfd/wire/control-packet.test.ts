import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { micros } from '../../../src/base/units.ts';
import {
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
  PACKET_OCTETS,
  type PacketFault,
  STATE_NAMES,
} from '../../../src/bfd/wire/control-packet.ts';
import { diagnosticText } from '../../../src/bfd/wire/diagnostics.ts';

const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const packet = (own: Partial<ControlPacket>): ControlPacket => ({
  state: 'up',
  diagnostic: 0,
  poll: false,
  final: false,
  demand: false,
  multiplier: 3,
  myDiscriminator: 0xa912d971,
  yourDiscriminator: 0xa912d971,
  minTx: micros(100_000),
  minRx: micros(100_000),
  ...own,
});

/** As two keepalived 2.2.7 sent them to each other. */
const CAPTURED: readonly (readonly [name: string, hex: string, packet: ControlPacket])[] = [
  [
    'the first packet',
    '20400318 a912d971 00000000 000f4240 000186a0 00000000',
    packet({ state: 'down', yourDiscriminator: 0, minTx: micros(1_000_000) }),
  ],
  [
    'the answer',
    '20800318 a912d971 a912d971 000f4240 000186a0 00000000',
    packet({ state: 'init', minTx: micros(1_000_000) }),
  ],
  ['a poll', '20e00318 a912d971 a912d971 000186a0 000186a0 00000000', packet({ poll: true })],
  ['its end', '20d00318 a912d971 a912d971 000186a0 000186a0 00000000', packet({ final: true })],
];

describe.each(CAPTURED)('captured: %s', (_, hex, value) => {
  test('bytes to value', () => expect(decodeControlPacket(octets(hex))).toEqual({ ok: true, value }));
  test('value to bytes', () => expect(encodeControlPacket(value)).toEqual(octets(hex)));
  test('every shorter message is refused', () => {
    for (let length = 0; length < PACKET_OCTETS; length++) {
      expect(decodeControlPacket(octets(hex).subarray(0, length))).toEqual({ ok: false, error: 'length' });
    }
  });
});

const GOOD = '20c00318 00000001 00000002 000186a0 000186a0 00000000';

test.each<[string, string, PacketFault]>([
  ['a version that is not 1', '40c00318', 'version'],
  ['a length below 24', '20c00317', 'length'],
  ['a length beyond the datagram', '20c00319', 'length'],
  ['an authenticated packet of less than 26', '20c40318', 'length'],
  ['a detection multiplier of 0', '20c00018', 'multiplier'],
  ['the multipoint bit', '20c10318', 'multipoint'],
])('%s is refused (RFC 5880 §6.8.6)', (_, head, fault) => {
  expect(decodeControlPacket(octets(head + GOOD.slice(8)))).toEqual({ ok: false, error: fault });
});

test('discriminators that are 0 are refused, the other side’s only from a session that knows it (RFC 5880 §6.8.6)', () => {
  const nameless = octets('20c00318 00000000 00000002 000186a0 000186a0 00000000');
  expect(decodeControlPacket(nameless)).toEqual({ ok: false, error: 'my_discriminator' });
  const faults = STATE_NAMES.map((state) => {
    const decoded = decodeControlPacket(encodeControlPacket(packet({ state, yourDiscriminator: 0 })));
    return decoded.ok ? null : decoded.error;
  });
  expect(faults).toEqual([null, null, 'your_discriminator', 'your_discriminator']);
});

test('an authenticated packet is refused, as no session here has a key (RFC 5880 §6.8.6)', () => {
  const sealed = octets('20c4031a 00000001 00000002 000186a0 000186a0 00000000 0102');
  expect(decodeControlPacket(sealed)).toEqual({ ok: false, error: 'authentication' });
});

test('octets behind the length are padding', () => {
  const padded = decodeControlPacket(Uint8Array.of(...octets(GOOD), 0xff, 0xff));
  expect(padded.ok && padded.value.minRx).toBe(100_000);
});

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anyPacket: fc.Arbitrary<ControlPacket> = fc.record({
  state: fc.constantFrom(...STATE_NAMES),
  diagnostic: fc.integer({ min: 0, max: 31 }),
  poll: fc.boolean(),
  final: fc.boolean(),
  demand: fc.boolean(),
  multiplier: fc.integer({ min: 1, max: 255 }),
  myDiscriminator: u32.filter((n) => n > 0),
  yourDiscriminator: u32.filter((n) => n > 0),
  minTx: u32.map(micros),
  minRx: u32.map(micros),
});

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(anyPacket, (value) => {
      expect(decodeControlPacket(encodeControlPacket(value))).toEqual({ ok: true, value });
    }),
  );
});

test('no octets make the decoder throw, and what it accepts keeps the rules of RFC 5880 §6.8.6', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const decoded = decodeControlPacket(bytes);
      if (!decoded.ok) return;
      expect(bytes.length).toBeGreaterThanOrEqual(PACKET_OCTETS);
      expect(decoded.value.multiplier).toBeGreaterThan(0);
      expect(decoded.value.myDiscriminator).toBeGreaterThan(0);
    }),
  );
});

test('every octet of a packet mutated in every way ends in a packet or in a fault', () => {
  for (let at = 0; at < PACKET_OCTETS; at++) {
    for (let value = 0; value < 256; value++) {
      const bytes = octets(GOOD);
      bytes[at] = value;
      const decoded = decodeControlPacket(bytes);
      if (decoded.ok) expect(encodeControlPacket(decoded.value).length).toBe(PACKET_OCTETS);
    }
  }
});

test('diagnostics have the names of RFC 5880 §4.1', () => {
  expect([0, 1, 3, 7, 8, 9].map(diagnosticText)).toEqual([
    'No Diagnostic',
    'Control Detection Time Expired',
    'Neighbor Signaled Session Down',
    'Administratively Down',
    'Reverse Concatenated Path Down',
    'Reserved 9',
  ]);
});
