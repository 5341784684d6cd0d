/** vipd and another implementation, the real keepalived or FRR, as one pair on the wire: every dialect, either as the better
 *  router, every way in which a mastership begins or ends. On the machine's own kernel; needs root. */
import { describe, expect, test } from 'vitest';
import { now } from './harness/clock.ts';
import { bothStart, EVENTS, type Event } from './native/events.ts';
import { type Kinds, openPair } from './native/pair.ts';
import type { Router } from './native/router.ts';
import { masterDownInterval, VARIANTS, type Variant } from './native/variants.ts';
import { inTurn, longestSilence, stretches, withoutCrossings } from './native/wire.ts';

/** Words of a router that does not like what it hears. What is said of priorities is none of them. */
const COMPLAINT =
  /bogus|bad |wrong|mismatch|invalid|incorrect|malformed|checksum|unexpected|error|fail|ttl|ignor/i;

/** Said by vrrpd of its own interface, which it has just brought up. */
const FRR_OF_ITSELF = 'Failed to find address to bind';

const complaintsOf = ({ side, lines }: Router): readonly string[] =>
  lines()
    .filter(({ text }) => COMPLAINT.test(text) && !text.includes(FRR_OF_ITSELF))
    .map(({ text }) => `${side}: ${text}`);

async function play(variant: Variant, kinds: Kinds, event: Event) {
  const pair = await openPair(variant, kinds);
  try {
    await event.play(pair);
    const routers = [pair.higher, pair.lower];
    const adverts = withoutCrossings(pair.wire.adverts(), variant.interval);
    return {
      wire: stretches(adverts),
      silence: longestSilence(adverts),
      stalled: pair.stopwatch.stalled(adverts[0]?.at ?? 0, now()) * 1000,
      states: { higher: pair.higher.state(), lower: pair.lower.state() },
      announcers: inTurn(pair.wire.announcers()),
      holders: routers.filter((router) => router.holdsVip()).map(({ side }) => side),
      complaints: routers.flatMap(complaintsOf),
    };
  } finally {
    pair.close();
  }
}

interface Match {
  readonly kinds: Kinds;
  readonly variants: readonly Variant[];
  readonly events: readonly Event[];
}

/** FRR's router watches nothing and nobody restarts it; it speaks version 3 to the group. */
const FRR_VARIANTS = VARIANTS.filter(({ name }) => name === 'v3 IPv4' || name === 'v3 IPv6');
const FRR_EVENTS = EVENTS.filter(({ beyondProtocol }) => !beyondProtocol);

const MATCHES: readonly Match[] = [
  { kinds: { higher: 'vipd', lower: 'keepalived' }, variants: VARIANTS, events: EVENTS },
  { kinds: { higher: 'keepalived', lower: 'vipd' }, variants: VARIANTS, events: EVENTS },
  { kinds: { higher: 'vipd', lower: 'frr' }, variants: FRR_VARIANTS, events: EVENTS },
  { kinds: { higher: 'frr', lower: 'vipd' }, variants: FRR_VARIANTS, events: FRR_EVENTS },
];

for (const { kinds, variants, events } of MATCHES) {
  for (const variant of variants) {
    describe.concurrent(`${variant.name}, ${kinds.higher} above ${kinds.lower}`, () => {
      for (const event of events) test(event.name, () => judge(variant, kinds, event));
      if (kinds.higher !== 'frr' && kinds.lower !== 'frr') {
        test('a split that heals leaves the better one, which is told of the other and announces itself anew', () =>
          judgeSplit(telling(variant), kinds));
      }
    });
  }
}

/** A silence of three intervals is what a master-down timer waits for; it may be noticed two intervals late. */
const SILENCE_INTERVALS = 3;
const LATENESS_INTERVALS = 2;

type Played = Awaited<ReturnType<typeof play>>;

/** A machine that stood still for an interval may have silenced a router: then a failure says nothing, and the case is played
 *  again. */
const ATTEMPTS_MAX = 3;

async function judge(variant: Variant, kinds: Kinds, event: Event): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const played = await play(variant, kinds, event);
    try {
      return compare(variant, event, played);
    } catch (failure) {
      if (played.stalled < variant.interval || attempt === ATTEMPTS_MAX) throw failure;
    }
  }
}

function compare(variant: Variant, event: Event, { silence, stalled, ...seen }: Played): void {
  const holders = (['higher', 'lower'] as const).filter((side) => event.states[side] === 'MASTER');
  const announcers = inTurn(event.wire.map((stretch) => stretch.split(' ')[0]));
  expect(seen).toEqual({ wire: event.wire, announcers, states: event.states, holders, complaints: [] });
  const threshold = SILENCE_INTERVALS * variant.interval;
  if (event.silence === 'none') expect(silence).toBeLessThan(threshold + stalled);
  else {
    expect(silence).toBeGreaterThan(threshold);
    const lateness = LATENESS_INTERVALS * variant.interval;
    expect(silence).toBeLessThan(masterDownInterval(variant, 'lower') + lateness + stalled);
  }
}

/** Without this word a winner that spoke first would never know that there was another, nor would the neighbours. */
const telling = (variant: Variant): Variant => ({
  ...variant,
  lines: (side) => [...variant.lines(side), 'higher_prio_send_advert true'],
});

async function judgeSplit(variant: Variant, kinds: Kinds): Promise<void> {
  const pair = await openPair(variant, kinds);
  try {
    await bothStart(pair);
    await pair.split('on');
    await pair.claims('lower');
    await pair.claims('higher');
    await pair.split('off');
    await pair.mastered('higher', 3);
    expect({
      announcers: inTurn(pair.wire.announcers()),
      lower: pair.lower.state(),
      complaints: [pair.higher, pair.lower].flatMap(complaintsOf),
    }).toEqual({ announcers: ['higher', 'lower', 'higher'], lower: 'BACKUP', complaints: [] });
  } finally {
    pair.close();
  }
}
