import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import type { LinkState, NetEvent } from '../../../src/ports/net-kernel.ts';
import { ethernet } from '../../../src/sim/kernel.ts';
import { linkTable } from '../../../src/vrrp/shell/links.ts';
import { OWN, onEth0 } from './bench.ts';

const link = (name: string, index: number): LinkState =>
  ethernet(interfaceName(name), ifIndex(index), brand<MacAddress>('02:00:00:00:00:01'));
const changed = (name: string, index: number): NetEvent => ({
  kind: 'link_changed',
  link: link(name, index),
});
const removed = (name: string, index: number): NetEvent => ({
  kind: 'link_removed',
  index: ifIndex(index),
  name: interfaceName(name),
});

describe('links by name', () => {
  test('a renamed link is one that vanished and one that came', () => {
    const table = linkTable();
    table.translate(changed('eth0', 2));
    expect(table.translate(changed('wan0', 2))).toMatchObject([
      { kind: 'link_vanished', interface: 'eth0' },
      { kind: 'link_changed', link: { name: 'wan0' } },
    ]);
    expect([...table.byName.keys()]).toEqual(['wan0']);
  });

  test('the late removal of an old index does not take the new link of the same name away', () => {
    const table = linkTable();
    table.translate(changed('eth0', 2));
    table.translate(changed('eth0', 9));
    expect(table.translate(removed('eth0', 2))).toEqual([]);
    expect(table.byName.get(interfaceName('eth0'))?.index).toBe(9);
  });

  test('up means switched on and with a carrier; a link without ARP or MAC announces nothing', () => {
    const facts = (changes: Partial<LinkState>): unknown =>
      linkTable().translate({ kind: 'link_changed', link: { ...link('eth0', 2), ...changes } });
    expect(facts({})).toMatchObject([{ link: { up: true, announces: true } }]);
    expect(facts({ running: false })).toMatchObject([{ link: { up: false } }]);
    expect(facts({ up: false })).toMatchObject([{ link: { up: false } }]);
    expect(facts({ noArp: true })).toMatchObject([{ link: { announces: false } }]);
    expect(facts({ mac: null })).toMatchObject([{ link: { announces: false } }]);
    expect(facts({ loopback: true })).toMatchObject([{ link: { announces: false } }]);
  });
});

describe('addresses', () => {
  test('carry the name of their link and whether they are ours (IFA_PROTO 18)', () => {
    const table = linkTable();
    table.translate(changed('eth0', 2));
    const fact = (protocol: number | null): unknown =>
      table.translate({ kind: 'address_added', address: onEth0(OWN, { protocol }) });
    expect(fact(18)).toMatchObject([{ address: { interface: 'eth0', ours: true } }]);
    expect(fact(0)).toMatchObject([{ address: { ours: false } }]);
    expect(fact(null)).toMatchObject([{ address: { ours: null } }]);
  });

  test('of a link that is not known are left out', () => {
    expect(linkTable().translate({ kind: 'address_added', address: onEth0(OWN) })).toEqual([]);
  });

  test('a resync replaces everything', () => {
    const table = linkTable();
    table.translate(changed('eth0', 2));
    const state = { links: new Map([[ifIndex(3), link('eth1', 3)]]), addresses: [onEth0(OWN)] };
    expect(table.translate({ kind: 'resynced', cause: 'overrun', state })).toMatchObject([
      { kind: 'network_reread', links: [{ name: 'eth1' }], addresses: [] },
    ]);
    expect([...table.byName.keys()]).toEqual(['eth1']);
  });
});
