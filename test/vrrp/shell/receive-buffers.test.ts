import { describe, expect, test } from 'vitest';
import { vrid } from '../../../src/base/units.ts';
import type { VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import { newBench } from './bench.ts';

describe('receive buffers', () => {
  const own = (name: string, number: number, receiveBuffer: VrrpInstance['receiveBuffer']): VrrpInstance =>
    vrrpInstance({ name, vrid: vrid(number), receiveBuffer });
  const sizes = (bench: ReturnType<typeof newBench>) =>
    bench.sockets.map(({ open, options }) => [open, options.receiveBuffer]);

  test('are the kernel’s usual ones, or the sum of what the instances of a socket ask for', () => {
    const bench = newBench();
    const process = bench.start(vrrpPart([own('A', 51, { kind: 'usual' })]));
    expect(sizes(bench)).toEqual([[true, null]]);
    const asking = [
      own('A', 51, { kind: 'octets', octets: 1_000 }),
      own('B', 52, { kind: 'mtu', times: 3 }),
      // an IPv4 header, eight octets, an address, eight octets of authentication
      own('C', 53, { kind: 'advert', times: 2 }),
    ];
    process.reload(vrrpPart(asking));
    expect(sizes(bench)).toEqual([
      [false, null],
      [true, 1_000 + 3 * 1_500 + 2 * (20 + 20)],
    ]);
    process.reload(vrrpPart(asking));
    expect(sizes(bench)).toHaveLength(2);
  });
});
