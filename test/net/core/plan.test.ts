import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import type { IpAddress } from '../../../src/base/ip.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import { applyOperation } from '../../../src/net/core/model.ts';
import { type AddressGoal, planAddresses } from '../../../src/net/core/plan.ts';
import { addressKey } from '../../../src/net/core/state.ts';
import type { AddressState, NetOperation, NetState } from '../../../src/ports/net-kernel.ts';

const link = (index: number) =>
  [
    ifIndex(index),
    {
      index: ifIndex(index),
      name: interfaceName(`eth${index}`),
      up: true,
      running: true,
      multicast: true,
      noArp: false,
      loopback: false,
      mac: null,
      mtu: 1500,
      layer: null,
    },
  ] as const;
const EMPTY: NetState = { links: new Map([link(1), link(2)]), addresses: [] };

const at = (text: string, prefixLength: number, index = 1): AddressState => ({
  ifIndex: ifIndex(index),
  address: text as IpAddress,
  prefixLength,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: 18,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
});

/** The state after the operations; throws at the first that the kernel refuses. */
function run(state: NetState, operations: readonly NetOperation[]): NetState {
  return operations.reduce((current, operation) => {
    const next = applyOperation(current, operation);
    if (!next.ok) throw new Error(`${operation.kind} ${addressKey(operation.address)}: ${next.error}`);
    return next.value;
  }, state);
}
const stateOf = (addresses: readonly AddressState[]): NetState =>
  addresses.reduce((state, address) => {
    const next = applyOperation(state, { kind: 'add_address', address });
    return next.ok ? next.value : state;
  }, EMPTY);
const keys = (addresses: readonly AddressState[]): string[] => addresses.map(addressKey).sort();

// few addresses, so that they meet: two subnets of IPv4 in two prefix lengths, and IPv6
const anyAddress = fc
  .record({
    host: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.1', '2001:db8::1', '2001:db8::2'),
    long: fc.boolean(),
    index: fc.constantFrom(1, 2),
  })
  .map(({ host, long, index }) => {
    const short = host.includes(':') ? 64 : 24;
    return at(host, long ? (host.includes(':') ? 128 : 32) : short, index);
  });
const anyAddresses = fc.uniqueArray(anyAddress, { selector: addressKey, maxLength: 12 });
/** One IPv6 address with two prefix lengths on one interface cannot be held. */
const anyHeld = fc.uniqueArray(anyAddress, {
  selector: (a) => (a.address.includes(':') ? `${a.ifIndex} ${a.address}` : addressKey(a)),
  maxLength: 12,
});
const anyGoal: fc.Arbitrary<AddressGoal> = fc.record({ hold: anyHeld, release: anyAddresses });

describe('the plan of addresses', () => {
  test('reaches the goal by operations that the kernel takes, and leaves what it does not name', () => {
    fc.assert(
      fc.property(anyGoal, anyAddresses, (goal, present) => {
        const before = stateOf(present);
        const after = keys(run(before, planAddresses(goal, before)).addresses);
        const held = keys(goal.hold);
        const hosts = new Set(goal.hold.map((a) => `${a.ifIndex} ${a.address}`));
        const released = new Set(keys(goal.release));
        const kept = before.addresses.filter((a) => {
          const inTheWay = a.address.includes(':') && hosts.has(`${a.ifIndex} ${a.address}`);
          return !released.has(addressKey(a)) && !inTheWay;
        });
        expect(after).toEqual([...new Set([...held, ...keys(kept)])].sort());
      }),
      { numRuns: 500 },
    );
  });

  test('is idle when the goal is reached', () => {
    fc.assert(
      fc.property(anyGoal, anyAddresses, (goal, present) => {
        const before = stateOf(present);
        const after = run(before, planAddresses(goal, before));
        expect(planAddresses(goal, after)).toEqual([]);
      }),
    );
  });

  test('is minimal: each address once, removing what must go and adding what must come', () => {
    fc.assert(
      fc.property(anyGoal, anyAddresses, (goal, present) => {
        const before = stateOf(present);
        const plan = planAddresses(goal, before);
        const after = new Set(keys(run(before, plan).addresses));
        expect(new Set(plan.map((o) => addressKey(o.address))).size).toBe(plan.length);
        for (const operation of plan) {
          expect(after.has(addressKey(operation.address))).toBe(operation.kind === 'add_address');
        }
      }),
    );
  });

  test('removes secondaries before the primary that would take them along', () => {
    const before = stateOf([at('10.0.0.1', 24), at('10.0.0.2', 24)]);
    const plan = planAddresses({ hold: [], release: [...before.addresses] }, before);
    expect(plan.map((o) => `${o.kind} ${o.address.address}`)).toEqual([
      'remove_address 10.0.0.2',
      'remove_address 10.0.0.1',
    ]);
  });

  test('adds again what a removed primary takes along', () => {
    const before = stateOf([at('10.0.0.1', 24), at('10.0.0.2', 24)]);
    const plan = planAddresses({ hold: [at('10.0.0.2', 24)], release: [at('10.0.0.1', 24)] }, before);
    expect(plan.map((o) => `${o.kind} ${o.address.address}`)).toEqual([
      'remove_address 10.0.0.1',
      'add_address 10.0.0.2',
    ]);
  });

  test('waits with addresses whose link is not there', () => {
    expect(planAddresses({ hold: [at('10.0.0.1', 32, 9)], release: [] }, EMPTY)).toEqual([]);
  });

  test('of 4,000 addresses in one subnet is made in one pass over them', () => {
    const many = Array.from({ length: 4000 }, (_, i) => at(`10.1.${i >> 8}.${i & 255}`, 16));
    const present = { ...EMPTY, addresses: many.map((a, i) => ({ ...a, secondary: i > 0 })) };
    expect(planAddresses({ hold: many, release: [] }, present)).toEqual([]);
    expect(planAddresses({ hold: [], release: many }, present).length).toBe(4000);
  });
});

describe('the model of the kernel', () => {
  const refusal = (state: NetState, operation: NetOperation): string | null => {
    const next = applyOperation(state, operation);
    return next.ok ? null : next.error;
  };

  test('refuses what the kernel refuses, by the same name', () => {
    const state = stateOf([at('10.0.0.1', 24), at('2001:db8::1', 64)]);
    const add = (address: AddressState) => refusal(state, { kind: 'add_address', address });
    expect(add(at('10.0.0.1', 24))).toBe('EEXIST');
    expect(add(at('10.0.0.1', 32))).toBeNull();
    expect(add(at('2001:db8::1', 128))).toBe('EEXIST');
    expect(add({ ...at('10.0.0.2', 24), scope: 253 })).toBe('EINVAL');
    expect(add(at('10.0.0.1', 33))).toBe('EINVAL');
    expect(add(at('10.0.0.1', 24, 7))).toBe('ENODEV');
    expect(refusal(state, { kind: 'remove_address', address: at('10.0.0.1', 32) })).toBe('EADDRNOTAVAIL');
  });

  test('makes the second address of a subnet secondary and labels it with the interface', () => {
    const state = stateOf([at('10.0.0.1', 24), at('10.0.0.2', 24), at('10.0.0.3', 32)]);
    expect(state.addresses.map((a) => [a.address, a.secondary, a.label])).toEqual([
      ['10.0.0.1', false, 'eth1'],
      ['10.0.0.2', true, 'eth1'],
      ['10.0.0.3', false, 'eth1'],
    ]);
  });
});
