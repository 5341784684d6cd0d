/** A bfd_instance as the tests want it. */
import { brand } from '../../src/base/brand.ts';
import type { IpAddress } from '../../src/base/ip.ts';
import { millis } from '../../src/base/units.ts';
import type { BfdInstance } from '../../src/config/model/bfd.ts';

export const HERE = brand<IpAddress>('10.0.0.1');
export const THERE = brand<IpAddress>('10.0.0.2');

export const bfdInstance = (own: Partial<BfdInstance> = {}): BfdInstance => ({
  name: 'b1',
  neighbour: THERE,
  source: null,
  minRx: millis(100),
  minTx: millis(100),
  idleTx: millis(1_000),
  multiplier: 3,
  passive: false,
  ttl: 255,
  maxHops: 0,
  ttlMin: 255,
  multihop: false,
  weight: 0,
  reverse: false,
  forVrrp: true,
  forCheckers: true,
  ...own,
});
