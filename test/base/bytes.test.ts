import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/base/bytes.ts';

describe('writer and reader', () => {
  const field = fc.oneof(
    fc.nat(0xff).map((value) => ({ kind: 'u8', value }) as const),
    fc.nat(0xffff).map((value) => ({ kind: 'u16be', value }) as const),
    fc.nat(0xffffffff).map((value) => ({ kind: 'u32be', value }) as const),
  );

  test('give back what was written, from any size of the first buffer', () => {
    fc.assert(
      fc.property(fc.array(field), fc.nat(16), (fields, sizeHint) => {
        const writer = new ByteWriter(sizeHint);
        for (const { kind, value } of fields) writer[kind](value);
        const bytes = writer.finish();
        expect(bytes.length).toBe(writer.length);
        const reader = new ByteReader(bytes);
        expect(fields.map(({ kind }) => reader[kind]())).toEqual(fields.map(({ value }) => value));
        expect([reader.remaining, reader.error]).toEqual([0, null]);
      }),
    );
  });

  test('are in network order', () => {
    const bytes = new ByteWriter()
      .u8(1)
      .u16be(0x0203)
      .u32be(0x04050607)
      .zeros(2)
      .bytes(Uint8Array.of(9))
      .finish();
    expect([...bytes]).toEqual([1, 2, 3, 4, 5, 6, 7, 0, 0, 9]);
  });

  test('what is finished is a copy that later writes do not change', () => {
    const writer = new ByteWriter(8).u8(1);
    const first = writer.finish();
    writer.u8(2);
    expect([...first]).toEqual([1]);
  });
});

describe('the reader', () => {
  test('keeps its first error, stays where it was, and gives zeros', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(reader.u16be()).toBe(0x0102);
    expect(reader.u32be()).toBe(0);
    const error = reader.error;
    expect(error).toBe('truncated: 4 bytes wanted at offset 2, 1 left');
    expect([reader.u8(), [...reader.bytes(3)], reader.offset]).toEqual([0, [0, 0, 0], 2]);
    expect(reader.error).toBe(error);
  });

  test('never moves backwards, whatever length a header claims', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4));
    reader.skip(3);
    expect(reader.bytes(-2).length).toBe(0);
    expect(reader.offset).toBe(3);
    expect(reader.error).not.toBeNull();
  });

  test('of a part of a buffer sees that part only', () => {
    const reader = new ByteReader(Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
    expect([reader.remaining, reader.u16be(), reader.remaining]).toEqual([2, 0x0102, 0]);
    expect(reader.rest().length).toBe(0);
    expect(reader.error).toBeNull();
  });

  test('never throws and never reserves memory for a claimed length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.integer(), (bytes, length) => {
        const reader = new ByteReader(bytes);
        const taken = reader.bytes(length);
        expect(taken.length).toBeLessThanOrEqual(0xffff);
        expect(reader.error === null).toBe(length >= 0 && length <= bytes.length);
      }),
    );
  });
});
