import fc from 'fast-check';
import { expect, test } from 'vitest';
import { macBytes, macFromBytes, parseMac } from '../../src/base/mac.ts';

test('six bytes become lower-case text and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
      const mac = macFromBytes(bytes);
      if (mac === null) throw new Error('no address');
      expect([...macBytes(mac)]).toEqual([...bytes]);
      expect(parseMac(mac.toUpperCase())).toBe(mac);
    }),
  );
});

test('other lengths and other texts are no Ethernet address', () => {
  for (const length of [0, 5, 7, 20]) expect(macFromBytes(new Uint8Array(length))).toBeNull();
  for (const text of ['', '00:11:22:33:44', '00:11:22:33:44:5', '00-11-22-33-44-55', '00:11:22:33:44:gg']) {
    expect(parseMac(text)).toBeNull();
  }
});
