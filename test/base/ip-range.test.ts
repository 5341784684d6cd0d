import fc from 'fast-check';
import { expect, test } from 'vitest';
import { familyOf, type IpAddress, ipFromBytes, parseIp } from '../../src/base/ip.ts';
import { ipDistance, ipRun, prefixSize } from '../../src/base/ip-range.ts';

const ip = (text: string): IpAddress => {
  const address = parseIp(text);
  if (address === null) throw new Error(text);
  return address;
};
const anyAddress = fc
  .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map((bytes) => ipFromBytes(bytes))
  .filter((address) => address !== null);

test('a run steps through all bits of an address', () => {
  expect(ipRun(ip('10.0.0.254'), 4)).toEqual(['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1']);
  expect(ipRun(ip('2001:db8::ffff'), 2)).toEqual(['2001:db8::ffff', '2001:db8::1:0']);
});

test('a run ends at the last address of its family', () => {
  expect(ipRun(ip('255.255.255.254'), 9)).toEqual(['255.255.255.254', '255.255.255.255']);
});

test('the last of a run of n is n - 1 steps from its first', () => {
  fc.assert(
    fc.property(anyAddress, fc.integer({ min: 1, max: 600 }), (first, count) => {
      const run = ipRun(first, count);
      const last = run.at(-1) ?? first;
      expect(familyOf(last)).toBe(familyOf(first));
      expect(ipDistance(first, last)).toBe(BigInt(run.length - 1));
      expect(ipDistance(last, first)).toBe(BigInt(1 - run.length));
    }),
  );
});

test('addresses of two families have no distance', () => {
  expect(ipDistance(ip('10.0.0.1'), ip('2001:db8::1'))).toBeNull();
});

test('a prefix has two to the power of its host bits, and none of them may be set', () => {
  expect(prefixSize(ip('10.0.0.0'), 30)).toBe(4n);
  expect(prefixSize(ip('10.0.0.1'), 32)).toBe(1n);
  expect(prefixSize(ip('2001:db8::'), 64)).toBe(2n ** 64n);
  expect(prefixSize(ip('10.0.0.1'), 30)).toBeNull();
});
