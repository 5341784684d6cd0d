/** Passes time in a whole network without stepping through every advert of it.
 *
 *  The world is deterministic: where everything that can matter is as it was one period ago, only later by that period, the
 *  next period will be like the last one, and so will all after it until somebody interferes. So the state of everything
 *  (cores, kernels, switch, frames and timers under way) is compared with that of one period ago, instants shifted by the
 *  period, and when it is equal the calendar goes on by whole periods. The period is the least common multiple of whatever
 *  repeats: adverts, scripts, announcements. A state that names an instant in the future which does not move along (a second
 *  burst of announcements) is not equal, and is stepped through until the instant is over. */
import { after, type Instant, type Micros, micros, seconds } from '../base/units.ts';
import { type Cluster, memberOf } from './cluster.ts';
import { FRAME_UNDER_WAY } from './lan.ts';
import type { Segment } from './segment.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface QuietParts {
  readonly world: World;
  readonly segment: Segment;
  readonly watch: Watch;
  /** false: every advert is stepped through; the outcome is the same */
  readonly jumps: boolean;
}

/** What a shell keeps for itself (a socket to be opened again, routes to be read) is over after this. */
const CALM: Micros = seconds(6);
/** To find a moment without a frame under way. */
const SEARCH_STEP: Micros = micros(700);
const SEARCH_MAX = 50;

export function passQuietly(parts: QuietParts, duration: Micros): void {
  const { world, segment, watch, jumps } = parts;
  const end = after(world.calendar, duration);
  const period = periodOf(segment.cluster);
  const left = (): number => end - world.calendar;
  while (jumps && left() > 2 * period + CALM) {
    const restless = watch.restlessAt + CALM - world.now;
    if (restless > 0) {
      step(world, micros(restless));
      continue;
    }
    const before = stillPicture(parts);
    step(world, period);
    if (before === null) continue;
    const horizon = repeats(before, picture(parts), period);
    const periods = Math.floor(Math.min(horizon, left()) / period);
    if (periods < 1) continue;
    const skipped = micros(periods * period);
    world.skip(skipped);
    segment.lan.age(skipped, before.world);
  }
  step(world, micros(left()));
}

const step = (world: World, duration: Micros): void => world.runUntil(after(world.now, duration));

/** Least common multiple of everything that repeats in a whole network. */
export function periodOf({ rings, script, hosts }: Cluster): Micros {
  const members = rings.flatMap((ring) => hosts.flatMap(({ name }) => memberOf(ring, name) ?? []));
  const spans = [
    ...members.map(({ advertInterval }) => advertInterval),
    ...members.map(({ garp }) => garp.refresh),
    script?.interval ?? 0,
  ];
  return micros(spans.filter((span) => span > 0).reduce(leastCommonMultiple, 1));
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;

interface Picture {
  readonly world: Instant;
  readonly hosts: readonly { readonly now: Instant; readonly state: unknown }[];
  readonly queue: readonly { readonly what: string; readonly at: Instant }[];
  /** of the switch */
  readonly table: readonly { readonly mac: string; readonly port: string; readonly forgetAt: Instant }[];
}

/** A moment soon in which no frame is under way; null when there is none. */
function stillPicture(parts: QuietParts): Picture | null {
  for (let i = 0; i < SEARCH_MAX; i++) {
    if (!parts.world.planned().some(({ what }) => what === FRAME_UNDER_WAY)) return picture(parts);
    step(parts.world, SEARCH_STEP);
  }
  return null;
}

function picture({ world, segment }: QuietParts): Picture {
  return {
    world: world.now,
    hosts: segment.hosts.map(({ node, now, kernel, unread }) => ({
      now,
      state: { node, revision: kernel.revision, pending: kernel.pending, unread },
    })),
    queue: world
      .planned()
      .map(({ what, at }) => ({ what, at }))
      .sort((a, b) => a.at - b.at || (a.what < b.what ? -1 : 1)),
    table: [...segment.lan.table].map(([mac, { port, forgetAt }]) => ({ mac, port, forgetAt })),
  };
}

/** For how long the next periods will be like this one: 0 = this one was not like the last. Only the switch may have
 *  entries that do not move along: it forgets who is silent, and that is when the repetition ends. */
function repeats(before: Picture, now: Picture, period: Micros): number {
  const still = now.hosts.every((host, i) => {
    const was = before.hosts[i];
    return was !== undefined && isShifted(was.state, host.state, { now: host.now, by: period }) === Infinity;
  });
  const world = { now: now.world, by: period };
  if (!still || isShifted(before.queue, now.queue, world) !== Infinity) return 0;
  return isShifted(before.table, now.table, world);
}

interface Shift {
  readonly now: Instant;
  readonly by: Micros;
}

/** Counters that nothing is decided by. */
const WITHOUT_INFLUENCE: ReadonlySet<string> = new Set(['counters', 'strayPackets']);

/** Is `b` what `a` was, only later? The time until the first instant in it that does not move along; 0 = it is not. */
export function isShifted(a: unknown, b: unknown, shift: Shift): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a === b) return b > shift.now ? b - shift.now : Infinity;
    return b - a === shift.by ? Infinity : 0;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b) ? Infinity : 0;
  }
  if (a instanceof Map && b instanceof Map) return isShifted([...a], [...b], shift);
  if (a instanceof Set && b instanceof Set) return isShifted([...a], [...b], shift);
  const [left, right] = [Object.entries(a), Object.entries(b)];
  if (left.length !== right.length || Array.isArray(a) !== Array.isArray(b)) return 0;
  let horizon: number = Infinity;
  for (const [i, [key, value]] of left.entries()) {
    const [otherKey, other] = right[i] ?? [];
    if (WITHOUT_INFLUENCE.has(key)) continue;
    horizon = Math.min(horizon, key === otherKey ? isShifted(value, other, shift) : 0);
    if (horizon === 0) return 0;
  }
  return horizon;
}
