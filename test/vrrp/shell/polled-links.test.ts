import { describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import { ETH0, vrrpGlobals, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import type { VrrpPart } from '../../../src/vrrp/shell/process.ts';
import { newBench } from './bench.ts';

const polling = (method: 'mii' | null = null): VrrpPart => {
  const part = vrrpPart([vrrpInstance()]);
  const vrrp = vrrpGlobals({ polledLinks: [{ interface: ETH0, method }] });
  return { ...part, global: { ...part.global, vrrp } };
};
const stateIn = (process: ReturnType<ReturnType<typeof newBench>['start']>) =>
  process.status().instances[0]?.state;

describe('a link that is polled (linkbeat_interfaces)', () => {
  test('is down when its driver says so, whatever the kernel tells, and up again within a second', () => {
    const bench = newBench();
    bench.carrier = () => ok(true);
    const process = bench.start(polling());
    bench.pass(4);
    expect(stateIn(process)).toBe('MASTER');
    bench.carrier = () => ok(false);
    bench.pass(1);
    expect(stateIn(process)).toBe('FAULT');
    bench.carrier = () => ok(true);
    bench.pass(1);
    expect(stateIn(process)).toBe('BACKUP');
  });

  test('is seen without carrier at the start, too', () => {
    const bench = newBench();
    bench.carrier = () => ok(false);
    expect(stateIn(bench.start(polling()))).toBe('FAULT');
  });

  test('is asked for in the way that is configured', () => {
    const bench = newBench();
    const asked: unknown[] = [];
    bench.carrier = (...question) => {
      asked.push(question);
      return ok(true);
    };
    bench.start(polling('mii'));
    expect(asked).toEqual([[ETH0, 'mii']]);
  });

  test('that cannot be asked is as the kernel tells, which is told once', () => {
    const bench = newBench();
    bench.carrier = () => err({ code: 'EOPNOTSUPP', attempted: 'ask for the carrier of eth0', detail: 'no' });
    const process = bench.start(polling());
    bench.pass(5);
    expect(stateIn(process)).toBe('MASTER');
    expect(bench.logs.filter((line) => line.startsWith('cannot poll the link of eth0'))).toHaveLength(1);
  });

  test('is left to the kernel from the reload on that no longer names it', () => {
    const bench = newBench();
    bench.carrier = () => ok(false);
    const process = bench.start(polling());
    expect(stateIn(process)).toBe('FAULT');
    process.reload(vrrpPart([vrrpInstance()]));
    expect(stateIn(process)).toBe('BACKUP');
  });
});
