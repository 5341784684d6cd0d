/** vipd beside the real keepalived when the wire fails one way, heals, or an operator decides: what it says of it, and what it
 *  puts on the wire. On the machine's own kernel; needs root. */
import { describe, expect, test } from 'vitest';
import { now, until } from './harness/clock.ts';
import { programOf } from './harness/daemon.ts';
import type { Host } from './harness/host.ts';
import { bothStart } from './native/events.ts';
import { type Kinds, openPair, type Pair } from './native/pair.ts';
import { PATIENCE_MS } from './native/router.ts';
import { ADDRESS, VARIANTS, type Variant, VIP } from './native/variants.ts';
import { inTurn, stretches, withoutCrossings } from './native/wire.ts';

const MULTICAST = variantOf('v3 IPv4');
const SLOW = variantOf('v2');
const VIPD_ABOVE: Kinds = { higher: 'vipd', lower: 'keepalived' };
const VIPD_BELOW: Kinds = { higher: 'keepalived', lower: 'vipd' };

function variantOf(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found === undefined) throw new Error(`no variant ${name}`);
  return found;
}

async function withPair<T>(kinds: Kinds, play: (pair: Pair) => Promise<T>, variant = MULTICAST): Promise<T> {
  const pair = await openPair(variant, kinds);
  try {
    return await play(pair);
  } finally {
    pair.close();
  }
}

const vipctl = (host: Host, ...argv: readonly string[]): Promise<string> =>
  host.run(['sh', '-c', '"$@" || test $? -eq 1', 'sh', programOf('vipctl'), ...argv]);

/** What the daemon on this host says now: its sentence. */
async function sentence(host: Host): Promise<string> {
  const answer: unknown = JSON.parse(await vipctl(host, 'why', 'VI_1', '--json'));
  const { instances } = answer as { readonly instances: readonly { readonly sentence: string }[] };
  return instances[0]?.sentence ?? 'nothing';
}

/** What one host sends for VRRP is lost before the other hears it; the way back is whole. */
const deafen = (host: Host, change: '-A' | '-D'): Promise<string> =>
  host.run(['iptables', change, 'INPUT', '-p', '112', '-s', ADDRESS.inet.higher, '-j', 'DROP']);

describe('adverts that are lost one way', () => {
  test('are named by the master that is not heard, and the address is announced again at the end', () =>
    withPair(VIPD_ABOVE, async (pair) => {
      const { higher, lower, wire } = pair;
      await bothStart(pair);
      await deafen(lower.host, '-A');
      const told = (pattern: RegExp) => () => higher.lines().find(({ text }) => pattern.test(text));
      await until(
        'the split is told',
        PATIENCE_MS,
        told(/MASTER, although 10\.0\.0\.2 also advertises 100 < 150/),
      );
      const why = await sentence(higher.host);
      const probe = await vipctl(higher.host, 'why', 'VI_1', '--probe');
      await deafen(lower.host, '-D');
      await pair.mastered('higher', 3);
      await until('its end is told', PATIENCE_MS, told(/the only master again: 10\.0\.0\.2 is silent/));
      const announced = wire.announcers().length;
      const { by } = await until('the next advert', PATIENCE_MS, () => wire.adverts().at(-1));
      expect({ why, last: inTurn(wire.announcers()).at(-1), by }).toEqual({
        why: expect.stringMatching(/^MASTER although 10\.0\.0\.2 .*adverts from here are not reaching it/),
        last: 'higher',
        by: 'higher',
      });
      expect(probe).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2} answers ARP for 10\.0\.0\.240\.$/m);
      expect(announced).toBeGreaterThan(0);
      expect(await sentence(higher.host)).toMatch(/^MASTER: /);
      expect(higher.lines().filter(({ text }) => /MASTER, although/.test(text))).toHaveLength(1);
    }));
});

