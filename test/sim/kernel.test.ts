import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../src/base/address-traits.ts';
import { brand } from '../../src/base/brand.ts';
import type { MacAddress } from '../../src/base/mac.ts';
import { ifIndex } from '../../src/base/units.ts';
import type { AddressState, NetEvent, NetOperation } from '../../src/ports/net-kernel.ts';
import { ethernet, newKernel, type SimKernel } from '../../src/sim/kernel.ts';
import { address, ETH0 } from '../../src/sim/topology.ts';

const VIP: AddressState = {
  ifIndex: ifIndex(2),
  address: address('10.0.0.1'),
  prefixLength: 32,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: 18,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
};

function kernelWithLink(): SimKernel {
  const kernel = newKernel((deliver) => deliver());
  kernel.addLink(ethernet(ETH0, ifIndex(2), brand<MacAddress>('02:00:00:00:00:01')));
  return kernel;
}
const codes = (kernel: SimKernel, ...operations: readonly NetOperation[]): readonly (string | null)[] =>
  kernel.apply(operations).map((error) => error?.code ?? null);

describe('the simulated kernel refuses what Linux refuses', () => {
  const add: NetOperation = { kind: 'add_address', address: VIP };
  const remove: NetOperation = { kind: 'remove_address', address: VIP };

  test('an address twice, and removing what is not there', () => {
    expect(codes(kernelWithLink(), remove, add, add, remove, remove)).toEqual([
      'EADDRNOTAVAIL',
      null,
      'EEXIST',
      null,
      'EADDRNOTAVAIL',
    ]);
  });

  test('an unknown link; and the same address with another prefix length is another one', () => {
    const kernel = kernelWithLink();
    const elsewhere: NetOperation = { kind: 'add_address', address: { ...VIP, ifIndex: ifIndex(9) } };
    const wider: NetOperation = { kind: 'add_address', address: { ...VIP, prefixLength: 24 } };
    expect(codes(kernel, elsewhere, add, wider)).toEqual(['ENODEV', null, null]);
  });

  test('a link takes its addresses with it, and tells so first', () => {
    const kernel = kernelWithLink();
    const events: NetEvent[] = [];
    kernel.apply([add]);
    kernel.subscribe((event) => events.push(event));
    kernel.removeLink(ETH0);
    expect(events.map(({ kind }) => kind)).toEqual(['address_removed', 'link_removed']);
    expect(kernel.has(VIP.address)).toBe(false);
  });
});
