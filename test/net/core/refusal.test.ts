import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { IpAddress } from '../../../src/base/ip.ts';
import type { InterfaceName } from '../../../src/base/units.ts';
import { planAdmission, planRefusal, type Refusal } from '../../../src/net/core/refusal.ts';
import { newFirewall } from '../../../src/sim/firewall.ts';

const refusals: fc.Arbitrary<Refusal> = fc.record({
  name: fc.constantFrom('vipd', 'vipd_a'),
  priority: fc.constantFrom(-1, 0),
  counters: fc.boolean(),
  addresses: fc.array(
    fc.record({
      address: fc
        .constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2')
        .map((text) => brand<IpAddress>(text)),
      interface: fc.constantFrom('eth0', 'eth1').map((text) => brand<InterfaceName>(text)),
    }),
    { maxLength: 5 },
  ),
});

const tablesOf = ({ name, addresses }: Refusal): ReadonlyMap<string, ReadonlySet<string>> => {
  const all = addresses.map(({ address }) => address);
  const [four, six] = [all.filter((a) => !a.includes(':')), all.filter((a) => a.includes(':'))];
  return new Map([
    ...(four.length > 0 ? ([[`inet ${name}`, new Set(four)]] as const) : []),
    ...(six.length > 0 ? ([[`inet6 ${name}`, new Set(six)]] as const) : []),
  ]);
};

describe('the plan for the packet filter', () => {
  test('leads from any state to what is wanted, in one transaction that the kernel takes', () => {
    fc.assert(
      fc.property(refusals, refusals, (before, after) => {
        const firewall = newFirewall();
        expect(firewall.apply(planRefusal(null, before))).toBeNull();
        expect(firewall.tables).toEqual(tablesOf(before));
        expect(firewall.apply(planRefusal(before, after))).toBeNull();
        expect(firewall.tables).toEqual(tablesOf(after));
        expect(firewall.apply(planAdmission(after))).toBeNull();
        expect(firewall.tables.size).toBe(0);
      }),
    );
  });

  test('is empty when nothing differs', () => {
    fc.assert(
      fc.property(refusals, (same) => {
        expect(planRefusal(same, { ...same })).toEqual([]);
      }),
    );
  });

  test('changes single addresses where only those differ', () => {
    const refusal = (...addresses: string[]): Refusal => ({
      name: 'vipd',
      priority: -1,
      counters: false,
      addresses: addresses.map((text) => ({
        address: brand<IpAddress>(text),
        interface: brand<InterfaceName>('eth0'),
      })),
    });
    const orders = planRefusal(refusal('10.0.0.1', '10.0.0.2'), refusal('10.0.0.2', '10.0.0.3'));
    expect(orders).toMatchObject([
      { kind: 'refuse', addresses: [{ address: '10.0.0.3' }] },
      { kind: 'admit', addresses: [{ address: '10.0.0.1' }] },
    ]);
  });
});
