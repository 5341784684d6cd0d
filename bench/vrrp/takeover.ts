/** How long a cut link leaves the virtual address without a master at adverts every 10 ms: two routers of the same kind
 *  and a switch, natively, the master's cable pulled again and again. The times are those of the switch's kernel, from
 *  the last advert that went through it to the successor's first. */
import { pause, until } from '../../test/lab/harness/clock.ts';
import type { DaemonKind } from '../../test/lab/harness/daemon.ts';
import { openPair, type Pair } from '../../test/lab/native/pair.ts';
import { masterDownInterval, type Variant } from '../../test/lab/native/variants.ts';
import { quantile } from '../figures.ts';
import { type Comparison, say, type Takeovers } from './figures.ts';

export const FAST: Variant = { name: 'v3 10 ms', version: 3, family: 'inet', interval: 10, lines: () => [] };

const CUTS = 200;
/** in turns, so that both kinds meet the machine in the same minutes */
const TURNS = 4;
const PATIENCE_MS = 10_000;
/** adverts of the better router in a row until it counts as settled */
const SETTLED_ADVERTS = 20;

export async function measureTakeovers(): Promise<Comparison<Takeovers>> {
  const silences: Record<DaemonKind, number[]> = { vipd: [], keepalived: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const kind of ['vipd', 'keepalived'] as const) {
      silences[kind].push(...(await cutRepeatedly(kind, CUTS / TURNS)));
    }
  }
  return { vipd: figuresOf('vipd', silences.vipd), other: figuresOf('keepalived', silences.keepalived) };
}

function figuresOf(kind: DaemonKind, silences: readonly number[]): Takeovers {
  const sorted = [...silences].sort((a, b) => a - b);
  const figures = {
    bound: masterDownInterval(FAST, 'lower'),
    min: sorted[0] ?? Number.NaN,
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
    cuts: sorted.length,
  };
  const { min, median, p99, max, bound } = figures;
  const words = [min, median, p99, max].map((ms) => ms.toFixed(2)).join(' / ');
  say(
    `takeover at 10 ms adverts: ${kind} ${words} ms (min / median / p99 / max of ${sorted.length}), bound ${bound.toFixed(2)}`,
  );
  return figures;
}

async function cutRepeatedly(kind: DaemonKind, times: number): Promise<readonly number[]> {
  const pair = await openPair(FAST, { higher: kind, lower: kind });
  try {
    await pair.higher.start();
    await pair.mastered('higher', SETTLED_ADVERTS);
    await pair.lower.start();
    const silences: number[] = [];
    for (let i = 0; i < times; i++) silences.push(await cutOnce(pair, i));
    return silences;
  } finally {
    pair.close();
  }
}

async function cutOnce({ wire, plug, mastered }: Pair, turn: number): Promise<number> {
  await mastered('higher', SETTLED_ADVERTS);
  await pause(turn % FAST.interval); // so that the cut meets each part of the interval
  const before = wire.adverts().length;
  await plug('higher', 'down');
  const took = await until("the successor's first advert", PATIENCE_MS, () => {
    const adverts = wire.adverts();
    const first = adverts.findIndex(({ by }, i) => i >= before && by === 'lower');
    if (first < 1) return undefined;
    const [last, next] = [adverts[first - 1], adverts[first]];
    return last === undefined || next === undefined ? undefined : next.at - last.at;
  });
  await plug('higher', 'up');
  return took;
}
