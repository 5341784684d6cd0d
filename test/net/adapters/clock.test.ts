import { describe, expect, test } from 'vitest';
import { type Instant, instant, millis } from '../../../src/base/units.ts';
import { createClock } from '../../../src/net/adapters/clock.ts';

const clock = createClock();
const fromNow = (ms: number): Instant => instant(clock.now() + millis(ms));

describe('an alarm', () => {
  test('never rings before its time', async () => {
    for (const delay of [0.3, 1, 2.5, 7]) {
      const at = fromNow(delay);
      const rang = await new Promise<number>((resolve) => {
        clock.alarm(() => resolve(clock.now())).set(at);
      });
      expect(rang).toBeGreaterThanOrEqual(at);
    }
  });

  test('is not early in a loop that never sleeps, although Node cuts its clock to milliseconds', async () => {
    let spinning = true;
    const spin = (): void => {
      if (spinning) setImmediate(spin);
    };
    spin();
    for (let i = 0; i < 20; i++) {
      const at = fromNow(1.9);
      const rang = await new Promise<number>((resolve) => {
        clock.alarm(() => resolve(clock.now())).set(at);
      });
      expect(rang).toBeGreaterThanOrEqual(at);
    }
    spinning = false;
  });

  test('in the past rings on the next turn of the loop, not inside the call', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      const alarm = clock.alarm(() => {
        order.push('rang');
        resolve();
      });
      alarm.set(instant(0));
      order.push('set');
    });
    expect(order).toEqual(['set', 'rang']);
  });

  test('rings once, at the time that was set last', async () => {
    const rings: number[] = [];
    const sooner = fromNow(3);
    const later = fromNow(6);
    await new Promise<void>((resolve) => {
      const alarm = clock.alarm(() => rings.push(clock.now()));
      alarm.set(sooner);
      alarm.set(instant(0));
      alarm.set(later);
      clock.alarm(resolve).set(instant(later + millis(5)));
    });
    expect(rings.length).toBe(1);
    expect(rings[0]).toBeGreaterThanOrEqual(later);
  });

  test('that was disarmed does not ring, whether it was due already or not', async () => {
    const rings: string[] = [];
    await new Promise<void>((resolve) => {
      for (const [name, at] of [
        ['due', instant(0)],
        ['soon', fromNow(2)],
      ] as const) {
        const alarm = clock.alarm(() => rings.push(name));
        alarm.set(at);
        alarm.set(null);
      }
      clock.alarm(resolve).set(fromNow(8));
    });
    expect(rings).toEqual([]);
  });

  test('may be set again while it rings', async () => {
    let rings = 0;
    await new Promise<void>((resolve) => {
      const alarm = clock.alarm(() => {
        rings++;
        if (rings === 3) resolve();
        else alarm.set(fromNow(1));
      });
      alarm.set(clock.now());
    });
    expect(rings).toBe(3);
  });

  test('further away than a Node timer can count is not due at once', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning.name);
    process.on('warning', onWarning);
    const alarm = clock.alarm(() => warnings.push('rang'));
    alarm.set(instant(clock.now() + 100 * 24 * 3600 * 1_000_000));
    await new Promise<void>((resolve) => {
      clock.alarm(resolve).set(fromNow(5));
    });
    alarm.set(null);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
