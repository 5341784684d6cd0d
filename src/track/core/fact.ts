/** What is known of a tracked script, file, process or BFD session, and what that means for one instance that tracks it. */
import { exhaustive } from '../../base/never.ts';
import type { TrackedObject, TrackerKind } from '../../config/model/vrrp.ts';
import { processText } from './process.ts';
import { scriptText } from './script.ts';
import { sessionText } from './session.ts';
import type { Tracker } from './trackers.ts';

export type TrackerFact =
  | { readonly kind: 'unknown' }
  /** `why` is a phrase that names the tracker: `script chk fails (exit status 1)` */
  | { readonly kind: 'up' | 'down'; readonly why: string }
  | { readonly kind: 'value'; readonly value: number; readonly why: string };

export const trackerKey = ({ kind, name }: { readonly kind: TrackerKind; readonly name: string }): string =>
  `${kind} ${name}`;

export function factOf(tracker: Tracker): TrackerFact {
  switch (tracker.kind) {
    case 'script':
      return tracker.verdict === 'unknown'
        ? { kind: 'unknown' }
        : { kind: tracker.verdict, why: scriptText(tracker) };
    case 'process':
      return tracker.verdict === 'unknown'
        ? { kind: 'unknown' }
        : { kind: tracker.verdict, why: processText(tracker) };
    case 'file':
      return tracker.value === null
        ? { kind: 'unknown' }
        : { kind: 'value', value: tracker.value, why: `file ${tracker.config.name} holds ${tracker.value}` };
    case 'bfd':
      return { kind: tracker.verdict, why: sessionText(tracker) };
    default:
      return exhaustive(tracker);
  }
}

export type Impact =
  /** nothing is known yet, and that matters: without weight a failure would mean FAULT */
  | { readonly kind: 'pending' }
  | { readonly kind: 'fault'; readonly why: string }
  | { readonly kind: 'weight'; readonly weight: number };

const NONE: Impact = { kind: 'weight', weight: 0 };
/** A file that takes this much away takes everything (behaviour.md section 6). */
const FILE_FAULT = -254;
const FILE_BONUS_MAX = 253;

export function impactOf(tracked: TrackedObject, fact: TrackerFact): Impact {
  if (fact.kind === 'unknown') return tracked.weight === 0 ? { kind: 'pending' } : NONE;
  return fact.kind === 'value' ? fileImpact(tracked, fact) : verdictImpact(tracked, fact);
}

/** A positive weight is a bonus while up, a negative one a penalty while down; `reverse` swaps up and down. */
function verdictImpact(
  { weight, reverse }: TrackedObject,
  { kind, why }: Extract<TrackerFact, { kind: 'up' | 'down' }>,
): Impact {
  const good = (kind === 'up') !== reverse;
  if (weight === 0) return good ? NONE : { kind: 'fault', why: reverse ? `${why}, tracked in reverse` : why };
  return weight > 0 === good ? { kind: 'weight', weight } : NONE;
}

function fileImpact(
  { weight, reverse }: TrackedObject,
  { value, why }: Extract<TrackerFact, { kind: 'value' }>,
): Impact {
  if (weight === 0) return (value === 0) === reverse ? { kind: 'fault', why } : NONE;
  const effect = value * weight * (reverse ? -1 : 1);
  if (effect <= FILE_FAULT) return { kind: 'fault', why };
  return { kind: 'weight', weight: Math.min(FILE_BONUS_MAX, effect) };
}
