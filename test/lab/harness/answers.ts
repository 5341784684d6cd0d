/** What a client saw: one answer per request, and the outages between the good ones. Shared by the agent,
 *  which writes them as JSON lines, and the harness, which reads them. */
import type { Ms } from './clock.ts';

export type Request =
  /** GET on a fresh connection; the header X-Served-By says who answered */
  | { readonly kind: 'http'; readonly address: string; readonly port: number; readonly path: string }
  /** log in on a fresh connection and SELECT @@hostname */
  | {
      readonly kind: 'mysql';
      readonly address: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
    };

export interface Answer {
  /** when the request was sent, when it was answered or given up */
  readonly sentAt: Ms;
  readonly endedAt: Ms;
  /** the host that answered; null when the request failed */
  readonly who: string | null;
  readonly bytes: number;
  /** why it failed */
  readonly failure?: string;
}

export interface Outage {
  readonly from: Ms;
  readonly to: Ms;
  readonly lengthMs: Ms;
}

/** The stretches without a good answer that lasted `longerThanMs`, each from the end of one good answer to
 *  the end of the next, in which a request failed or had to wait as long: a gap without one is a pause of
 *  the client's own. */
export function outagesOf(answers: readonly Answer[], longerThanMs: Ms): readonly Outage[] {
  const good = answers.filter(({ who }) => who !== null).map(({ endedAt }) => endedAt);
  good.sort((a, b) => a - b);
  const bad = answers.filter(({ who, sentAt, endedAt }) => who === null || endedAt - sentAt > longerThanMs);
  return good
    .slice(1)
    .map((to, index) => ({ from: good[index] ?? to, to, lengthMs: to - (good[index] ?? to) }))
    .filter(({ lengthMs }) => lengthMs > longerThanMs)
    .filter(({ from, to }) => bad.some(({ sentAt }) => sentAt >= from - longerThanMs && sentAt <= to));
}

/** How many requests each host answered. */
export function countByHost(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { who } of answers) if (who !== null) counts[who] = (counts[who] ?? 0) + 1;
  return counts;
}
