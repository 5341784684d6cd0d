import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../src/base/checksum.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('the internet checksum (RFC 1071)', () => {
  test('of the example of the RFC is the complement of its sum (§3)', () => {
    expect(internetChecksum(hex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  test('of a captured VRRPv2 advert is the one it carries', () => {
    const advert = hex('2133640101010000c0a864f03131313100000000');
    expect(internetChecksum(advert)).toBe(0xf1ce);
  });

  test('makes the sum over a packet with its checksum zero', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 3000 }), (bytes) => {
        bytes[0] = 0;
        bytes[1] = 0;
        const sum = internetChecksum(bytes);
        bytes[0] = sum >> 8;
        bytes[1] = sum & 0xff;
        // 0xffff stands for zero too, when all the rest is zero
        expect([0, 0xffff]).toContain(internetChecksum(bytes));
      }),
    );
  });

  test('does not depend on how the bytes are cut into parts of even length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(50), (bytes, half) => {
        const parts = [bytes.subarray(0, half * 2), bytes.subarray(half * 2)];
        expect(internetChecksum(...parts)).toBe(internetChecksum(bytes));
      }),
    );
  });

  test('pads an odd last byte with zero (§4.1)', () => {
    expect(internetChecksum(Uint8Array.of(0x12))).toBe(internetChecksum(Uint8Array.of(0x12, 0)));
  });
});
