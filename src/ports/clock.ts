/** Time from one place. Production: CLOCK_BOOTTIME and one Node timer; simulator: virtual. */
import type { Instant } from '../base/units.ts';

export interface Clock {
  now(): Instant;
  /** milliseconds since 1970; for people's eyes (logs, dumps) and the stamps of auth_hmac, which routers compare. Nothing
   *  is ever timed by it. */
  wall(): number;
  /** One timer with one owner. Setting replaces; null disarms; a past instant fires on the next turn of the loop. */
  alarm(ring: () => void): Alarm;
}

export interface Alarm {
  set(at: Instant | null): void;
}
