/** What an operator does to a running VRRP process, and what a process does that was woken late. */
import { describe, expect, test } from 'vitest';
import type { Ipv4 } from '../../../src/base/ip.ts';
import { parseMac } from '../../../src/base/mac.ts';
import { invariant } from '../../../src/base/never.ts';
import { err, ok } from '../../../src/base/result.ts';
import { millis, priority } from '../../../src/base/units.ts';
import type { NeighbourProbe, ProbeAnswer } from '../../../src/ports/neighbour-probe.ts';
import { address, ETH0, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import { giveOrder, probeAddresses } from '../../../src/vrrp/shell/operator.ts';
import { newBench } from './bench.ts';

const PART = vrrpPart([vrrpInstance()]);
const VIP = address('192.168.100.240') as Ipv4;

/** Answers with these, and keeps what it was asked. */
function neighbours(answers: readonly ProbeAnswer[]) {
  const asked: { readonly interface: string; readonly address: string }[] = [];
  const port: NeighbourProbe = {
    probe: async (targets) => {
      asked.push(...targets);
      return ok(answers);
    },
  };
  return { port, asked };
}

describe('an order', () => {
  test('is obeyed at once: the resignation leaves before the answer does', () => {
    const bench = newBench();
    const process = bench.start(PART);
    bench.pass(3.7);
    const report = giveOrder(process, 'VI_1', { kind: 'step_down', lasts: null });
    expect(report).toMatchObject({
      refused: null,
      instances: [{ name: 'VI_1', state: 'BACKUP', effectivePriority: 1 }],
    });
    expect(bench.done).toContain('advert 0 vrid 51');
    expect(bench.done.at(-1)).toBe('remove 192.168.100.240 done');
  });

  test('ends by itself: the alarm is set for it', () => {
    const bench = newBench();
    const process = bench.start(PART);
    giveOrder(process, 'VI_1', { kind: 'step_down', lasts: millis(2_000) });
    bench.pass(1.9);
    expect(process.status().instances[0]?.effectivePriority).toBe(1);
    bench.pass(0.2);
    expect(process.status().instances[0]).toMatchObject({ effectivePriority: 100, why: { order: null } });
  });

  test('for a name that nothing has, or for an owner, is refused and changes nothing', () => {
    const bench = newBench();
    const process = bench.start(
      vrrpPart([vrrpInstance({ priority: priority(255), initialState: 'MASTER' })]),
    );
    const before = bench.done.length;
    expect(giveOrder(process, 'VI_9', null).refused).toBe('no instance or sync group has the name VI_9');
    expect(giveOrder(process, 'VI_1', { kind: 'step_down', lasts: null }).refused).toMatch(
      /owns its addresses/,
    );
    expect(bench.done).toHaveLength(before);
  });
});

describe('a probe', () => {
  const mac = parseMac('02:00:00:00:00:07');

  test('asks for the IPv4 addresses where they are, and what it finds is evidence of a second master', async () => {
    invariant(mac !== null, () => 'bad fixture');
    const bench = newBench();
    const process = bench.start(PART);
    bench.pass(3.7);
    const { port, asked } = neighbours([{ address: VIP, mac }]);
    const report = await probeAddresses(process, port, 'VI_1');
    expect(asked).toEqual([{ interface: ETH0, address: VIP }]);
    expect(report).toEqual({ refused: null, asked: [VIP], claims: [{ address: VIP, mac }] });
    expect(process.status().instances[0]?.reason).toMatch(/^although 02:00:00:00:00:07 answers ARP/);
  });

  test('that cannot be sent is refused with the reason', async () => {
    const bench = newBench();
    const error = { code: 'EPERM', attempted: 'open packet socket on eth0', detail: 'not permitted' };
    const port: NeighbourProbe = { probe: async () => err(error) };
    const report = await probeAddresses(bench.start(PART), port, 'VI_1');
    expect(report.refused).toContain('open packet socket on eth0');
  });
});

describe('a process that is woken late', () => {
  test('by more than half of the interval listens once for another interval and its skew', () => {
    const bench = newBench();
    const process = bench.start(PART);
    bench.stall(4.3);
    expect(process.status().instances[0]?.state).toBe('BACKUP');
    expect(bench.logs.join()).toContain('adverts may have been lost: listening 1609 ms');
    bench.pass(1.6);
    expect(process.status().instances[0]?.state).toBe('BACKUP');
    bench.pass(0.01);
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });

  test('by less takes over at once', () => {
    const bench = newBench();
    const process = bench.start(PART);
    bench.stall(4);
    expect(process.status().instances[0]?.state).toBe('MASTER');
  });
});
