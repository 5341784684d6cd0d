/** A token bucket as plain data: bounds how many lines one log row may write. Pure; the log keeps one
 *  bucket per id, and ids are catalogue rows, so there are never many. */
import { elapsed, type Instant, MICROS_PER_SECOND } from '../base/units.ts';

export interface RateLimit {
  /** lines that may come at once */
  readonly burst: number;
  /** lines per second in the long run */
  readonly perSecond: number;
}

export interface Bucket {
  readonly tokens: number;
  readonly filledAt: Instant;
  /** refused since the last admitted line */
  readonly suppressed: number;
}

export interface Admission {
  readonly bucket: Bucket;
  readonly admitted: boolean;
  /** lines refused before this admitted one; the caller owes the reader a line that says so. 0 when
   *  refused. */
  readonly suppressedBefore: number;
}

/** Asks for one line at `now`; `bucket` null is a row that was never used. */
export function admit(bucket: Bucket | null, limit: RateLimit, now: Instant): Admission {
  const { tokens, suppressed } = refill(bucket, limit, now);
  if (tokens < 1) {
    return {
      bucket: { tokens, filledAt: now, suppressed: suppressed + 1 },
      admitted: false,
      suppressedBefore: 0,
    };
  }
  return {
    bucket: { tokens: tokens - 1, filledAt: now, suppressed: 0 },
    admitted: true,
    suppressedBefore: suppressed,
  };
}

function refill(bucket: Bucket | null, limit: RateLimit, now: Instant) {
  if (bucket === null) return { tokens: limit.burst, suppressed: 0 };
  const gained = (elapsed(bucket.filledAt, now) * limit.perSecond) / MICROS_PER_SECOND;
  return { tokens: Math.min(limit.burst, bucket.tokens + gained), suppressed: bucket.suppressed };
}
