/** Becoming master with 1,000 virtual addresses: how late the first advert is after the protocol's moment, and how long it
 *  takes until each address has been announced, which each daemon does only after it has added it. */
import { pause, until } from '../../test/lab/harness/clock.ts';
import type { DaemonKind } from '../../test/lab/harness/daemon.ts';
import { openPair } from '../../test/lab/native/pair.ts';
import { masterDownInterval, type Variant, VIP } from '../../test/lab/native/variants.ts';
import { median } from '../figures.ts';
import { type Comparison, type ManyAddresses, say } from './figures.ts';

const ADDRESSES = 1_000;
const TURNS = 3;
const PATIENCE_MS = 60_000;

/** The one that the adverts carry, and 999 that are excluded from them. */
const EXCLUDED = Array.from({ length: ADDRESSES - 1 }, (_, i) => `10.0.${4 + (i >> 8)}.${i & 0xff}`);
const MANY: Variant = {
  name: `${ADDRESSES} addresses`,
  version: 3,
  family: 'inet',
  interval: 1000,
  lines: () => ['virtual_ipaddress_excluded {', ...EXCLUDED.map((text) => `    ${text}/32 dev eth0`), '}'],
};

interface Take {
  readonly firstAdvertLate: number;
  readonly announced: number;
}

export async function measureManyAddresses(): Promise<Comparison<ManyAddresses>> {
  const takes: Record<DaemonKind, Take[]> = { vipd: [], keepalived: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const kind of ['vipd', 'keepalived'] as const) takes[kind].push(await takeOver(kind));
  }
  return { vipd: figuresOf('vipd', takes.vipd), other: figuresOf('keepalived', takes.keepalived) };
}

function figuresOf(kind: DaemonKind, takes: readonly Take[]): ManyAddresses {
  const figures = {
    firstAdvertLate: Math.max(...takes.map(({ firstAdvertLate }) => firstAdvertLate)),
    announced: median(takes.map(({ announced }) => announced)),
  };
  const [late, announced] = [figures.firstAdvertLate.toFixed(2), figures.announced.toFixed(0)];
  say(
    `master of ${ADDRESSES} addresses: ${kind} first advert at most ${late} ms late, all announced in ${announced} ms`,
  );
  return figures;
}

/** The better router is killed, which leaves its neighbour to its own timer. */
async function takeOver(kind: DaemonKind): Promise<Take> {
  const pair = await openPair(MANY, { higher: kind, lower: kind });
  try {
    await pair.higher.start();
    await pair.mastered('higher', 2);
    await pair.lower.start();
    await pause(2 * MANY.interval); // the neighbour's start is over
    const { wire } = pair;
    const restart = await pair.higher.kill();
    const first = await until(
      "the successor's first advert",
      PATIENCE_MS,
      () => wire.adverts().findIndex(({ by }) => by === 'lower') + 1 || undefined,
    );
    const [last, next] = [wire.adverts()[first - 2], wire.adverts()[first - 1]];
    if (last === undefined || next === undefined) throw new Error('no advert before the takeover');
    const wanted = new Set([VIP.inet, ...EXCLUDED]);
    const at = await until('each address announced', PATIENCE_MS, () =>
      lastOfAll(wire.announcements(), wanted),
    );
    restart();
    return {
      firstAdvertLate: next.at - last.at - masterDownInterval(MANY, 'lower'),
      announced: at - next.at,
    };
  } finally {
    pair.close();
  }
}

/** When the successor had announced each of them at least once; undefined: not yet. */
function lastOfAll(
  announcements: readonly { readonly at: number; readonly by: string; readonly address: string }[],
  wanted: ReadonlySet<string>,
): number | undefined {
  const seen = new Set<string>();
  for (const { at, by, address } of announcements) {
    if (by === 'lower' && wanted.has(address)) seen.add(address);
    if (seen.size === wanted.size) return at;
  }
  return undefined;
}
