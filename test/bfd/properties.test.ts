/** What holds for any two neighbours: the laws of RFC 5880 and of this room, on two cores with a wire between them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Micros, micros, millis, seconds } from '../../src/base/units.ts';
import { detectionTime, transmitInterval } from '../../src/bfd/core/session.ts';
import { encodeControlPacket } from '../../src/bfd/wire/control-packet.ts';
import type { BfdInstance } from '../../src/config/model/bfd.ts';
import { bfdInstance } from './model.ts';
import { createPair, type Side } from './pair.ts';

const SIDES: readonly Side[] = [0, 1];

const config: fc.Arbitrary<BfdInstance> = fc
  .record({
    minRx: fc.integer({ min: 5, max: 500 }).map(millis),
    minTx: fc.integer({ min: 5, max: 500 }).map(millis),
    idleTx: fc.integer({ min: 1_000, max: 2_000 }).map(millis),
    multiplier: fc.integer({ min: 2, max: 6 }),
  })
  .map(bfdInstance);
const seed = fc.integer({ min: 1, max: 2 ** 31 });
const delay = fc.integer({ min: 0, max: 1_000 }).map(micros);
const onePassive = fc.constantFrom<readonly [boolean, boolean]>([false, false], [true, false], [false, true]);

/** Enough to come up: three packets at the slower idle pace, and some. */
const COMES_UP = seconds(8);

/** Up on both sides, through their polls, at their own paces. */
function settled(configs: readonly [BfdInstance, BfdInstance], wire: Micros, from: number) {
  const pair = createPair(configs, { delay: wire, loss: 0 }, from);
  pair.run(COMES_UP);
  return pair;
}

test('two neighbours come up, whoever is passive, and stay up while every packet arrives', () => {
  fc.assert(
    fc.property(config, config, onePassive, delay, seed, (a, b, [first, second], wire, from) => {
      const pair = settled(
        [
          { ...a, passive: first },
          { ...b, passive: second },
        ],
        wire,
        from,
      );
      pair.run(seconds(10));
      for (const side of SIDES) {
        expect(pair.session(side)).toMatchObject({ state: 'up', verdict: 'up', polling: false });
        expect(pair.session(side).counters).toMatchObject({ ups: 1, downs: 0 });
      }
    }),
    { numRuns: 60 },
  );
});

test('both agree on the paces: what one sends after is what the other waits for (RFC 5880 §6.8.2, §6.8.4)', () => {
  fc.assert(
    fc.property(config, config, seed, (a, b, from) => {
      const pair = settled([a, b], micros(100), from);
      for (const side of SIDES) {
        const [own, its] = side === 0 ? [a, b] : [b, a];
        expect(transmitInterval(pair.session(side))).toBe(Math.max(own.minTx, its.minRx));
        expect(detectionTime(pair.session(side))).toBe(its.multiplier * Math.max(own.minRx, its.minTx));
      }
    }),
    { numRuns: 60 },
  );
});

test('packets leave after 75 to 100 % of the interval, 75 to 90 % with multiplier 1 (RFC 5880 §6.8.7)', () => {
  fc.assert(
    fc.property(config, config, fc.constantFrom(1, 3), seed, (a, b, multiplier, from) => {
      const pair = settled([{ ...a, multiplier }, b], micros(0), from);
      const before = pair.sent.length;
      pair.run(seconds(5));
      const times = pair.sent.slice(before).filter(({ from: side, final }) => side === 0 && !final);
      const interval = transmitInterval(pair.session(0));
      const most = multiplier === 1 ? 0.9 : 1;
      for (const [i, { at }] of times.slice(1).entries()) {
        const gap = at - (times[i]?.at ?? 0);
        expect(gap).toBeGreaterThanOrEqual(0.75 * interval - 1);
        expect(gap).toBeLessThanOrEqual(most * interval + 1);
      }
      expect(times.length).toBeGreaterThan(1);
    }),
    { numRuns: 40 },
  );
});

