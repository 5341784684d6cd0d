/** No takeover is early: a backup becomes master only when nobody it accepts has been heard for the whole master-down
 *  interval (RFC 9568 §6.4.2), or for the skew after a resignation. So nobody preempts whom it must not: with nopreempt a
 *  lower priority is accepted, too. What is accepted is worked out here anew, from what the core was given. */
import { exhaustive } from '../base/never.ts';
import { elapsed, type Instant, type Micros, priority } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import { isOwner, type RouterState } from '../vrrp/core/state.ts';
import { masterDownInterval, skewTime } from '../vrrp/core/timers.ts';
import type { CoreStep } from './host.ts';

/** What one backup has heard, in the time of its host. */
interface Ear {
  readonly since: Instant;
  readonly heard: 'nothing' | 'a master' | 'a resignation';
  /** the silence has lasted long enough, and the router waits for the rest of its sync group */
  readonly over: boolean;
}

/** By the router's key, of one process. */
export type Ears = Map<string, Ear>;

/** Takes note of one step of a core, and says which takeovers in it are early. */
export function listen(
  ears: Ears,
  { before, event, after, now }: CoreStep,
  configs: readonly VrrpInstance[],
): readonly string[] {
  const early: string[] = [];
  const old = new Map(before.routers.map((router) => [router.key, router]));
  for (const router of after.routers) {
    const was = old.get(router.key);
    // by the file, not by what the core made of it
    const config = configs.find(({ name }) => name === router.config.name);
    if (was === router || config === undefined) continue;
    const ear = ears.get(router.key);
    const decides = was?.phase.kind === 'backup' && (router.phase.kind === 'master' || wishes(router));
    if (was !== undefined && ear !== undefined && decides && !ear.over) {
      const missing = missingSilence(ear, { was, is: router, config }, now);
      if (missing > 0) early.push(`${config.name} took over ${missing} us too early: ${earText(ear)}`);
      ears.set(router.key, { ...ear, over: true });
    }
    if (router.phase.kind !== 'backup') ears.delete(router.key);
    else if (was?.phase.kind !== 'backup')
      ears.set(router.key, { since: now, heard: 'nothing', over: false });
    else if (event.kind === 'packet_received' && isCounted(was, router)) {
      const heard = heardIn(was, config, event.packet.payload[2] ?? 0);
      // a resignation takes nothing from a wait that is over, as an accepted master does
      const over = heard === 'a resignation' && (ears.get(router.key)?.over ?? false);
      if (heard !== null) ears.set(router.key, { since: now, heard, over });
    }
  }
  return early;
}

const wishes = ({ phase }: RouterState): boolean => phase.kind === 'backup' && phase.wantsMaster;

/** The packet passed every check of the receiver. */
const isCounted = (was: RouterState, router: RouterState): boolean =>
  router.counters.advertsReceived > was.counters.advertsReceived ||
  router.counters.priorityZeroReceived > was.counters.priorityZeroReceived;

/** Null: it is nobody that this backup has to follow. Under preempt_delay a lower priority is followed for a while; that it
 *  is at least ignored holds all the same. */
function heardIn(
  { effectivePriority }: RouterState,
  config: VrrpInstance,
  sent: number,
): Ear['heard'] | null {
  if (sent === 0) return 'a resignation';
  const mayPreempt = config.preempt || isOwner(config);
  return sent >= effectivePriority || !mayPreempt ? 'a master' : null;
}

/** Zero or less when the silence was long enough. */
function missingSilence(
  ear: Ear,
  { was, is, config }: { readonly was: RouterState; readonly is: RouterState; readonly config: VrrpInstance },
  now: Instant,
): number {
  const best = priority(Math.max(was.effectivePriority, is.effectivePriority));
  const { phase } = was;
  if (phase.kind !== 'backup') return 0;
  const inputs = { version: config.version, priority: best, masterInterval: phase.masterInterval };
  return needed(ear, config, inputs, phase.adopting) - elapsed(ear.since, now);
}

function needed(
  { heard }: Ear,
  config: VrrpInstance,
  inputs: Parameters<typeof masterDownInterval>[0],
  adopting: boolean,
): Micros {
  switch (heard) {
    case 'a resignation':
      return skewTime(inputs);
    case 'a master':
      return masterDownInterval(inputs, config.downTimerAdverts);
    case 'nothing': {
      // whoever comes back to its addresses, or owns them, waits for one interval only
      const short = isOwner(config) || (adopting && config.preempt);
      return masterDownInterval(inputs, short ? 1 : config.downTimerAdverts);
    }
    default:
      return exhaustive(heard);
  }
}

const earText = ({ heard, since }: Ear): string => `${heard} was heard at ${since}`;
