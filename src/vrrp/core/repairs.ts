/** How often a master puts back what somebody else takes off. The first few times at once; whoever goes on is another program
 *  that manages the same thing (a network manager, a second daemon), and against that vipd holds on without spinning:
 *
 *      at once, 5 times  ->  a fight: told once  ->  after 1, 2, 4 … 30 s  ->  a minute of peace: as if new
 *
 *  What belongs to one entry says nothing about the others: a flush of twenty addresses is twenty first times. */
import { after, earliest, elapsed, type Instant, type Micros, micros, seconds } from '../../base/units.ts';

export interface Repair {
  readonly times: number;
  readonly lastAt: Instant;
  /** it is left alone until then */
  readonly notBefore: Instant;
  /** it is gone, and waits for its time */
  readonly waits: boolean;
}

/** by `addressKey` or `entryText`; at most as many as the instance has */
export type Repairs = ReadonlyMap<string, Repair>;

const AT_ONCE_MAX = 5;
const PAUSE_FIRST = seconds(1);
const PAUSE_MAX = seconds(30);
const PEACE = seconds(60);

export const mayRepair = (repairs: Repairs, key: string, now: Instant): boolean =>
  (repairs.get(key)?.notBefore ?? now) <= now;

/** Entries that were found gone: which of them are put back now, which fights have just begun, and what is known afterwards. */
export function takenOff(
  repairs: Repairs,
  keys: readonly string[],
  now: Instant,
): { readonly repairs: Repairs; readonly now: readonly string[]; readonly fights: readonly string[] } {
  const next = new Map(repairs);
  const due: string[] = [];
  const fights: string[] = [];
  for (const key of keys) {
    const known = repairs.get(key);
    if (known !== undefined && known.notBefore > now) {
      next.set(key, { ...known, waits: true });
      continue;
    }
    const isPeace = known === undefined || elapsed(known.lastAt, now) > PEACE;
    const times = isPeace ? 1 : known.times + 1;
    next.set(key, { times, lastAt: now, notBefore: after(now, pauseAfter(times)), waits: false });
    due.push(key);
    if (times === AT_ONCE_MAX) fights.push(key);
  }
  return { repairs: next, now: due, fights };
}

/** What waited is looked after now: if it is still gone, the caller puts it back. */
export function withoutDue(repairs: Repairs, now: Instant): Repairs {
  if (![...repairs.values()].some(({ waits, notBefore }) => waits && notBefore <= now)) return repairs;
  return new Map(
    [...repairs].map(([key, one]) => {
      if (!one.waits || one.notBefore > now) return [key, one];
      const times = one.times + 1;
      return [key, { times, lastAt: now, notBefore: after(now, pauseAfter(times)), waits: false }];
    }),
  );
}

export const repairsDeadline = (repairs: Repairs): Instant | null =>
  repairs.size === 0
    ? null
    : earliest(...[...repairs.values()].map(({ waits, notBefore }) => (waits ? notBefore : null)));

/** What somebody kept taking off: until it is taken off once more after a minute of peace. */
export const fightsOf = (repairs: Repairs): readonly (readonly [string, Repair])[] =>
  [...repairs].filter(([, { times }]) => times >= AT_ONCE_MAX);

function pauseAfter(times: number): Micros {
  if (times < AT_ONCE_MAX) return micros(0);
  return micros(Math.min(PAUSE_MAX, PAUSE_FIRST * 2 ** (times - AT_ONCE_MAX)));
}
