import fc from 'fast-check';
import { expect, test } from 'vitest';
import { internetChecksum } from '../../../src/base/checksum.ts';
import { echoRequest, isEchoReply, withoutIpHeader } from '../../../src/checks/core/icmp-echo.ts';

const payload = Uint8Array.from({ length: 128 }, (_, i) => i);
const answer = (type: number, bytes: Uint8Array = payload): Uint8Array =>
  Uint8Array.from([type, 0, 0, 0, 0, 7, 0, 1, ...bytes]);

test('a request is type 8 or 128, code 0, with identifier and sequence number (RFC 792, RFC 4443 section 4.1)', () => {
  const v4 = echoRequest('inet', 0x1234, payload);
  expect([...v4.subarray(0, 2), ...v4.subarray(4, 8)]).toEqual([8, 0, 0x12, 0x34, 0, 1]);
  expect(internetChecksum(v4)).toBe(0); // RFC 1071: the sum over a packet with its checksum
  const v6 = echoRequest('inet6', 0x1234, payload);
  expect([...v6.subarray(0, 8)]).toEqual([128, 0, 0, 0, 0x12, 0x34, 0, 1]);
  expect(v6.subarray(8)).toEqual(payload);
});

test('an answer has the type of its family and the same payload', () => {
  expect(isEchoReply('inet', answer(0), payload)).toBe(true);
  expect(isEchoReply('inet6', answer(129), payload)).toBe(true);
  expect(isEchoReply('inet', answer(8), payload)).toBe(false);
  expect(isEchoReply('inet6', answer(0), payload)).toBe(false);
  expect(isEchoReply('inet', answer(0, payload.subarray(1)), payload)).toBe(false);
});

test("any bit of the payload tells it from another's", () => {
  fc.assert(
    fc.property(fc.nat(127), fc.nat(7), (at, bit) => {
      const other = Uint8Array.from(payload, (byte, i) => (i === at ? byte ^ (1 << bit) : byte));
      expect(isEchoReply('inet', answer(0, other), payload)).toBe(false);
    }),
  );
});

test('no bytes break it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(isEchoReply('inet', withoutIpHeader(bytes), payload)).toBe(false);
    }),
  );
});
