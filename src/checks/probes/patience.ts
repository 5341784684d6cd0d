/** How long a probe listens on a connection: silence for one timeout ends it, and so does the whole after a few of them,
 *  for a peer that sends a byte now and then is as useless as a silent one. */
import { after, earliest, type Instant, type Micros, micros } from '../../base/units.ts';
import type { Deadlines } from './deadlines.ts';

/** Connecting, a handshake, the wait for the first byte, and the rest: four timeouts for all of it. */
export const EXCHANGE_TIMEOUTS = 4;

export interface Patience {
  /** The peer did something: silence begins anew. */
  heard(): void;
  callOff(): void;
}

export function createPatience(
  deadlines: Deadlines,
  timeout: Micros,
  over: (because: 'silence' | 'length') => void,
): Patience {
  const lastMoment = after(deadlines.now(), micros(EXCHANGE_TIMEOUTS * timeout));
  let heardAt = deadlines.now();
  const expire = (now: Instant): Instant | null => {
    const silence = after(heardAt, timeout);
    if (now < silence && now < lastMoment) return earliest(silence, lastMoment);
    over(now < lastMoment ? 'silence' : 'length');
    return null;
  };
  const callOff = deadlines.add(after(heardAt, timeout), expire);
  return {
    heard: () => {
      heardAt = deadlines.now();
    },
    callOff,
  };
}
