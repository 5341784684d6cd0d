/** Orders about links, octet by octet; test/lab/vmac.test.ts has the kernel carry them out. */
import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import { decodeLink } from '../../../src/net/rtnl/link.ts';
import {
  encodeLinkToCreate,
  encodeLinkToRemove,
  encodeLinkToSet,
} from '../../../src/net/rtnl/link-orders.ts';

const hex = (message: Uint8Array): string => Buffer.from(message).toString('hex');
const VMAC = {
  kind: 'macvlan',
  name: interfaceName('vrrp.51'),
  parent: ifIndex(2),
  mac: brand<MacAddress>('00:00:5e:00:01:33'),
  group: 5,
  mode: 1,
  flags: 0,
} as const;

describe('a link is made', () => {
  test('a private macvlan: MAC, name, parent, group, kind and mode (32 bits)', () => {
    expect(hex(encodeLinkToCreate(VMAC))).toBe(
      '00'.repeat(16) +
        '0a00010000005e0001330000' +
        '0c000300767272702e353100' +
        '0800050002000000' +
        '08001b0005000000' +
        '1c001200' +
        '0c0001006d6163766c616e00' +
        '0c0002000800010001000000',
    );
  });

  test('is told again as what was asked for', () => {
    const told = decodeLink(encodeLinkToCreate(VMAC));
    expect(told.ok && told.value).toMatchObject({
      name: 'vrrp.51',
      mac: '00:00:5e:00:01:33',
      layer: { kind: 'macvlan', parent: 2, mode: 1 },
    });
  });

  test('an ipvlan has the mode and flags of its own kind (16 bits), and no MAC', () => {
    const told = decodeLink(encodeLinkToCreate({ ...VMAC, kind: 'ipvlan', mac: null, mode: 0, flags: 2 }));
    expect(told.ok && told.value).toMatchObject({
      mac: null,
      layer: { kind: 'ipvlan', parent: 2, mode: 0, flags: 2 },
    });
  });
});

test('a link is switched by IFF_UP alone, whatever its other flags', () => {
  expect(hex(encodeLinkToSet(ifIndex(7), true))).toBe(`0000000007000000${'01000000'}${'01000000'}`);
  expect(hex(encodeLinkToSet(ifIndex(7), false))).toBe(`0000000007000000${'00000000'}${'01000000'}`);
});

test('a link is removed by its number', () => {
  expect(hex(encodeLinkToRemove(ifIndex(7)))).toBe(`0000000007000000${'00'.repeat(8)}`);
});
