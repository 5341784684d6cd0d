import { expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import { type IpAddress, parseIp } from '../../../src/base/ip.ts';
import { err, ok } from '../../../src/base/result.ts';
import { ifIndex } from '../../../src/base/units.ts';
import { ownAddresses } from '../../../src/net/adapters/own-addresses.ts';
import type { AddressState, NetEvent, NetKernel } from '../../../src/ports/net-kernel.ts';

const held = (text: string, index = 2): AddressState => {
  const address = parseIp(text);
  if (address === null) throw new Error(text);
  return {
    ...{ ifIndex: ifIndex(index), address, prefixLength: 32, label: null, scope: 0, broadcast: null },
    ...{ protocol: null, secondary: false, traits: PLAIN_TRAITS, detection: 'over' },
  };
};

function kernel(first: readonly AddressState[]) {
  let listener: ((event: NetEvent) => void) | null = null;
  const net: NetKernel = {
    snapshot: () => ok({ links: new Map(), addresses: first }),
    apply: () => [],
    subscribe(heard) {
      listener = heard;
      return ok(() => {
        listener = null;
      });
    },
  };
  return { net, send: (event: NetEvent) => listener?.(event), isHeard: () => listener !== null };
}

test('the addresses of all interfaces are told, at once and after each change', () => {
  const { net, send, isHeard } = kernel([held('127.0.0.1', 1)]);
  const told: IpAddress[][] = [];
  const followed = ownAddresses(net).follow((present) => void told.push([...present]));
  send({ kind: 'address_added', address: held('10.0.0.1') });
  send({ kind: 'address_removed', address: held('10.0.0.1') });
  expect(told).toEqual([['127.0.0.1'], ['127.0.0.1', '10.0.0.1'], ['127.0.0.1']]);
  if (followed.ok) followed.value();
  expect(isHeard()).toBe(false);
});

test('an address on two interfaces is here until it has left both', () => {
  const { net, send } = kernel([held('10.0.0.1', 2), held('10.0.0.1', 3)]);
  let last: readonly IpAddress[] = [];
  ownAddresses(net).follow((present) => {
    last = [...present];
  });
  send({ kind: 'address_removed', address: held('10.0.0.1', 2) });
  expect(last).toEqual(['10.0.0.1']);
  send({ kind: 'address_removed', address: held('10.0.0.1', 3) });
  expect(last).toEqual([]);
});

test('a kernel that cannot be read leaves no subscription behind', () => {
  const { net, isHeard } = kernel([]);
  const refusal = err({ attempted: 'read addresses', code: 'EPERM', detail: '' });
  expect(ownAddresses({ ...net, snapshot: () => refusal }).follow(() => {}).ok).toBe(false);
  expect(isHeard()).toBe(false);
});
