import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { ifIndex } from '../../../src/base/units.ts';
import { ethernet } from '../../../src/sim/kernel.ts';
import { ETH0, vrrpInstance, vrrpPart } from '../../../src/sim/topology.ts';
import { newBench } from './bench.ts';

describe('promote_secondaries (behaviour.md section 8)', () => {
  const PATH = 'net/ipv4/conf/eth0/promote_secondaries';
  const asking = vrrpInstance({ promoteSecondaries: true });

  test('is set while an instance asks for it, and put back at a stop and at a reload without it', () => {
    const bench = newBench();
    bench.settings.set(PATH, '0');
    const process = bench.start(vrrpPart([asking]));
    expect(bench.settings.get(PATH)).toBe('1');
    process.reload(vrrpPart([vrrpInstance()]));
    expect(bench.settings.get(PATH)).toBe('0');
    process.reload(vrrpPart([asking]));
    expect(bench.settings.get(PATH)).toBe('1');
    process.stop();
    expect(bench.settings.get(PATH)).toBe('0');
  });

  test('that the administrator has set stays as it is; without the keyword nothing is touched', () => {
    for (const [before, instance] of [
      ['1', asking],
      ['0', vrrpInstance()],
    ] as const) {
      const bench = newBench();
      bench.settings.set(PATH, before);
      const process = bench.start(vrrpPart([instance]));
      expect(bench.settings.get(PATH)).toBe(before);
      // changed by somebody else meanwhile: what was not vipd's to set is not vipd's to put back
      bench.settings.set(PATH, '2');
      process.stop();
      expect(bench.settings.get(PATH)).toBe('2');
    }
  });

  test('is set again on a link that comes back under another index', () => {
    const bench = newBench();
    bench.settings.set(PATH, '0');
    const process = bench.start(vrrpPart([asking]));
    bench.kernel.removeLink(ETH0);
    bench.notify();
    bench.settings.set(PATH, '0');
    bench.kernel.addLink(ethernet(ETH0, ifIndex(9), brand<MacAddress>('02:00:00:00:00:01')));
    bench.notify();
    expect(bench.settings.get(PATH)).toBe('1');
    process.stop();
    expect(bench.settings.get(PATH)).toBe('0');
  });
});
