/** The real clock: CLOCK_BOOTTIME, and one Node timer for each alarm. */
import { ceilMillis, elapsed, type Instant, instant, type Micros } from '../../base/units.ts';
import { bootTimeReader } from '../../native/process-knobs.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';

/** Node turns longer delays into 1 ms. */
const DELAY_MILLIS_MAX = 0x7fff_ffff;

/** `onWake` hears of each alarm that rang, or would have rung had it not been set anew first, how late it was. */
export function createClock(onWake: (late: Micros) => void = () => {}): Clock {
  const now = bootTimeReader();
  return { now, wall: () => Date.now(), alarm: (ring) => createAlarm(now, ring, onWake) };
}

function createAlarm(now: () => Instant, ring: () => void, onWake: (late: Micros) => void): Alarm {
  let disarm = (): void => {};
  /** null: disarmed */
  let armedFor: Instant | null = null;
  const woken = (): void => {
    if (armedFor !== null && armedFor <= now()) onWake(elapsed(armedFor, now()));
    armedFor = null;
  };
  const arm = (at: Instant): void => {
    const delay = Math.min(ceilMillis(elapsed(now(), at)), DELAY_MILLIS_MAX);
    const fire = (): void => {
      // Node counts from the start of the loop's turn and may be early by a part of a millisecond
      if (now() < at) return arm(at);
      disarm = () => {};
      woken();
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
      woken();
      if (at === null) return;
      // a deadline that is past already is nobody's delay
      armedFor = instant(Math.max(at, now()));
      arm(at);
    },
  };
}
