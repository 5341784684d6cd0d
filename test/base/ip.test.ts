import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareIp,
  familyOf,
  ipBytes,
  ipFromBytes,
  parseIp,
  parseIpv4,
  parseIpv6,
} from '../../src/base/ip.ts';

/** Texts near addresses: valid ones, and what is left after a character is changed. */
const nearAddresses = fc
  .tuple(
    fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV6().map((text) => `${text}1.2.3.4`),
      fc.constantFrom('::', '1.2.3.4::'),
    ),
    fc.option(fc.tuple(fc.nat(40), fc.constantFrom('', ':', '.', '0', 'g', '::', 'F', '256', ' '))),
  )
  .map(([text, change]) => {
    if (change === null) return text;
    const at = change[0] % (text.length + 1);
    return text.slice(0, at) + change[1] + text.slice(at + 1);
  });
const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc
    .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 })
    .map((l) => Uint8Array.from(l)),
);

describe('an address text', () => {
  test('is accepted when node:net accepts it, and only then (zone ids apart)', () => {
    fc.assert(
      fc.property(nearAddresses, (text) => {
        const ours = parseIp(text);
        expect(ours === null ? 0 : familyOf(ours) === 'inet' ? 4 : 6).toBe(isIP(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('refuses zone ids, leading zeros, blanks, host names and nothing', () => {
    for (const text of [
      'fe80::1%eth0',
      '010.0.0.1',
      '10.0.0.1 ',
      ' ::1',
      'localhost',
      '',
      ':',
      ':::',
      '1.2.3.4::',
    ]) {
      expect(parseIp(text)).toBeNull();
    }
    expect(parseIpv4('::1')).toBeNull();
    expect(parseIpv6('1.2.3.4')).toBeNull();
  });

  test('becomes the canonical form of RFC 5952', () => {
    const canonical = [
      ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'], // §4.1, §4.2.1, §4.3
      ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], // §4.2.2: one group is not shortened
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'], // §4.2.3: the longest run
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'], // §4.2.3: the first of equal runs
      ['0:0:0:0:0:0:0:0', '::'],
      ['::FFFF:1.2.3.4', '::ffff:1.2.3.4'], // §5
      ['::ffff:102:304', '::ffff:1.2.3.4'],
      ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
      ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ];
    expect(canonical.map(([text = '']) => parseIp(text))).toEqual(canonical.map(([, expected]) => expected));
  });

  test('is what the URL standard writes, but for IPv4-mapped addresses', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = ipFromBytes(bytes) ?? '';
        fc.pre(!text.startsWith('::ffff:'));
        expect(
          new URL(`http://${text.includes(':') ? `[${text}]` : text}`).hostname.replace(/[[\]]/g, ''),
        ).toBe(text);
      }),
    );
  });
});

describe('address bytes', () => {
  test('become a text that gives back the bytes and itself', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = ipFromBytes(bytes);
        if (text === null) throw new Error('no address');
        expect([...ipBytes(text)]).toEqual([...bytes]);
        expect(parseIp(text)).toBe(text);
      }),
    );
  });

  test('of another length than four or sixteen are no address', () => {
    for (const length of [0, 3, 5, 15, 17]) expect(ipFromBytes(new Uint8Array(length))).toBeNull();
  });

  test('order addresses as numbers, IPv4 first, so that a VRRP tie has one winner (RFC 9568 §6.4.3)', () => {
    const sorted = ['9.255.255.255', '10.0.0.2', '10.0.0.10', '::', '2001:db8::9', '2001:db8::a', 'fe80::1'];
    const parsed = sorted.map((text) => parseIp(text)).filter((address) => address !== null);
    expect([...parsed].reverse().sort(compareIp)).toEqual(sorted);
    const address = anyBytes.map(ipFromBytes).filter((a) => a !== null);
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(Math.sign(compareIp(a, b)) + Math.sign(compareIp(b, a))).toBe(0);
        expect(compareIp(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
