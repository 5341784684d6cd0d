import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import type { IpAddress } from '../../../src/base/ip.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import { applyEvent, EMPTY_NET_STATE } from '../../../src/net/core/state.ts';
import type { AddressState, LinkState, NetEvent, NetState } from '../../../src/ports/net-kernel.ts';

const link: LinkState = {
  index: ifIndex(3),
  name: interfaceName('eth0'),
  up: true,
  running: true,
  multicast: true,
  noArp: false,
  loopback: false,
  mac: null,
  mtu: 1500,
  layer: null,
};
const address = (text: string, index = 3): AddressState => ({
  ifIndex: ifIndex(index),
  address: text as IpAddress,
  prefixLength: 24,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: null,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
});
const stateAfter = (...events: NetEvent[]): NetState => events.reduce(applyEvent, EMPTY_NET_STATE);

describe('the state after events', () => {
  test('has a link as it was last reported', () => {
    const state = stateAfter(
      { kind: 'link_changed', link },
      { kind: 'link_changed', link: { ...link, up: false } },
    );
    expect([...state.links.values()]).toEqual([{ ...link, up: false }]);
  });

  test('has an address once, however often it was reported, in its last form', () => {
    const secondary = { ...address('10.0.0.1'), secondary: true };
    const state = stateAfter(
      { kind: 'address_added', address: address('10.0.0.1') },
      { kind: 'address_added', address: secondary },
    );
    expect(state.addresses).toEqual([secondary]);
  });

  test('loses the addresses of a link with the link', () => {
    const state = stateAfter(
      { kind: 'link_changed', link },
      { kind: 'address_added', address: address('10.0.0.1') },
      { kind: 'address_added', address: address('10.0.0.1', 4) },
      { kind: 'link_removed', index: link.index, name: link.name },
    );
    expect(state).toEqual({ links: new Map(), addresses: [address('10.0.0.1', 4)] });
  });

  test('loses an address that was removed, and only that', () => {
    const state = stateAfter(
      { kind: 'address_added', address: address('10.0.0.1') },
      { kind: 'address_added', address: address('10.0.0.2') },
      { kind: 'address_removed', address: address('10.0.0.1') },
    );
    expect(state.addresses).toEqual([address('10.0.0.2')]);
  });

  test('is the whole new state after a loss of events', () => {
    const state = { links: new Map([[link.index, link]]), addresses: [] };
    expect(
      stateAfter(
        { kind: 'address_added', address: address('10.0.0.1') },
        { kind: 'resynced', cause: 'overrun', state },
      ),
    ).toBe(state);
  });
});
