/** The three times of the protocol, exact in microseconds. Priorities here are effective ones; an owner's is 255. */
import { MICROS_PER_SECOND, type Micros, micros, type Priority } from '../../base/units.ts';
import type { AdvertVersion } from '../wire/advert.ts';

export interface TimerInputs {
  readonly version: AdvertVersion;
  readonly priority: Priority;
  /** v2: the own interval; v3: the one learned from the master, RFC 9568 §6.1 Active_Adver_Interval */
  readonly masterInterval: Micros;
}

/** Skew_Time. v2: (256 - Priority) / 256 seconds, whatever the interval (RFC 3768 §6.1).
 *  v3: (256 - Priority) * Active_Adver_Interval / 256 (RFC 9568 §6.1). Never zero. */
export function skewTime({ version, priority, masterInterval }: TimerInputs): Micros {
  const scale = version === 2 ? MICROS_PER_SECOND : masterInterval;
  return micros(((256 - priority) * scale) / 256);
}

/** Active_Down_Interval, RFC 9568 §6.1: `adverts` times the master's interval, and the skew. */
export const masterDownInterval = (inputs: TimerInputs, adverts: number): Micros =>
  micros(adverts * inputs.masterInterval + skewTime(inputs));

/** The share of the master's interval that a wake-up may be late before it counts as a stall of this process. Below it no more
 *  than one advert can have been lost meanwhile, and a master is dead only after several. */
export const STALL_SHARE = 0.5;
/** Lateness that is not worth an event: half of the shortest interval there is, a centisecond (RFC 9568 §5.2.7). */
export const LATENESS_NOTED: Micros = micros(5_000);