test('a cut is noticed within the detection time, told once, and healed', () => {
  fc.assert(
    fc.property(config, config, delay, seed, (a, b, wire, from) => {
      const pair = settled([a, b], wire, from);
      const limits = SIDES.map((side) => detectionTime(pair.session(side)));
      const cutAt = pair.now;
      const toldBefore = pair.told.length;
      pair.cut();
      pair.run(seconds(10));
      const news = pair.told.slice(toldBefore);
      expect(news.map(({ verdict }) => verdict)).toEqual(['down', 'down']);
      for (const { side, at } of news) expect(at - cutAt).toBeLessThanOrEqual((limits[side] ?? 0) + wire);
      for (const side of SIDES) expect(pair.session(side).remote.discriminator).toBe(0);
      pair.heal();
      pair.run(COMES_UP);
      for (const side of SIDES) expect(pair.session(side).verdict).toBe('up');
    }),
    { numRuns: 60 },
  );
});

test('who stops says so: the neighbour is down before any detection time', () => {
  fc.assert(
    fc.property(config, config, delay, seed, (a, b, wire, from) => {
      const pair = settled([a, b], wire, from);
      pair.feed(0, { kind: 'stop_requested' });
      pair.run(micros(wire + 1));
      expect(pair.session(1)).toMatchObject({ state: 'down', diagnostic: 3, verdict: 'down' });
    }),
    { numRuns: 30 },
  );
});

test('a reload with other timers never takes an Up session down, and both sides agree on the new ones', () => {
  fc.assert(
    fc.property(config, config, config, delay, seed, (a, b, next, wire, from) => {
      const pair = settled([a, b], wire, from);
      const { neighbour } = pair.session(0).config;
      pair.feed(0, { kind: 'config_changed', instances: [{ ...next, neighbour }] });
      pair.run(seconds(10));
      for (const side of SIDES) expect(pair.session(side).counters.downs).toBe(0);
      expect(pair.session(0).polling).toBe(false);
      expect(transmitInterval(pair.session(0))).toBe(Math.max(next.minTx, b.minRx));
      expect(detectionTime(pair.session(1))).toBe(next.multiplier * Math.max(b.minRx, next.minTx));
    }),
    { numRuns: 60 },
  );
});

test('a loss of one packet in five does not matter to a multiplier of 20', () => {
  fc.assert(
    fc.property(config, config, seed, (a, b, from) => {
      const [one, two] = [
        { ...a, multiplier: 20 },
        { ...b, multiplier: 20 },
      ] as const;
      const pair = createPair([one, two], { delay: micros(200), loss: 0.2 }, from);
      pair.run(seconds(60));
      for (const side of SIDES) expect(pair.session(side)).toMatchObject({ state: 'up', polling: false });
    }),
    { numRuns: 20 },
  );
});

test('no octets from the wire take an Up session of somebody else’s down, or throw', () => {
  const pair = settled([bfdInstance(), bfdInstance()], micros(0), 1);
  const { config: own, discriminator } = pair.session(0);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 255 }), (payload, ttl) => {
      const from = { destination: null, ttl, multihop: false, payload };
      // the wrong place, then the right one from too far away
      pair.feed(0, {
        kind: 'datagram_received',
        datagram: { ...from, source: pair.session(1).config.neighbour },
      });
      const far = { ...from, source: own.neighbour, ttl: Math.min(ttl, 254) };
      pair.feed(0, { kind: 'datagram_received', datagram: far });
      expect(pair.session(0)).toMatchObject({ state: 'up', discriminator });
    }),
    { numRuns: 2_000 },
  );
});

test('a storm of polls is answered at most once a millisecond, and each lone one', () => {
  const pair = settled([bfdInstance(), bfdInstance()], micros(0), 1);
  const { config: own, remote, discriminator } = pair.session(0);
  const poll = encodeControlPacket({
    ...remote,
    state: 'up',
    poll: true,
    final: false,
    myDiscriminator: remote.discriminator,
    yourDiscriminator: discriminator,
  });
  const datagram = { source: own.neighbour, destination: null, ttl: 255, multihop: false, payload: poll };
  const finals = (): number => pair.sent.filter(({ from, final }) => from === 0 && final).length;
  const before = finals();
  for (let i = 0; i < 1_000; i++) {
    pair.feed(0, { kind: 'datagram_received', datagram });
    pair.run(micros(10));
  }
  expect(finals() - before).toBe(10);
});
