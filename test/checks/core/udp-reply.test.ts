import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeUdpReply, payloadBytes } from '../../../src/checks/core/udp-reply.ts';

const limits = { lengthMin: 0, lengthMax: 255 };

test('hex is sent byte by byte; without any the text has 32 bytes (behaviour.md section 16.6)', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      expect(payloadBytes(Buffer.from(bytes).toString('hex'))).toEqual(bytes);
    }),
  );
  expect(payloadBytes(null)).toHaveLength(32);
});

test('bytes agree with themselves whatever digits are hidden, and not when a shown one differs', () => {
  const hidden = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), hidden, fc.nat(), (bytes, hide, where) => {
      const digits = [...Buffer.from(bytes).toString('hex')];
      const pattern = digits.map((digit, i) => (hide[i] === true ? 'x' : digit)).join('');
      expect(judgeUdpReply({ pattern, ...limits }, bytes)).toEqual({ kind: 'passed' });
      const at = where % digits.length;
      const other = Uint8Array.from(bytes, (byte, i) =>
        i === at >> 1 ? byte ^ (at % 2 === 0 ? 0x10 : 1) : byte,
      );
      expect(judgeUdpReply({ pattern, ...limits }, other).kind).toBe(hide[at] === true ? 'passed' : 'failed');
    }),
  );
});