describe('a split that heals, with nothing configured for it', () => {
  test.each([
    ['keepalived', VIPD_BELOW],
    ['vipd', { higher: 'vipd', lower: 'vipd' } as const],
  ])('is announced anew by %s, which learns of it from the last word of vipd', (_, kinds) =>
    withPair(
      kinds,
      async (pair) => {
        await bothStart(pair);
        await pair.split('on');
        await pair.claims('lower');
        await pair.claims('higher');
        // it took over a skew behind the other's beat: after its advert the other speaks first
        const before = pair.wire.adverts().length;
        await until(
          'an advert of the lower',
          PATIENCE_MS,
          () => pair.wire.adverts().slice(before).at(-1)?.by === 'lower',
        );
        await pair.split('off');
        await pair.mastered('higher', 3);
        await until('the last announcement', PATIENCE_MS, () => pair.wire.announcers().at(-1) === 'higher');
        expect(inTurn(pair.wire.announcers())).toEqual(['higher', 'lower', 'higher']);
      },
      SLOW,
    ),
  );
});

describe("an operator's word", () => {
  const wire = (pair: Pair): readonly string[] =>
    stretches(withoutCrossings(pair.wire.adverts(), MULTICAST.interval));

  test('steps the master down with priority 0, and it comes back when the time is over', () =>
    withPair(VIPD_ABOVE, async (pair) => {
      await bothStart(pair);
      await vipctl(pair.higher.host, 'failover', 'VI_1', '--for', '3');
      await pair.mastered('lower', 3);
      const why = await sentence(pair.higher.host);
      await pair.mastered('higher', 3);
      expect(wire(pair)).toEqual(['higher 150', 'higher 0', 'lower 100', 'higher 150']);
      expect(why).toBe('BACKUP: 10.0.0.2 advertises 100 > 1; an operator ordered a failover');
    }));

  test('makes the lower one take over at once, until it is undone', () =>
    withPair(VIPD_BELOW, async (pair) => {
      await bothStart(pair);
      await vipctl(pair.lower.host, 'prefer', 'VI_1');
      await pair.mastered('lower', 3);
      const why = await sentence(pair.lower.host);
      await vipctl(pair.lower.host, 'prefer', 'VI_1', '--undo');
      await pair.mastered('higher', 3);
      expect(wire(pair)).toEqual(['higher 150', 'lower 254', 'lower 100', 'higher 150']);
      expect(why).toBe('MASTER: preferred because an operator ordered it');
    }));
});

describe('an address that somebody else takes off', () => {
  const BACK_WITHIN_MS = 100;
  /** `[2026-11-20T05:26:31.123456] Deleted 2: eth0    inet 10.0.0.240/24 …` */
  const TIMED = /^\[(\S+)\] (Deleted )?.*inet 10\.0\.0\.240\//;

  test('is back within 100 ms, and the mastership stays', () =>
    withPair(VIPD_ABOVE, async (pair) => {
      await bothStart(pair);
      const { host } = pair.higher;
      const monitor = host.start(['ip', '-ts', '-o', 'monitor', 'address']);
      const begun = now();
      const changes = (): readonly (readonly [at: number, gone: boolean])[] =>
        monitor.lines.flatMap(({ text }) => {
          const [, at, deleted] = TIMED.exec(text) ?? [];
          return at === undefined
            ? []
            : [[Date.parse(`${at.slice(0, 23)}Z`), deleted !== undefined] as const];
        });
      await until('the monitor listens', PATIENCE_MS, () => now() - begun > 200);
      await host.run(['ip', 'addr', 'del', `${VIP.inet}/24`, 'dev', 'eth0']);
      await until('it is back', PATIENCE_MS, () => changes().length >= 2);
      const [gone, back] = changes();
      expect([gone?.[1], back?.[1]]).toEqual([true, false]);
      const took = (back?.[0] ?? 0) - (gone?.[0] ?? 0);
      expect(took).toBeLessThan(BACK_WITHIN_MS + pair.stopwatch.stalled(begun, now()) * 1000);
      expect([pair.higher.state(), pair.lower.state()]).toEqual(['MASTER', 'BACKUP']);
    }));
});
