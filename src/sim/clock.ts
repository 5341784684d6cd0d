/** The clock of one simulated machine. It has nothing in common with those of the others: it began at another time, it can
 *  run too fast or too slow, and it can have stood still. */
import { after, type Instant, instant, type Micros, micros } from '../base/units.ts';
import type { Alarm } from '../ports/clock.ts';
import type { Appointment, World } from './world.ts';

export interface SimClock {
  readonly now: Instant;
  /** Seconds of this clock per second of the world. */
  run(rate: number): void;
  /** It had stood still, and goes on from here; never earlier than what was read of it. */
  set(now: Instant): void;
  alarm(ring: () => void): Alarm;
  /** The process that set them is gone. */
  dropAlarms(): void;
}

/** `later` delivers on the machine's event loop. Every clock begins so late that no duration in a configuration can be
 *  mistaken for one of its instants (quiet.ts). */
export const CLOCK_BEGINS_AT = 1_000_000_000_000;

export function newClock(
  world: World,
  offset: Micros,
  later: (delay: Micros, task: () => void) => Appointment,
): SimClock {
  let since = world.now;
  let localSince = instant(CLOCK_BEGINS_AT + offset);
  let rate = 1;
  const alarms = new Set<{ arm(): void; set(at: null): void }>();
  const now = (): Instant => after(localSince, micros(Math.floor((world.now - since) * rate)));

  function newAlarm(ring: () => void): Alarm {
    let at: Instant | null = null;
    let appointment: Appointment | null = null;
    const arm = (): void => {
      appointment?.cancel();
      appointment = null;
      if (at === null) return;
      const wait = micros(Math.ceil(Math.max(0, at - now()) / rate));
      appointment = later(wait, due);
    };
    const due = (): void => {
      if (at === null) return;
      if (now() < at) return arm();
      at = null;
      ring();
    };
    const set = (next: Instant | null): void => {
      if (next === at) return;
      at = next;
      arm();
    };
    alarms.add({ arm, set });
    return { set };
  }

  return {
    get now() {
      return now();
    },
    run(next) {
      localSince = now();
      since = world.now;
      rate = next;
      for (const alarm of alarms) alarm.arm();
    },
    set(next) {
      localSince = next;
      since = world.now;
    },
    alarm: newAlarm,
    dropAlarms() {
      for (const alarm of alarms) alarm.set(null);
      alarms.clear();
    },
  };
}
