import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttributesOf,
  attributeBytes,
  attributeTable,
  decodeAttributes,
  nested,
  optional,
  required,
} from '../../../src/net/netlink/attributes.ts';
import { text, u16be, u32, u64 } from '../../../src/net/netlink/payloads.ts';

const INNER = attributeTable({ port: required(1, u16be), count: optional(2, u64) });
const TABLE = attributeTable({
  name: required(3, text),
  weight: optional(7, u32),
  inner: optional(9, nested(INNER, { flag: true })),
});
type Outer = AttributesOf<typeof TABLE>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('attribute tables', () => {
  test('rows are written in order, with native headers and four-byte padding (linux/netlink.h)', () => {
    const value: Outer = { name: 'rr', weight: 5, inner: { port: 80, count: null } };
    expect(hex(attributeBytes(TABLE, value))).toBe(
      '0700030072720000' + '0800070005000000' + '0c000980' + '0600010000500000',
    );
  });

  test('what is encoded is decoded to the same value', () => {
    const inner = fc.record({ port: fc.nat(0xffff), count: fc.option(fc.bigInt(0n, 2n ** 64n - 1n)) });
    const outer = fc.record({
      name: fc.string({ unit: fc.constantFrom('a', 'é', '-'), maxLength: 20 }),
      weight: fc.option(fc.nat(0xffffffff)),
      inner: fc.option(inner),
    });
    fc.assert(
      fc.property(outer, (value: Outer) => {
        expect(decodeAttributes(TABLE, attributeBytes(TABLE, value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('unknown attributes are skipped and of a double one the last wins', () => {
    const bytes = Buffer.from('050063000100000006000300' + '61000000' + '0600030062000000', 'hex');
    expect(decodeAttributes(TABLE, bytes)).toEqual({
      ok: true,
      value: { name: 'b', weight: null, inner: null },
    });
  });

  test('a wrong size is an error that names the attribute', () => {
    const bytes = Buffer.from('06000700' + '05000000', 'hex');
    expect(decodeAttributes(TABLE, bytes)).toEqual({
      ok: false,
      error: { kind: 'bad_attribute', name: 'weight', length: 2 },
    });
  });

  test('a required attribute that is missing is an error that names it', () => {
    expect(decodeAttributes(TABLE, new Uint8Array(0))).toEqual({
      ok: false,
      error: { kind: 'missing_attribute', name: 'name' },
    });
  });

  test('a message cut at any length is decoded to less or refused, never thrown', () => {
    const whole = attributeBytes(TABLE, { name: 'wlc', weight: 1, inner: { port: 1, count: 2n } });
    for (let length = 0; length < whole.length; length++) {
      const result = decodeAttributes(TABLE, whole.subarray(0, length));
      if (result.ok) expect(result.value.inner).toBeNull();
    }
  });

  test('arbitrary bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(70), (bytes, offset) => {
        decodeAttributes(TABLE, bytes, offset);
      }),
    );
  });
});
