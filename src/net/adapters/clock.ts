/** The real clock: CLOCK_BOOTTIME, and one Node timer for each alarm. */
import { ceilMillis, elapsed, type Instant } from '../../base/units.ts';
import { bootTimeReader } from '../../native/process-knobs.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';

/** Node turns longer delays into 1 ms. */
const DELAY_MILLIS_MAX = 0x7fff_ffff;

export function createClock(): Clock {
  const now = bootTimeReader();
  return { now, wall: () => Date.now(), alarm: (ring) => createAlarm(now, ring) };
}

function createAlarm(now: () => Instant, ring: () => void): Alarm {
  let disarm = (): void => {};
  const arm = (at: Instant): void => {
    const delay = Math.min(ceilMillis(elapsed(now(), at)), DELAY_MILLIS_MAX);
    const fire = (): void => {
      // Node counts from the start of the loop's turn and may be early by a part of a millisecond
      if (now() < at) return arm(at);
      disarm = () => {};
      ring();
    };
    if (delay === 0) {
      // an immediate runs after the sockets of this turn were read: drain before takeover
      const immediate = setImmediate(fire);
      disarm = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(fire, delay);
      disarm = () => clearTimeout(timer);
    }
  };
  return {
    set: (at) => {
      disarm();
      disarm = () => {};
      if (at !== null) arm(at);
    },
  };
}
