import { expect, test } from 'vitest';
import { after, instant, seconds } from '../../src/base/units.ts';
import { ordersNow, withOrder } from '../../src/daemon/core/standing-orders.ts';

const NOW = instant(5_000_000);
const DOWN = { kind: 'step_down', lasts: seconds(60) } as const;

test('an order stands until its time is over, with what is left of it', () => {
  const orders = withOrder(new Map(), ['VI_1', 'VI_2'], DOWN, NOW);
  expect(ordersNow(orders, after(NOW, seconds(20)))).toEqual([
    { name: 'VI_1', wish: { kind: 'step_down', lasts: seconds(40) } },
    { name: 'VI_2', wish: { kind: 'step_down', lasts: seconds(40) } },
  ]);
  expect(ordersNow(orders, after(NOW, seconds(60)))).toEqual([]);
});

test('the last word about an instance counts, and what is undone is forgotten', () => {
  const first = withOrder(new Map(), ['VI_1', 'VI_2'], DOWN, NOW);
  const second = withOrder(first, ['VI_1'], { kind: 'prefer', lasts: null }, NOW);
  expect(ordersNow(withOrder(second, ['VI_2'], null, NOW), NOW)).toEqual([
    { name: 'VI_1', wish: { kind: 'prefer', lasts: null } },
  ]);
});
