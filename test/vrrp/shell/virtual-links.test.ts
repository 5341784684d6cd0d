/** use_vmac with the whole process on a simulated kernel. */
import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import type { VirtualLink } from '../../../src/config/model/virtual-link.ts';
import { address, ETH0, virtualAddress, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import { type Bench, newBench } from './bench.ts';

const VMAC = interfaceName('vrrp.51');
const LINK: VirtualLink = {
  kind: 'macvlan',
  name: VMAC,
  parent: ETH0,
  family: 'inet',
  mac: brand<MacAddress>('00:00:5e:00:01:33'),
  group: null,
  mode: 1,
  flags: 0,
};
const VIP = address('192.168.100.240');
const withVmac = (link: Partial<VirtualLink> = {}) =>
  vrrpPart([
    vrrpInstance({
      virtualLinks: [{ ...LINK, ...link }],
      advertInterface: VMAC,
      virtualAddresses: [virtualAddress('192.168.100.240', { interface: VMAC })],
    }),
  ]);

const vmacOf = ({ kernel }: Bench) => [...kernel.links.values()].find(({ name }) => name === VMAC);
const steps = ({ done }: Bench): readonly string[] => done.filter((line) => !line.startsWith('announce'));

const SETTINGS = ['arp_ignore', 'arp_filter', 'rp_filter'];
function bench(rpFilter = 0): Bench {
  const made = newBench();
  for (const name of ['all', 'eth0']) {
    for (const setting of SETTINGS) made.links.settings.set(`ipv4/conf/${name}/${setting}`, 0);
  }
  made.links.settings.set('ipv4/conf/all/rp_filter', rpFilter);
  return made;
}

describe('an instance with a VMAC (behaviour.md section 8.1)', () => {
  test('has a private macvlan with the MAC of its VRID, off until it is master (RFC 9568 §6.4.2, §7.3)', () => {
    const made = bench();
    const process = made.start(withVmac());
    expect(vmacOf(made)).toMatchObject({
      mac: '00:00:5e:00:01:33',
      up: false,
      layer: { kind: 'macvlan', parent: ifIndex(2), mode: 1 },
    });
    made.notify();
    expect(process.status().instances[0]?.state).toBe('BACKUP');
  });

  test('switches it on before its first advert, and off after its addresses are gone', () => {
    const made = bench();
    const process = made.start(withVmac());
    made.notify();
    made.pass(3.7);
    made.notify();
    process.stop();
    expect(steps(made)).toEqual([
      'vrrp.51 on',
      'advert 100 vrid 51',
      'add 192.168.100.240 done',
      'advert 0 vrid 51',
      'remove 192.168.100.240 done',
      'vrrp.51 off',
    ]);
    expect(vmacOf(made)).toBeUndefined();
  });

  test('sends by the VMAC, and by nothing else', () => {
    const made = bench();
    made.start(withVmac());
    made.pass(4);
    const sent = made.sockets.map(({ options, sent: to }) => `${options.interface} ${to.length}`);
    expect(sent.toSorted()).toEqual(['eth0 0', 'vrrp.51 1']);
  });

  test('hears an advert once, though both of its interfaces have a copy', () => {
    const made = bench();
    const process = made.start(withVmac());
    made.notify();
    for (const [state, heard] of [
      ['BACKUP', 1],
      ['MASTER', 2],
    ] as const) {
      made.arrive({ priority: 50 });
      made.readable();
      expect(process.status()).toMatchObject({
        instances: [{ state, counters: { advertsReceived: heard } }],
        strayPackets: 0,
      });
      made.pass(3.7);
      made.notify();
    }
  });

  test('gives way to a better master, and then its VMAC is off', () => {
    const made = bench();
    made.start(withVmac());
    made.pass(3.7);
    made.notify();
    made.arrive({ priority: 200 });
    made.readable();
    expect(vmacOf(made)?.up).toBe(false);
    expect(made.kernel.has(VIP)).toBe(false);
  });

  test('switches it on again when somebody switches it off', () => {
    const made = bench();
    made.start(withVmac());
    made.pass(3.7);
    made.notify();
    const vmac = vmacOf(made);
    if (vmac === undefined) throw new Error('no VMAC');
    made.kernel.addLink({ ...vmac, up: false, running: false });
    made.notify();
    expect(vmacOf(made)?.up).toBe(true);
  });

  test('adopts it after a stop with -V: neither made anew nor switched', () => {
    const made = bench();
    const first = made.start(withVmac(), { releaseVips: false });
    made.pass(3.7);
    made.notify();
    first.stop();
    const index = vmacOf(made)?.index;
    const before = made.done.length;
    made.start(withVmac());
    made.notify();
    expect(vmacOf(made)).toMatchObject({ index, up: true });
    expect(made.done.slice(before)).toEqual([]);
    made.pass(3.7);
    expect(vmacOf(made)?.index).toBe(index);
  });

  test('stands aside in FAULT when another interface has the name', () => {
    const made = bench();
    made.kernel.addLink({ ...(made.kernel.links.get(ifIndex(2)) ?? never()), index: ifIndex(7), name: VMAC });
    made.start(withVmac());
    made.notify();
    expect(made.logs).toContain('cannot set up interface vrrp.51: there is another interface of this name');
    made.pass(4);
    expect(made.kernel.links.get(ifIndex(7))?.layer).toBeNull();
  });

  test('gets it back when somebody removes it', () => {
    const made = bench();
    const process = made.start(withVmac());
    made.pass(3.7);
    made.notify();
    made.kernel.removeLink(VMAC);
    made.notify();
    expect(vmacOf(made)).toBeDefined();
    made.pass(4);
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });

  test('loses it at a reload that no longer wants it, and not at one that does', () => {
    const made = bench();
    const process = made.start(withVmac());
    made.pass(3.7);
    made.notify();
    const index = vmacOf(made)?.index;
    process.reload({
      ...withVmac(),
      global: { ...withVmac().global, vrrp: { ...withVmac().global.vrrp, logUnknownVrids: true } },
    });
    expect(vmacOf(made)?.index).toBe(index);
    process.reload(vrrpPart([vrrpInstance()]));
    expect(vmacOf(made)).toBeUndefined();
    expect(made.kernel.has(VIP)).toBe(true);
  });
});

describe('settings of the parent', () => {
  test('let each address be answered for by its own interface, and are restored at a stop', () => {
    const made = bench();
    const process = made.start(withVmac());
    expect(made.links.settings.get('ipv4/conf/eth0/arp_ignore')).toBe(1);
    expect(made.links.settings.get('ipv4/conf/eth0/arp_filter')).toBe(1);
    process.stop();
    expect([...made.links.settings.values()].every((value) => value === 0)).toBe(true);
  });

  test('rp_filter of all is lowered, and the other interfaces keep what they had of it', () => {
    const made = bench(1);
    const process = made.start(withVmac());
    expect(made.links.settings.get('ipv4/conf/all/rp_filter')).toBe(0);
    expect(made.links.settings.get('ipv4/conf/eth0/rp_filter')).toBe(1);
    process.stop();
    expect(made.links.settings.get('ipv4/conf/all/rp_filter')).toBe(1);
    expect(made.links.settings.get('ipv4/conf/eth0/rp_filter')).toBe(0);
  });

  test('that somebody else changed meanwhile are theirs', () => {
    const made = bench();
    const process = made.start(withVmac());
    made.links.settings.set('ipv4/conf/eth0/arp_ignore', 2);
    process.stop();
    expect(made.links.settings.get('ipv4/conf/eth0/arp_ignore')).toBe(2);
  });

  test('are not touched for IPv6, which has no ARP', () => {
    const made = bench(1);
    made.start(withVmac({ family: 'inet6' }));
    expect(made.links.settings.get('ipv4/conf/eth0/arp_ignore')).toBe(0);
    expect(made.links.settings.get('ipv4/conf/all/rp_filter')).toBe(1);
  });
});

const never = (): never => {
  throw new Error('no eth0');
};
