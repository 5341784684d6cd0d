import { describe, expect, test } from 'vitest';
import { priority } from '../../../src/base/units.ts';
import { address, ETH0, virtualAddress, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import { newBench } from './bench.ts';

const VIP = '10.0.0.100';
const deaf = vrrpInstance({ accept: false, virtualAddresses: [virtualAddress(VIP)] });

describe('an instance that does not accept packets to its addresses (behaviour.md section 8.2)', () => {
  test('has them refused from before it can be master until it has let go of them', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([deaf]));
    expect(bench.firewall.tables).toEqual(new Map([['inet vipd', new Set([VIP])]]));
    expect(bench.done).not.toContain(`add ${VIP} done`);
    bench.pass(4);
    expect(bench.done).toContain(`add ${VIP} done`);
    process.stop();
    expect(bench.firewall.tables.size).toBe(0);
  });

  test('costs one write at start, none at a takeover, none at a reload that changes nothing', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([deaf]));
    bench.pass(10);
    process.reload(vrrpPart([deaf]));
    expect(bench.firewall.writes).toBe(1);
  });

  test('that is stopped with -V leaves its addresses, and leaves them refused', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([deaf]), { releaseVips: false });
    bench.pass(4);
    process.stop();
    expect(bench.firewall.tables.size).toBe(1);
  });

  test('may change its mind, or an address, at a reload', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([deaf]));
    process.reload(vrrpPart([{ ...deaf, virtualAddresses: [virtualAddress('10.0.0.101')] }]));
    expect(bench.firewall.tables).toEqual(new Map([['inet vipd', new Set(['10.0.0.101'])]]));
    process.reload(vrrpPart([{ ...deaf, accept: true }]));
    expect(bench.firewall.tables.size).toBe(0);
  });

  test('finds what somebody flushed put back, but not for ever', () => {
    const bench = newBench();
    bench.start(vrrpPart([deaf]));
    for (let i = 0; i < 100; i++) {
      bench.firewall.flush();
      expect(bench.firewall.tables.size).toBe(1);
    }
    bench.firewall.flush();
    expect(bench.firewall.tables.size).toBe(0);
    expect(bench.logs.filter((line) => line.startsWith('Restored nf_tables table vipd'))).toHaveLength(100);
  });

  test('does not refuse the address that its adverts come from', () => {
    const bench = newBench();
    const own = {
      ...deaf,
      sourceAddress: address('10.0.0.9'),
      excludedAddresses: [virtualAddress('10.0.0.9')],
    };
    bench.start(vrrpPart([own]));
    expect(bench.firewall.tables.get('inet vipd')).toEqual(new Set([VIP]));
  });
});

test('what a run that was killed left behind is removed, since it refuses what is accepted now', () => {
  const bench = newBench();
  const table = { name: 'vipd', family: 'inet6' as const, priority: -1, counters: false };
  const refused = { address: address('fd00::1'), interface: ETH0 };
  bench.firewall.apply([{ kind: 'replace_table', table, addresses: [refused] }]);
  bench.start(vrrpPart([vrrpInstance({ priority: priority(100) })]));
  expect(bench.firewall.tables.size).toBe(0);
});

test('a kernel without nf_tables is told of once, with what that means', () => {
  const bench = newBench();
  const process = bench.start(vrrpPart([vrrpInstance()]));
  bench.firewall.error = {
    code: 'EPROTONOSUPPORT',
    attempted: 'open netlink socket',
    detail: 'Protocol not supported',
  };
  process.reload(vrrpPart([deaf]));
  expect(bench.logs.filter((line) => line.includes('are accepted, because'))).toEqual([
    'packets to 1 virtual addresses (no_accept, strict mode) are accepted, because the packet filter cannot be set: open netlink socket: EPROTONOSUPPORT (Protocol not supported)',
  ]);
});
