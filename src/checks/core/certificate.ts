/** How long the certificate of an SSL_GET is still good for, and when to warn of its end. */
import { after, elapsed, type Instant, type Micros, micros, seconds } from '../../base/units.ts';

/** From one warning to the next. */
export const WARNING_PERIOD = seconds(86_400);

export interface CertificateState {
  readonly seenAt: Instant;
  /** from then to its end; negative when that is over */
  readonly left: Micros;
  /** when it was warned of last; null = not yet */
  readonly warnedAt: Instant | null;
}

/** The state after a run that saw a certificate with `left` to live; `warning` as configured. */
export function certificateSeen(
  before: CertificateState | null,
  left: Micros,
  warning: Micros,
  now: Instant,
): CertificateState {
  const last = before?.warnedAt ?? null;
  const isDue = left < warning && (last === null || after(last, WARNING_PERIOD) <= now);
  // a certificate that was renewed is warned of anew when its time comes
  const kept = left < warning ? last : null;
  return { seenAt: now, left, warnedAt: isDue ? now : kept };
}

/** A warning belongs to the run that ended `at`. */
export const isWarnedAt = (state: CertificateState | null, at: Instant): state is CertificateState =>
  state !== null && state.warnedAt === at && state.seenAt === at;

export const certificateLeft = ({ seenAt, left }: CertificateState, now: Instant): Micros =>
  micros(left - elapsed(seenAt, now));
